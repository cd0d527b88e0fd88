"""A study on a real Slurm through the project's profile, with a killed and a requeued job: the
tables of a local run.

RUNFORM_SLURM_CLIPS=all takes the whole included study instead of seven of its clips.
"""

import os
import subprocess
import sys
import time

import pytest
from cluster import Cluster, missing

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.timeout(4800),
]

# What this cluster lacks (accounts, sacct) or has no use for (long waits).
HERE = (
    "--slurm-no-account",
    "--slurm-status-command",
    "squeue",
    "--seconds-between-status-checks",
    "1",
)
HERE += ("--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "5")
MINUTES_40_S = 2400
CLIPS = ("corpus01", "corpus02", "runner01", "runner02", "runner03", "runner04", "pro01")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("slurm") / "cluster") as running:
        yield running


def running_job(cluster, driver, rule) -> str:
    """Id of a job of `rule`, once one runs."""
    end = time.monotonic() + MINUTES_40_S
    while driver.poll() is None and time.monotonic() < end:
        for line in cluster.call(
            "squeue", "--noheader", "--array", "--states=RUNNING", "--format=%i %k"
        ).splitlines():
            job, comment = line.split(maxsplit=1)
            if rule in comment:
                return job
        time.sleep(0.1)
    pytest.fail(f"no job of {rule} was seen running")


def make_tiny(project):
    """Every stage of the included study with the fewest clips that four folds can do with, and no
    pictures.
    """
    if os.environ.get("RUNFORM_SLURM_CLIPS") == "all":
        return project
    header, *rows = (project.folder / "config/manifest.tsv").read_text().splitlines()
    kept = [row for row in rows if row.split("\t")[0] in CLIPS]
    assert len(kept) == len(CLIPS)
    project.write("config/manifest.tsv", "\n".join([header, *kept]) + "\n")
    project.train_little()
    project.edit("config/config.yaml", "reports_for: [labelled]", "reports_for: []")
    figures = "[tsne, professionals, confusion, gait_cycle, training]"
    project.edit("config/config.yaml", f"figures: {figures}", "figures: []")
    return project


def test_tables_equal_those_of_a_local_run(cluster, new_project):
    local, project = make_tiny(new_project("local")), make_tiny(new_project("on_slurm"))
    local.snakemake()
    log = project.folder / "driver.log"
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--workflow-profile",
        "workflow/profiles/slurm",
        *HERE,
    ]
    with open(log, "wb") as out:
        driver = subprocess.Popen(
            command,
            cwd=project.folder,
            env=cluster.environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        killed = running_job(cluster, driver, "estimate_pose")
        cluster.call("scancel", "--full", "--signal=KILL", killed)
        requeued = running_job(cluster, driver, "finetune_encoder")
        cluster.call("scontrol", "requeue", requeued)
        assert driver.wait(MINUTES_40_S) == 0, log.read_text()[-6000:]
    finally:
        driver.kill()
    assert log.read_text().count("Trying to restart job") == 1
    assert "Restarts=1" in cluster.call("scontrol", "show", "job", requeued)
    tables = {file.name: file.read_bytes() for file in (local.folder / "results/tables").iterdir()}
    assert {
        file.name: file.read_bytes() for file in (project.folder / "results/tables").iterdir()
    } == tables

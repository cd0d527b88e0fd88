"""A run that is killed at any moment and started again gives the files of a run that was not; two
runs at once are refused.
"""

import subprocess
import sys
import time

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("study")

# A few of the study's clips: what is made from them is compared file by file.
CLIPS = ("corpus01", "runner01", "runner02", "pro01")
TARGETS = tuple(f"results/gait/{clip}.json" for clip in CLIPS)
COMPARED = TARGETS + tuple(
    f"results/{folder}/{clip}.{kind}"
    for clip in CLIPS
    for folder, kind in (("clips", "mp4"), ("pose", "npz"))
)


def start(project, *arguments):
    """A run as `make` starts it; its output goes to driver.log."""
    command = [sys.executable, "workflow/tools/run_study.py", "--cores", "2", *arguments]
    with open(project.folder / "driver.log", "ab") as log:
        return subprocess.Popen(command, cwd=project.folder, stdout=log, stderr=subprocess.STDOUT)


def said(project):
    return (project.folder / "driver.log").read_text()


def wait_for(reached):
    end = time.monotonic() + 300
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_killed_runs_lose_nothing(project, study, small_study):
    small_study(project)
    random = np.random.default_rng(7)
    for finished_clips in (1, 2, 3):
        driver = start(project, *TARGETS)
        wait_for(
            lambda enough=finished_clips: (
                len(list((project.folder / "results/clips").glob("*.json"))) >= enough
            )
        )
        time.sleep(random.uniform(0, 2))
        driver.kill()
        driver.wait()
    assert start(project, *TARGETS).wait() == 0, said(project)[-5000:]
    assert "removed the lock of a run that was killed" in said(project)
    for name in COMPARED:
        assert (project.folder / name).read_bytes() == (study.folder / name).read_bytes()


def test_a_second_run_is_refused_in_one_line(project, small_study):
    small_study(project)
    first = start(project, *TARGETS)
    try:
        holder = project.folder / ".snakemake/run_lock"
        wait_for(lambda: holder.exists() and holder.read_text())
        command = [sys.executable, "workflow/tools/run_study.py", "--cores", "1", *TARGETS]
        second = subprocess.run(command, cwd=project.folder, capture_output=True, text=True)
    finally:
        # a SIGTERM that comes while Snakemake chooses jobs can leave it waiting for its own lock
        first.kill()
        first.wait()
    assert second.returncode == 1
    (line,) = second.stderr.strip().split("\n")
    assert f"another run is at work in this folder (process {first.pid} on " in line


def test_a_run_started_by_hand_is_left_in_peace(project, small_study):
    small_study(project)
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *TARGETS]
    by_hand = subprocess.Popen(
        command, cwd=project.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: any((project.folder / ".snakemake/locks").glob("*")))
        assert start(project, *TARGETS).wait() == 1
    finally:
        by_hand.kill()
        by_hand.wait()
    assert (
        said(project)
        == f"runform: another run is at work in this folder (process {by_hand.pid}): wait for its"
        " end or stop it\n"
    )

"""A study on a storage: the files of a study in its own folder, byte for byte; a storage that
refuses, and a second machine, are one line each.

Skipped without the packages of envs/requirements-storage.txt and the program rsync.
"""

import os
import shutil
import subprocess
import sys

import pytest

PACKAGES = "needs pip install --no-deps -r envs/requirements-storage.txt"
pytest.importorskip("snakemake_storage_plugin_fs", reason=PACKAGES)
pytest.importorskip("snakemake_storage_plugin_s3", reason=PACKAGES)
if not shutil.which("rsync"):
    pytest.skip("needs rsync: apt-get install rsync", allow_module_level=True)

pytestmark = pytest.mark.xdist_group("storage")
MANIFEST = "clip\turl\tsets\n"
MANIFEST += "ann\tsimulated:seed=5&duration_s=1.5\tcorpus\n"
TARGETS = ("results/tables/coverage.csv", "results/tables/gait.csv")
TARGETS += ("results/encoder/pretrained.safetensors",)  # from a file that comes with the workflow
RUN_DIFFERS = ("logs", "benchmarks")
BUCKET = "s3://lab/study"
HOLDER = """
import socket, sys, time
sys.path.insert(0, "workflow")
socket.gethostname = lambda: "elsewhere"
from runform.run_lock import take_run_lock
take_run_lock(sys.argv[1])
print("taken", flush=True)
time.sleep(600)
"""


def run(project, provider, prefix, *arguments, environment=None):
    """The tiny study as an operator runs it; what it says."""
    storage = ["--default-storage-provider", provider, "--default-storage-prefix", str(prefix)]
    command = [sys.executable, "workflow/tools/run_study.py", "--cores", "1", *arguments, *storage]
    return subprocess.run(
        command,
        cwd=project.folder,
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def files(folder):
    """Path -> bytes of the study's files below `folder`."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.relative_to(folder).parts[0] not in RUN_DIFFERS
    }


@pytest.fixture(scope="module")
def tiny(new_project):
    """Call with a name to get the tiny study, unbuilt."""

    def make(name):
        project = new_project(name)
        project.write("config/manifest.tsv", MANIFEST)
        return project

    return make


@pytest.fixture(scope="module")
def at_home(tiny):
    """The files of the tiny study without a storage."""
    project = tiny("at_home")
    project.snakemake(*TARGETS)
    return files(project.folder / "results")


def test_a_folder_as_storage_holds_the_same_files(tiny, at_home, tmp_path):
    first, prefix = tiny("first"), tmp_path / "lab storage"
    done = run(first, "fs", prefix, *TARGETS)
    assert done.returncode == 0, done.stdout[-4000:]
    assert files(prefix / "results") == at_home
    assert {"clips/ann.mp4", "pose/ann.npz", "tables/gait.csv"} <= at_home.keys()
    assert not (first.folder / "results").exists()
    # Another machine finds everything done.
    done = run(tiny("second"), "fs", prefix, *TARGETS)
    assert "nothing to do, every file is up to date" in done.stdout


def test_a_job_that_fails_says_what_it_says_without_a_storage(tiny, tmp_path):
    project = tiny("fails")
    project.write("bad.csv", "no,keypoints\n")
    project.write("bad.tsv", "clip\turl\tsets\tkeypoints\tfps\twidth_px\theight_px\tview\n")
    with open(project.folder / "bad.tsv", "a") as manifest:
        manifest.write("zoe\t\tcorpus\tbad.csv\t30\t640\t480\tleft\n")
    done = run(project, "fs", tmp_path / "storage", TARGETS[1], "--config", "manifest=bad.tsv")
    assert done.returncode == 1
    line, failed = done.stdout.splitlines()
    assert line.startswith("runform: bad.csv: ")
    log = f".snakemake/storage/fs{tmp_path}/storage/results/logs/describe_keypoints/zoe.log"
    assert failed.startswith("failed: describe zoe") and failed.endswith(f"({log})")
    assert "bad.csv: " in failed and (project.folder / log).is_file()


def test_programs_stay_on_this_machine(tiny, tmp_path):
    network = "results/weights/rtmpose-m-coco.onnx"
    done = run(tiny("programs"), "fs", tmp_path / "storage", network, "-n", "-p")
    assert "/workflow .venv-mmpose/bin/python -W ignore" in done.stdout


def test_a_second_machine_on_one_storage_is_refused_in_one_line(tiny, tmp_path):
    project, prefix = tiny("refused"), tmp_path / "storage"
    command = [sys.executable, "-c", HOLDER, str(prefix)]
    holder = subprocess.Popen(command, cwd=project.folder, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "taken\n"
        done = run(project, "fs", prefix, *TARGETS)
    finally:
        holder.kill()
        holder.communicate()
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    who = f"(process {holder.pid} on elsewhere)"
    assert line.startswith(f"runform: another run is at work in {prefix} {who}: wait for its end")


def test_a_storage_without_its_package_is_one_line(tiny):
    done = run(tiny("no_package"), "gcs", "gs://lab", *TARGETS)
    (line,) = done.stdout.splitlines()
    assert done.returncode == 1 and "expected the package snakemake-storage-plugin-gcs" in line


@pytest.fixture
def s3_server(monkeypatch):
    """A server with an empty bucket: its environment for a client, and a call after which it asks
    for a key that it knows, which there is none of.
    """
    from moto import settings
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "SNAKEMAKE_STORAGE_S3_ENDPOINT_URL": f"http://{host}:{port}",
    }
    yield environment, lambda: monkeypatch.setattr(settings, "INITIAL_NO_AUTH_ACTION_COUNT", 0)
    server.stop()


def test_s3_holds_the_same_files_until_it_refuses(tiny, at_home, tmp_path, s3_server):
    import boto3

    environment, refuse = s3_server
    project = tiny("s3")
    targets = ("results/gait/ann.json", "results/encoder/pretrained.safetensors")
    done = run(project, "s3", BUCKET, *targets, environment=environment)
    assert done.returncode == 0, done.stdout[-4000:]
    client = boto3.client(
        "s3",
        endpoint_url=environment["SNAKEMAKE_STORAGE_S3_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    for name in ("clips/ann.mp4", "pose/ann.npz", "gait/ann.json"):
        stored = client.get_object(Bucket="lab", Key=f"study/results/{name}")
        assert stored["Body"].read() == at_home[name]

    refuse()
    project.write("config/manifest.tsv", MANIFEST.replace("ann", "ben"))
    done = run(project, "s3", BUCKET, "results/gait/ben.json", environment=environment)
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"runform: {BUCKET}/results/")
    assert line.endswith("Forbidden: expected a storage that can be read and written")

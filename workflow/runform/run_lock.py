"""Who is at work in a study's folder: one run at a time, and what a killed one leaves behind.

Snakemake's own lock is a file without an owner: after a kill it stays and must be removed by hand.
The one here is the kernel's and goes with its process, so a run that holds it may remove
Snakemake's if no other Snakemake is alive in the folder.
"""

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil

from runform.errors import InputError

# Beside the scripts: Snakemake in a job, and the one rule that calls a module by its name.
JOB_WORDS = ("--mode", "runform.pose.mmpose_export")


def take_run_lock(folder: str | Path) -> int:
    """Take the lock of the study in `folder` and return its file descriptor, which the run must
    keep open.

    The descriptor outlives `exec` and is not passed on to jobs. On a file system that several
    machines share it counts for all of them, if that file system can lock files. InputError while
    another run holds it, or when nothing can be written or locked here.
    """
    path = Path(folder) / ".snakemake/run_lock"
    where = "this folder" if str(folder) == "." else folder
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise InputError(
            f"{path}: {error.strerror}: expected a folder that this user may write to"
        ) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 200).decode(errors="replace").strip()
        os.close(descriptor)
        raise InputError(
            f"another run is at work in {where} ({holder}): wait for its end or stop it"
        ) from None
    except OSError as error:
        os.close(descriptor)
        raise InputError(
            f"{path}: {error.strerror}: expected a file system on which files can be locked"
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
    os.set_inheritable(descriptor, True)
    return descriptor


def clear_killed_run(folder: str | Path) -> Iterator[str]:
    """Make `folder` ready after a run was killed; yield lines that say what is done, before a wait.

    The caller holds the lock.
    Jobs that the killed run left running are waited for, so that none writes while its file is
    made again; then Snakemake's stale lock is removed. InputError when a Snakemake that was started
    by other means is at work here.
    """
    runs, jobs = _at_work(Path(folder).resolve())
    if runs:
        raise InputError(
            f"another run is at work in this folder (process {runs[0].pid}): "
            "wait for its end or stop it"
        )
    if jobs:
        numbers = ", ".join(str(job.pid) for job in jobs)
        yield f"waiting for {len(jobs)} jobs of a run that was killed (process {numbers})"
        psutil.wait_procs(jobs)
    locks = Path(folder) / ".snakemake/locks"
    if locks.is_dir() and any(locks.iterdir()):
        shutil.rmtree(locks)
        yield "removed the lock of a run that was killed"


def _at_work(folder: Path) -> tuple[list[psutil.Process], list[psutil.Process]]:
    """Snakemake's runs in `folder`, and jobs, other than this process and its parents."""
    parents = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    runs, jobs = [], []
    for process in psutil.process_iter(["cwd", "cmdline"]):
        words = process.info["cmdline"] or []
        if (
            process.pid in parents
            or process.info["cwd"] != str(folder)
            or "python" not in "".join(words[:1])
        ):
            continue
        if any(".snakemake/scripts/" in word or word in JOB_WORDS for word in words):
            jobs.append(process)
        elif any(
            Path(word).name == "snakemake" or word.endswith("snakemake/__main__.py")
            for word in words[1:4]
        ):
            runs.append(process)
    return runs, jobs

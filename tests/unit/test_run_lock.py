import errno
import fcntl
import os
import re
import subprocess
import sys

import pytest

from runform.errors import InputError
from runform.run_lock import clear_killed_run, take_run_lock


def test_one_run_at_a_time(tmp_path):
    first = take_run_lock(tmp_path)
    expected = re.escape(f"another run is at work in {tmp_path} (process {os.getpid()} on ")
    with pytest.raises(InputError, match=expected):
        take_run_lock(tmp_path)
    os.close(first)
    os.close(take_run_lock(tmp_path))


def test_a_folder_that_cannot_be_written_to(tmp_path):
    (tmp_path / ".snakemake").write_text("a file where the folder should be")
    with pytest.raises(InputError, match="expected a folder that this user may write to"):
        take_run_lock(tmp_path)


def test_a_file_system_without_locks(tmp_path, monkeypatch):
    def refuse(descriptor, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(InputError, match="run_lock: No locks available: expected a file system on"):
        take_run_lock(tmp_path)


def test_the_lock_of_a_killed_run_goes(tmp_path):
    locks = tmp_path / ".snakemake/locks"
    locks.mkdir(parents=True)
    (locks / "0.input.lock").touch()
    assert list(clear_killed_run(tmp_path)) == ["removed the lock of a run that was killed"]
    assert not locks.exists()
    assert list(clear_killed_run(tmp_path)) == []


@pytest.mark.parametrize("word", ["--mode", "runform.pose.mmpose_export", "a/.snakemake/scripts/b"])
def test_a_job_left_behind_is_named_before_it_is_waited_for(tmp_path, word):
    command = [sys.executable, "-c", "input()", word]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE) as job:
        said = clear_killed_run(tmp_path)
        expected = f"waiting for 1 jobs of a run that was killed (process {job.pid})"
        assert next(said) == expected and job.poll() is None
        job.communicate(b"\n")
        assert list(said) == []

"""What a job says, and what it says when it breaks off."""

import logging

import pytest

from runform.errors import InputError
from runform.joblog import job_log


def broken_off(path, fault, capfd):
    """What stands on the screen when `fault` ends a job whose log is `path`."""
    with pytest.raises(SystemExit) as ended, job_log(path):
        logging.info("at work")
        raise fault
    assert ended.value.code == 1
    return capfd.readouterr().err


def test_a_fault_stands_on_the_screen_in_one_line_and_in_the_log_in_full(tmp_path, capfd):
    log = tmp_path / "logs/job.log"
    assert (
        broken_off(log, InputError("clip a: no such file"), capfd)
        == f"runform: clip a: no such file (log: {log})\n"
    )
    assert broken_off(log, KeyError("fps"), capfd) == f"runform: KeyError: 'fps' (log: {log})\n"
    text = log.read_text()
    assert "INFO root: at work" in text and "Traceback (most recent call last)" in text
    assert text.strip().endswith("KeyError: 'fps'")


def test_what_a_library_prints_goes_to_the_log(tmp_path, capfd):
    with job_log(tmp_path / "job.log"):
        print("no checkpoint\nto be resumed")
    assert capfd.readouterr().out == ""
    text = (tmp_path / "job.log").read_text()
    assert "no checkpoint" in text and "to be resumed" in text


def test_a_log_that_cannot_be_written_hides_no_fault(capfd):
    fault = OSError(28, "No space left on device", "results/pose/a.npz")
    said = broken_off("/dev/full", fault, capfd)
    assert (
        said == "runform: OSError: [Errno 28] No space left on device: 'results/pose/a.npz' (log:"
        " /dev/full)\n"
    )


def test_a_log_that_cannot_be_written_stops_no_job(capfd):
    with job_log("/dev/full"):
        logging.info("at work")
    assert capfd.readouterr().err == ""

"""The line of progress that `make run` and `make report` show."""

import importlib
import logging
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console
from snakemake_interface_logger_plugins.common import LogEvent

REPOSITORY = Path(__file__).parents[2]
sys.path.insert(0, str(REPOSITORY / "workflow/tools"))
progress = importlib.import_module("snakemake_logger_plugin_progress")


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets by hand."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_time_left_by_hand(clock):
    estimate = progress.Estimate({"trim": 8, "train": 1})
    for job in range(5):
        estimate.start(job, "trim", "trim a clip")
        clock[0] += 4
        estimate.end(job)
    # Three jobs of 4 s, and one of a rule not seen yet, which counts as the mean of all: 4 s.
    assert estimate.left_s() == pytest.approx(16)
    assert (estimate.done, estimate.total) == (5, 9)


def test_jobs_side_by_side_share_the_time(clock):
    estimate = progress.Estimate({"trim": 8})
    for pair in range(3):
        for job in (2 * pair, 2 * pair + 1):
            estimate.start(job, "trim", "trim a clip")
        clock[0] += 4
        for job in (2 * pair, 2 * pair + 1):
            estimate.end(job)
    assert estimate.left_s() == pytest.approx(2 * 4 / 2)


def test_too_early_to_say(clock):
    estimate = progress.Estimate({"trim": 8})
    estimate.start(1, "trim", "trim a clip")
    assert estimate.left_s() is None
    assert progress.in_words(None) == ""
    assert progress.in_words(44) == "40 s left"
    assert progress.in_words(150) == "2 min left"


def record(event, level=logging.INFO, **fields):
    made = logging.LogRecord("snakemake", level, "", 0, fields.pop("text", ""), None, None)
    made.__dict__.update(fields, event=event)
    return made


def test_a_failed_job_is_one_line_with_its_reason(tmp_path, capsys):
    log = tmp_path / "trim.log"
    log.write_text("Traceback\n  File x\nInputError: a.mp4: no picture: expected a video\n\n")
    handler = progress.LogHandler(None, None)
    handler.console = Console(file=sys.stdout, soft_wrap=True)
    handler.emit(record(LogEvent.JOB_ERROR, logging.ERROR, jobid=1, rule_msg="trim a", log=[log]))
    handler.emit(record(None, text="Job 7: a remark of no interest"))
    handler.emit(record(None, logging.WARNING, text="Cannot restore a.mp4: no backup found."))
    assert capsys.readouterr().out == (
        f"failed: trim a: InputError: a.mp4: no picture: expected a video ({log})\n"
    )


def test_a_storage_that_refuses_is_one_line(capsys):
    """Whether Snakemake says it alone, or for each file in the traceback of a group."""
    handler = progress.LogHandler(None, None)
    handler.console = Console(file=sys.stdout, soft_wrap=True)
    texts = [
        '    | raise WorkflowError(f"Failed to check existence of {self.print_query}", e)\n\n'
        "    | snakemake.WorkflowError: Failed to check existence of s3://lab/a b.csv\n"
        "    | ClientError: (403) Forbidden\n",
        "WorkflowError:\nFailed to store output in storage /lab/c.csv\nWorkflowError:\n"
        "    rsync: No space left on device (28)\n    rsync error: error in file IO",
        "WorkflowError:\nAt least one job did not complete successfully.",
    ]
    for text in texts:
        handler.emit(record(LogEvent.ERROR, logging.ERROR, text=text))
    expected = "expected a storage that can be read and written"
    assert capsys.readouterr().out == f"runform: s3://lab/a b.csv: (403) Forbidden: {expected}\n"
    assert progress.refusal(texts[1]) == (
        f"runform: /lab/c.csv: rsync: No space left on device (28): {expected}"
    )


def test_a_terminal_sees_one_bar(project):
    """A real run behind a real terminal: the bar counts to the end, and no rule is listed."""
    command = ["workflow/tools/run_study.py", "--cores", "2", "results/clips/runner01.mp4"]
    parent, child = pty.openpty()
    run = subprocess.Popen(
        [sys.executable, *command], cwd=project.folder, stdout=child, stderr=child
    )
    os.close(child)
    seen = b""
    while True:
        try:
            part = os.read(parent, 4096)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
    assert run.wait() == 0
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen.decode(errors="replace"))
    assert "0/2" in text and "2/2" in text
    assert "trim runner01" in text
    assert "resources:" not in text and "Finished jobid" not in text
    assert Path(project.folder, ".snakemake/log").is_dir()

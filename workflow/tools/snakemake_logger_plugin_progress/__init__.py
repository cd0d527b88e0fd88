"""One line of progress for a run of Snakemake: jobs done, what runs now, the time left.

`snakemake --logger progress` finds this package by its name, if `workflow/tools` is on PYTHONPATH.
In a terminal the line is a bar that stays in place; elsewhere it is a line a minute. Errors and
warnings are printed as they come. Snakemake's log file has everything.
"""

import logging
import re
import threading
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

LINE_EVERY_S = 60
FIRST_ESTIMATE_AFTER = 5  # jobs
# Snakemake's own remarks after a failed job, which its line and log explain better.
REMARKS = (
    *("Shutting down", "Exiting because", "At least one job did not", "Error in ", "Storing"),
    *("CalledProcessError in file", "Cannot restore"),
)
ON_STORAGE = " (send to storage)"
# What Snakemake says of a storage that refuses, deep in a traceback for each file: where, and why.
REFUSED = re.compile(
    r"Failed to (?:check existence of|get .+ of|retrieve storage object from|"
    r"store output in storage|remove storage object) ([^\n\"{]+)\n"
    r"[|\s]*\w+:\s+(?:Failed to upload .+ to .+: )?(.*)"
)


class Estimate:
    """Jobs done and left by rule, and from them the time that is left."""

    def __init__(self, planned: dict[str, int]):
        self.left = Counter(planned)
        self.total = sum(planned.values())
        self.running: dict[int, tuple[str, str, float]] = {}  # job -> rule, message, start
        self.spent_s: dict[str, list[float]] = {}
        self.began_s = time.monotonic()

    def start(self, job: int, rule: str, message: str) -> None:
        """Note that a job of `rule` runs now."""
        self.running[job] = rule, message, time.monotonic()

    def end(self, job: int) -> None:
        """Note that a job is over, whether it failed or not."""
        if job in self.running:
            rule, _, start_s = self.running.pop(job)
            self.left[rule] -= 1
            self.spent_s.setdefault(rule, []).append(time.monotonic() - start_s)

    @property
    def done(self) -> int:
        """Jobs that are over."""
        return self.total - sum(self.left.values())

    def left_s(self) -> float | None:
        """Seconds left: each job takes as long as its rule's did so far, or as all did.

        Jobs that run side by side share the time. None until a few jobs are over.
        """
        spent = [value for values in self.spent_s.values() for value in values]
        if len(spent) < FIRST_ESTIMATE_AFTER:
            return None
        side_by_side = max(1.0, sum(spent) / (time.monotonic() - self.began_s))
        mean_s = {rule: sum(values) / len(values) for rule, values in self.spent_s.items()}
        usual_s = sum(spent) / len(spent)
        return sum(n * mean_s.get(rule, usual_s) for rule, n in self.left.items()) / side_by_side

    def now(self) -> str:
        """What runs now, the longest running first."""
        return ", ".join(message for _, message, _ in self.running.values())


def in_words(seconds: float | None) -> str:
    """A time left as a person says it: "40 s left", "12 min left"."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{10 * max(1, round(seconds / 10))} s left"
    return f"{round(seconds / 60)} min left"


def log_here(name: str) -> Path:
    """The log of a job on this machine: of one on a storage the copy that its job wrote."""
    if not name.endswith(ON_STORAGE):
        return Path(name)
    address = name.removesuffix(ON_STORAGE)
    below = address.partition("://")[2] or address.lstrip("/")
    copies = [folder / below for folder in Path(".snakemake/storage").glob("*")]
    return next((copy for copy in copies if copy.is_file()), Path(address))


def last_line(log: Path) -> str:
    """The last line of a job's log that says something: where a traceback ends with its error."""
    try:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        lines = []
    return lines[-1].strip() if lines else "it left no message"


def refusal(text: str) -> str:
    """One line about the first file that a storage refuses; empty where the text is of none."""
    match = REFUSED.search(text)
    if match is None:
        return ""
    file, why = match.groups()
    return f"runform: {file}: {why}: expected a storage that can be read and written"


class LogHandler(LogHandlerBase):
    """Snakemake's log events as one line of progress on the screen."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def __post_init__(self) -> None:
        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.estimate: Estimate | None = None
        self.refused = False  # by a storage: one file stands for all
        self.over = threading.Event()
        self.progress = Progress(
            TextColumn("{task.fields[left]:>11}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            console=self.console,
            transient=True,
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Take one event; a fault of the display must not stop the run."""
        try:
            self._take(record)
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Clear the bar."""
        self.over.set()
        if self.progress.live.is_started:
            self.progress.stop()
        super().close()

    def _take(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", None)
        if event == LogEvent.RUN_INFO and hasattr(record, "stats"):
            self._begin({rule: n for rule, n in record.stats.items() if rule != "total"})
        elif event == LogEvent.JOB_INFO and self.estimate:
            self.estimate.start(record.jobid, record.rule_name, record.rule_msg or record.rule_name)
        elif event == LogEvent.JOB_FINISHED and self.estimate:
            self.estimate.end(record.job_id)
        elif event == LogEvent.JOB_ERROR:
            self._say_failed(record)
        elif getattr(record, "exception", None) == "CalledProcessError":
            return  # of a job, whose own line follows
        elif event == LogEvent.ERROR or (event is None and record.levelno >= logging.WARNING):
            self._say_error(record.getMessage().strip())
        elif event is None and record.getMessage().startswith("Nothing to be done"):
            self._say("runform: nothing to do, every file is up to date")
        self._show()

    def _say_error(self, text: str) -> None:
        line = refusal(text)
        remark = text.removeprefix("WorkflowError:\n").removeprefix("RuleException:\n")
        if line and not self.refused:
            self._say(line)
        elif text and not line and not remark.startswith(REMARKS):
            self._say(text)
        self.refused = self.refused or bool(line)

    def _say_failed(self, record: logging.LogRecord) -> None:
        message = record.rule_msg or record.rule_name
        if self.estimate:
            message = self.estimate.running.get(record.jobid, ("", message, 0))[1]
            self.estimate.end(record.jobid)
        log = next((log_here(str(log)) for log in record.log or []), None)
        why = last_line(log) if log else "it keeps no log"
        self._say(f"failed: {message}: {why} ({log or ''})")

    def _begin(self, planned: dict[str, int]) -> None:
        if self.estimate:
            return
        self.estimate = Estimate(planned)
        if self.console.is_terminal:
            self.task = self.progress.add_task("", total=self.estimate.total, left="")
            self.progress.start()
        else:
            threading.Thread(target=self._print_lines, daemon=True).start()

    def _show(self) -> None:
        if self.estimate and self.console.is_terminal:
            self.progress.update(
                self.task,
                completed=self.estimate.done,
                left=in_words(self.estimate.left_s()),
                description=escape(self.estimate.now()),
            )

    def _print_lines(self) -> None:
        while not self.over.wait(LINE_EVERY_S):
            estimate = self.estimate
            left = in_words(estimate.left_s())
            now = f"; now: {estimate.now()}" if estimate.running else ""
            parts = [f"{estimate.done} of {estimate.total} jobs done", left]
            self._say("runform: " + ", ".join(filter(None, parts)) + now)

    def _say(self, text: str) -> None:
        self.console.print(escape(text))

"""Which clips of the manifest the study does without, or takes with care, and why: one row for
each, none for the others.
"""

import csv
import io
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from runform.errors import InputError
from runform.files import read_json, write_text
from runform.sequence import OK, UNAVAILABLE, load_sequence

COLUMNS = ("clip", "stage", "status", "reason")
LOW_QUALITY = "low quality"
NO_REASON = "no reason was recorded"


@dataclass(frozen=True)
class ClipFiles:
    """What three stages wrote about one clip: the receipt of its video, its pose, its gait."""

    receipt: str
    pose: str
    gait: str


def clip_row(clip: str, files: ClipFiles) -> dict[str, str] | None:
    """The row of `COLUMNS` of a clip that is missing something, from the first stage that missed
    it; None when all is well.
    """
    receipt = read_json(files.receipt)
    if receipt["status"] != OK:
        return _row(clip, "acquire", receipt["status"], receipt.get("reason", ""))
    pose = load_sequence(files.pose)
    if not pose.ok:
        return _row(clip, "pose", pose.status, pose.reason)
    gait = read_json(files.gait)
    if pose.reason:  # kept with its frames, but judged low
        no_gait = "" if gait["status"] == OK else f"; no gait: {gait.get('reason', '')}"
        return _row(clip, "pose", LOW_QUALITY, pose.reason + no_gait)
    if gait["status"] != OK:
        return _row(clip, "gait", gait["status"], gait.get("reason", ""))
    return None


def _row(clip, stage, status, reason) -> dict[str, str]:
    one_line = " ".join(str(reason).split()) or NO_REASON
    return dict(zip(COLUMNS, (clip, stage, status, one_line), strict=True))


def write_coverage(files: Mapping[str, ClipFiles], path: str | Path) -> None:
    """Write the rows of all clips that miss something, sorted by clip."""
    rows = [row for clip in sorted(files) if (row := clip_row(clip, files[clip]))]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, buffer.getvalue())


def require_enough(
    coverage: str | Path, clips: int, min_available: float, path: str | Path
) -> None:
    """Write to `path` how many of the study's `clips` are available: have a video and a pose.

    coverage: the table of `write_coverage`. Raises InputError in one line when their share is below
    `min_available`, naming the most frequent reason.
    """
    with open(coverage, newline="") as file:
        rows = list(csv.DictReader(file))
    missing = [row for row in rows if row["status"] == UNAVAILABLE and row["stage"] != "gait"]
    available = clips - len(missing)
    if available < min_available * clips:
        raise InputError(
            f"{available} of {clips} clips are available: expected at least {min_available:.0%} "
            f"(acquire.min_available); most often: {_most_frequent(row['reason'] for row in missing)}"
        )
    write_text(path, f"{available} of {clips} clips are available\n")


def _most_frequent(reasons: Iterable[str]) -> str:
    reasons = list(reasons)
    return max(sorted(set(reasons)), key=reasons.count)


# How far a study has come: clips done, out of reach, failed and left at each stage, what failed
# last, and what is slowest.


STATES = ("done", "unavailable", "failed", "left")
TRACEBACK = "Traceback (most recent call last)"
# What each stage leaves for a source or a clip, and the rules whose logs tell of it.
STAGES = {
    "video": ("videos/{source}.json", ("simulate_video", "download_video", "import_video")),
    "clip": ("clips/{clip}.json", ("trim_clip",)),
    "pose": ("pose/{clip}.npz", ("estimate_pose", "import_pose")),
    "gait": ("gait/{clip}.json", ("measure_gait",)),
}


@dataclass(frozen=True)
class Timing:
    """Of the finished jobs of one rule: how many, their wall time in seconds together, and the
    longest with its name.
    """

    rule: str
    jobs: int
    total_s: float
    slowest_s: float
    slowest: str


def stage_counts(results: str | Path, sources: Mapping[str, str]) -> list[dict[str, int | str]]:
    """For each stage its name and how many clips are done, unavailable, failed, left.

    sources: clip -> source of its video. Clips of one video count one by one. A clip whose last try
    broke off counts as failed.
    """
    results = Path(results)
    rows: list[dict[str, int | str]] = []
    for stage, (pattern, rules) in STAGES.items():
        clips = [{"clip": clip, "source": source} for clip, source in sources.items()]
        counts = Counter(
            _state(results, results / pattern.format(**names), rules, names) for names in clips
        )
        rows.append({"stage": stage, **{state: counts[state] for state in STATES}})
    return rows


def _state(results: Path, output: Path, rules, names) -> str:
    if output.is_file():
        status = (
            load_sequence(output).status if output.suffix == ".npz" else read_json(output)["status"]
        )
        return "unavailable" if status == UNAVAILABLE else "done"
    logs = (results / "logs" / rule / f"{name}.log" for rule in rules for name in names.values())
    return "failed" if any(_broke_off(log) for log in logs) else "left"


def failures(results: str | Path) -> list[tuple[str, str]]:
    """Log and last line of each job whose last try broke off, by name."""
    results = Path(results)
    found = []
    for log in sorted((results / "logs").rglob("*.log")):
        benchmark = results / "benchmarks" / log.relative_to(results / "logs").with_suffix(".tsv")
        finished_since = benchmark.is_file() and benchmark.stat().st_mtime >= log.stat().st_mtime
        if not finished_since and _broke_off(log):
            found.append(
                (
                    str(log),
                    log.read_text(encoding="utf-8", errors="replace").strip().split("\n")[-1],
                )
            )
    return found


def _broke_off(log: Path) -> bool:
    return log.is_file() and TRACEBACK in log.read_text(encoding="utf-8", errors="replace")


def timings(results: str | Path) -> list[Timing]:
    """One entry per rule that has finished a job, the one that took longest in all first."""
    folder = Path(results) / "benchmarks"
    seconds: dict[str, dict[str, float]] = {}
    for file in sorted(folder.rglob("*.tsv")):
        with open(file, newline="", encoding="utf-8") as table:
            row = next(csv.DictReader(table, delimiter="\t"), None)
        if row:
            path = file.relative_to(folder).with_suffix("")
            seconds.setdefault(path.parts[0], {})[path.name] = float(row["s"])
    found = [
        Timing(
            rule, len(jobs), sum(jobs.values()), max(jobs.values()), max(jobs, key=jobs.__getitem__)
        )
        for rule, jobs in seconds.items()
    ]
    return sorted(found, key=lambda timing: -timing.total_s)


def describe_progress(results: str | Path, sources: Mapping[str, str], slowest: int = 5) -> str:
    """All of the above as text for the screen; `slowest` is how many rules are named."""
    parts = [tabulate(stage_counts(results, sources), headers="keys")]
    failed = failures(results)
    if failed:
        clips = {source: clip for clip, source in sources.items()}
        named = [(clips.get(Path(log).stem, Path(log).stem), log, line) for log, line in failed]
        parts.append(
            "\n".join(
                [
                    f"Failed ({len(failed)}):",
                    *(f"  {name}: {line} ({log})" for name, log, line in named[:10]),
                ]
            )
        )
    took = [
        (
            timing.rule,
            timing.jobs,
            f"{timing.total_s:.1f}",
            f"{timing.slowest_s:.1f}",
            timing.slowest,
        )
        for timing in timings(results)[:slowest]
    ]
    if took:
        parts.append(
            tabulate(
                took,
                headers=("slowest", "jobs", "s in all", "s at most", "of"),
                disable_numparse=True,
            )
        )
    return "\n\n".join(parts)

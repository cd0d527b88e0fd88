"""How far a study has come: clips by stage, failed jobs, and the rules that took longest."""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from runform.files import read_json
from runform.sequence import UNAVAILABLE, load_sequence

STATES = ("done", "unavailable", "failed", "left")
TRACEBACK = "Traceback (most recent call last)"
# What each stage leaves for a source or a clip, and the rules whose logs belong to it.
STAGES = {
    "video": ("videos/{source}.json", ("simulate_video", "download_video", "import_video")),
    "clip": ("clips/{clip}.json", ("trim_clip", "describe_keypoints")),
    "pose": ("pose/{clip}.npz", ("estimate_pose", "import_pose")),
    "gait": ("gait/{clip}.json", ("measure_gait",)),
}
MOST_FAILURES = 10  # named on the screen


@dataclass(frozen=True)
class Timing:
    """Wall time of the finished jobs of one rule. slowest: name of the longest job."""

    rule: str
    jobs: int
    total_s: float
    slowest_s: float
    slowest: str


def describe_progress(results: str | Path, sources: Mapping[str, str], slowest: int = 5) -> str:
    """Clips by stage, failed jobs, and the `slowest` rules, as text for the screen."""
    parts = [tabulate(stage_counts(results, sources), headers="keys")]
    failed = failures(results)
    if failed:
        clips = {source: clip for clip, source in sources.items()}
        names = [clips.get(Path(log).stem, Path(log).stem) for log, _ in failed]
        lines = [
            f"  {name}: {line} ({log})" for name, (log, line) in zip(names, failed, strict=True)
        ]
        parts.append("\n".join([f"Failed ({len(failed)}):", *lines[:MOST_FAILURES]]))
    rows = [
        (one.rule, one.jobs, f"{one.total_s:.1f}", f"{one.slowest_s:.1f}", one.slowest)
        for one in timings(results)[:slowest]
    ]
    if rows:
        headers = ("slowest rules", "jobs", "s in all", "s at most", "of")
        parts.append(tabulate(rows, headers=headers, disable_numparse=True))
    return "\n\n".join(parts)


def stage_counts(results: str | Path, sources: Mapping[str, str]) -> list[dict[str, int | str]]:
    """For each stage its name and how many clips are done, unavailable, failed, left.

    sources: clip -> source of its video, empty for none. Clips of one video count one by one. A
    clip whose last job stopped with an error counts as failed.
    """
    rows: list[dict[str, int | str]] = []
    for stage in STAGES:
        counts = Counter(
            _state(Path(results), stage, {"clip": clip, "source": source})
            for clip, source in sources.items()
            if source or stage != "video"
        )
        rows.append({"stage": stage, **{state: counts[state] for state in STATES}})
    return rows


def _state(results: Path, stage: str, names: Mapping[str, str]) -> str:
    pattern, rules = STAGES[stage]
    output = results / pattern.format(**names)
    if output.is_file():
        npz = output.suffix == ".npz"
        status = load_sequence(output).status if npz else read_json(output)["status"]
        return "unavailable" if status == UNAVAILABLE else "done"
    logs = (results / "logs" / rule / f"{name}.log" for rule in rules for name in names.values())
    return "failed" if any(map(_has_failed, logs)) else "left"


def failures(results: str | Path) -> list[tuple[str, str]]:
    """Log and its last line of each job that failed and has not succeeded since, by name."""
    results = Path(results)
    failed = []
    for log in sorted((results / "logs").rglob("*.log")):
        benchmark = results / "benchmarks" / log.relative_to(results / "logs").with_suffix(".tsv")
        finished_since = benchmark.is_file() and benchmark.stat().st_mtime >= log.stat().st_mtime
        if not finished_since and _has_failed(log):
            failed.append((str(log), _text(log).strip().split("\n")[-1]))
    return failed


def _has_failed(log: Path) -> bool:
    return log.is_file() and TRACEBACK in _text(log)


def _text(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def timings(results: str | Path) -> list[Timing]:
    """One entry per rule that has finished a job, the longest in all first."""
    folder = Path(results) / "benchmarks"
    seconds: dict[str, dict[str, float]] = {}
    for file in sorted(folder.rglob("*.tsv")):
        with open(file, newline="", encoding="utf-8") as table:
            row = next(csv.DictReader(table, delimiter="\t"), None)
        if row:
            path = file.relative_to(folder).with_suffix("")
            seconds.setdefault(path.parts[0], {})[path.name] = float(row["s"])
    rules = [
        Timing(
            rule,
            len(jobs),
            sum(jobs.values()),
            max(jobs.values()),
            max(jobs, key=lambda j: jobs[j]),
        )
        for rule, jobs in seconds.items()
    ]
    return sorted(rules, key=lambda timing: -timing.total_s)

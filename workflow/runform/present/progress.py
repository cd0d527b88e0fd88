"""How far a study has come: clips done, out of reach, failed and left at each stage, what failed last, and what is slowest."""

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
# What each stage leaves for a source or a clip, and the rules whose logs tell of it.
STAGES = {
    "video": ("videos/{source}.json", ("simulate_video", "download_video", "import_video")),
    "clip": ("clips/{clip}.json", ("trim_clip",)),
    "pose": ("pose/{clip}.npz", ("estimate_pose", "import_pose")),
    "gait": ("gait/{clip}.json", ("measure_gait",)),
}


@dataclass(frozen=True)
class Timing:
    """Of the finished jobs of one rule: how many, their wall time in seconds together, and the longest with its name."""

    rule: str
    jobs: int
    total_s: float
    slowest_s: float
    slowest: str


def stage_counts(results: str | Path, sources: Mapping[str, str]) -> list[dict[str, int | str]]:
    """For each stage its name and how many clips are done, unavailable, failed, left.

    sources: clip -> source of its video. Clips of one video count one by one. A clip whose last try broke off counts as failed.
    """
    results = Path(results)
    rows: list[dict[str, int | str]] = []
    for stage, (pattern, rules) in STAGES.items():
        clips = [{"clip": clip, "source": source} for clip, source in sources.items()]
        counts = Counter(_state(results, results / pattern.format(**names), rules, names) for names in clips)
        rows.append({"stage": stage, **{state: counts[state] for state in STATES}})
    return rows


def _state(results: Path, output: Path, rules, names) -> str:
    if output.is_file():
        status = load_sequence(output).status if output.suffix == ".npz" else read_json(output)["status"]
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
            found.append((str(log), log.read_text(encoding="utf-8", errors="replace").strip().split("\n")[-1]))
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
        Timing(rule, len(jobs), sum(jobs.values()), max(jobs.values()), max(jobs, key=jobs.__getitem__))
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
        parts.append("\n".join([f"Failed ({len(failed)}):", *(f"  {name}: {line} ({log})" for name, log, line in named[:10])]))
    took = [
        (timing.rule, timing.jobs, f"{timing.total_s:.1f}", f"{timing.slowest_s:.1f}", timing.slowest)
        for timing in timings(results)[:slowest]
    ]
    if took:
        parts.append(tabulate(took, headers=("slowest", "jobs", "s in all", "s at most", "of"), disable_numparse=True))
    return "\n\n".join(parts)

"""Two films of one simulated runner compared: how often an unchanged runner seems to have changed,
and how often a change of 5 degrees of the shank's angle at contact is seen.

    .venv/bin/python benchmarks/compare.py [--pairs 40] [--seconds 20 10] [--fps 60]

Keypoints with a detector's noise (benchmarks/filmed_twice.py) of runners whom
resources/repeatability.tsv was not measured on. A pair seems changed when any compared metric
differs by more than the smallest difference that the films can show.
"""

import argparse
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks")]

from filmed_twice import filmed, runner_of  # noqa: E402

from runform.gait.change import Change, changes_between  # noqa: E402

FIRST_SEED, CHANGE_DEG, METRIC = 30_000, 5.0, "shank_angle_ic_deg"
ASKED_UNCHANGED, ASKED_SEEN = 0.95, 0.80


def compare(seed: int, duration_s: float, fps: float) -> tuple[list[Change], list[Change]]:
    """Changes between two films of an unchanged runner, and between the first and one of the same
    runner with another shank angle.
    """
    view = ("left", "right")[seed % 2]
    runner = replace(runner_of(seed, view), duration_s=duration_s, fps=fps)
    first, second = filmed(runner, 0), filmed(runner, 1)
    changed = filmed(runner, 2, CHANGE_DEG)
    none = {"status": "unavailable"}
    return changes_between(first or none, second or none), changes_between(
        first or none, changed or none
    )


def row(pairs: int, duration_s: float, fps: float) -> str:
    """A row of the table. A pair without gait counts as neither unchanged nor seen."""
    unchanged, seen, lost, smallest, differences = 0, 0, 0, [], []
    false: Counter[str] = Counter()
    for seed in range(FIRST_SEED, FIRST_SEED + pairs):
        same, other = compare(seed, duration_s, fps)
        wrong = [change.name for change in same if change.shown]
        false.update(wrong)
        unchanged += bool(same) and not wrong
        lost += not same or not other
        shank = next((change for change in other if change.name == METRIC), None)
        if shank is not None and shank.difference is not None:
            seen += shank.shown and shank.difference > 0
            smallest.append(shank.smallest)
            differences.append(shank.difference)
        print(seed, wrong, shank, file=sys.stderr, flush=True)
    cells = (
        f"{duration_s:g} s, {fps:g} fps",
        f"{unchanged} of {pairs}",
        "met" if unchanged >= ASKED_UNCHANGED * pairs else "missed",
        ", ".join(f"{name} {count}" for name, count in false.most_common()) or "–",
        f"{seen} of {pairs}",
        "met" if seen >= ASKED_SEEN * pairs else "missed",
        f"{np.median(smallest):.1f}",
        f"{np.mean(differences):.1f} ± {np.std(differences):.1f}",
        str(lost),
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--seconds", type=float, nargs="+", default=[20, 10])
    parser.add_argument("--fps", type=float, nargs="+", default=[60])
    chosen = parser.parse_args()
    head = (
        "films", "no change in any metric", "asked for 95 %", "metrics that seem changed",
        "5 degrees of shank angle seen", "asked for 80 %", "smallest change of shank angle, deg",
        "measured change, deg", "pairs without gait",
    )  # fmt: skip
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for duration_s in chosen.seconds:
        for fps in chosen.fps:
            print(row(chosen.pairs, duration_s, fps), flush=True)


if __name__ == "__main__":
    main()

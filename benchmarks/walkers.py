"""Who runs and who walks: simulated people seen from all around, and from ahead and behind.

    .venv/bin/python benchmarks/walkers.py [--people 80]

Keypoints with a detector's noise (benchmarks/filmed_twice.py), 2 and 5 s at 30 fps, no view and no
camera's frame rate given. Walkers go 0.6 to 2.2 m/s, runners 2 to 4.5 m/s.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks")]

from filmed_twice import filmed, runner_of  # noqa: E402

FIRST_SEED = 200_000  # those of 70 000 to 100 079 chose the limit
SPEEDS_M_S = {"walk": (0.6, 2.2), "run": (2.0, 4.5)}
AROUND = {"from all around": (0.0, 180.0), "from ahead": (0.0, 25.0), "from behind": (180.0, 25.0)}


def measured(gait: str, middle_deg: float, within_deg: float, people: int) -> int:
    """How many of so many people who run or walk are measured as runners."""
    count = 0
    for number in range(people):
        rng = np.random.default_rng([FIRST_SEED + number, 31])
        person = replace(
            runner_of(FIRST_SEED + number, "left"),
            gait=gait,
            speed_m_s=round(float(rng.uniform(*SPEEDS_M_S[gait])), 2),
            azimuth_deg=float(middle_deg + rng.uniform(-within_deg, within_deg)) % 360,
            duration_s=(2.0, 5.0)[number % 2],
            fps=30.0,
        )
        count += filmed(person, 0, told_view="") is not None
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=80)
    people = parser.parse_args().people
    print("| seen | runners measured | walkers measured as runners |\n| --- | --- | --- |")
    for name, (middle_deg, within_deg) in AROUND.items():
        runners, walkers = (
            measured(gait, middle_deg, within_deg, people) for gait in ("run", "walk")
        )
        print(f"| {name} | {runners} of {people} | {walkers} of {people} |", flush=True)


if __name__ == "__main__":
    main()

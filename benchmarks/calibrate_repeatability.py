"""How far two films of one runner differ: resources/repeatability.tsv.

    .venv/bin/python benchmarks/calibrate_repeatability.py [--pairs 120] [--keep FILE]

Simulated runners of random severities, frame rates and lengths of film (3 to 8 s) are filmed
twice (benchmarks/filmed_twice.py), from the side and from front or rear. For each metric the
squared difference is fitted by 2 a^2 + c^2 (1/n + 1/m), n and m the steps of the two films: `a` is
what no length of film averages out, such as the place of the camera, and `c` the error of one step.
The row `any` holds how many of these standard uncertainties the largest difference of a pair
reaches in 95 % of the pairs: beyond it a difference is more than the film can show, whatever metric
it was found in. benchmarks/compare.py judges the table with other runners.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import nnls

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks")]

from filmed_twice import filmed, runner_of  # noqa: E402

from runform.files import write_text  # noqa: E402
from runform.gait.change import ANY_METRIC, REPEATABILITY_FILE, compared_metrics  # noqa: E402

FIRST_SEED = {"side": 20_000, "any": 20_500}
VIEWS = {"side": ("left", "right"), "any": ("front", "rear")}
FEWEST, ROUNDS, COVERED = 30, 20, 95


def pair_of(kind: str, number: int) -> dict[str, list[float]]:
    """Metric -> difference of the two films and the steps of each; {} where a film has no gait."""
    runner = runner_of(FIRST_SEED[kind] + number, VIEWS[kind][number % 2])
    films = [filmed(runner, film) for film in (0, 1)]
    if None in films:
        return {}
    pairs = {name: [film["metrics"][name] for film in films] for name in compared_metrics()}
    return {
        name: [one["value"] - other["value"], one["n"], other["n"]]
        for name, (one, other) in pairs.items()
        if None not in (one["value"], other["value"])
    }


def fit(rows: np.ndarray) -> tuple[float, float]:
    """`a` and `c` of (N, 3) rows: difference and steps of each film. Weighted non-negative least
    squares, the weights from the fit before.
    """
    squared = rows[:, 0] ** 2
    parts = np.stack([np.full(len(rows), 2.0), 1 / rows[:, 1] + 1 / rows[:, 2]], 1)
    expected = np.full(len(rows), squared.mean())
    for _ in range(ROUNDS):
        variances = nnls(parts / expected[:, None], squared / expected)[0]
        expected = np.maximum(parts @ variances, 1e-12)
    return float(np.sqrt(variances[0])), float(np.sqrt(variances[1]))


def table_rows(kind: str, pairs: list[dict[str, list[float]]]) -> list[str]:
    """Rows of the table for one kind of view."""
    fits, lines = {}, []
    for name in compared_metrics():
        rows = np.array([pair[name] for pair in pairs if name in pair])
        if len(rows) >= FEWEST:
            fits[name] = fit(rows)
            cells = (name, kind, *(f"{value:.5g}" for value in fits[name]), len(rows))
            lines.append("\t".join(map(str, cells)))
    largest = [
        max(
            abs(pair[name][0]) / np.sqrt(2 * a**2 + c**2 * (1 / pair[name][1] + 1 / pair[name][2]))
            for name, (a, c) in fits.items()
            if name in pair
        )
        for pair in pairs
        if pair
    ]
    limit = np.percentile(largest, COVERED)
    return [*lines, f"{ANY_METRIC}\t{kind}\t{limit:.3f}\t\t{len(largest)}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--pairs", type=int, default=120, help="from the side; half as many from elsewhere"
    )
    parser.add_argument("--keep", type=Path, help="JSON lines of the pairs, continued if there")
    chosen = parser.parse_args()
    kept = {}
    if chosen.keep and chosen.keep.is_file():
        lines = map(json.loads, chosen.keep.read_text().splitlines())
        kept = {(line["kind"], line["number"]): line["pair"] for line in lines}
    rows = []
    for kind in VIEWS:
        count = chosen.pairs if kind == "side" else chosen.pairs // 2
        for number in range(count):
            if (kind, number) not in kept:
                kept[kind, number] = pair = pair_of(kind, number)
                if chosen.keep:
                    with chosen.keep.open("a") as file:
                        line = {"kind": kind, "number": number, "pair": pair}
                        file.write(json.dumps(line) + "\n")
        rows += table_rows(kind, [kept[kind, number] for number in range(count)])
    side, other = FIRST_SEED.values()
    head = [
        "# How far two films of one runner differ; see benchmarks/calibrate_repeatability.py.",
        f"# Simulated runners: {chosen.pairs} from the side, of random seeds from {side} on, and",
        f"# half as many from front or rear, from {other} on.",
        "metric\tview\tlasting\tper_step\tpairs",
    ]
    write_text(ROOT / REPEATABILITY_FILE, "\n".join([*head, *rows]) + "\n")


if __name__ == "__main__":
    main()

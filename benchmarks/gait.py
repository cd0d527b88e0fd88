"""Gait events and metrics of rendered video through the real pose network.

    .venv/bin/python benchmarks/gait.py [--clips 12] [--fps 30 60] [--views right left] [--folder
    FOLDER]

Simulated runners of random severities, 4 s each, filmed, encoded, seen by BlazePose;
seeds that the lags of the event features were not measured on. Zeni's events (2008; extremes of the
foot's distance from the pelvis), made for walking, stand beside.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks")]

from filmed import film  # noqa: E402

from runform.gait.measure import GaitSettings, gait_of  # noqa: E402
from runform.gait.tracks import SIDES, tracks_of  # noqa: E402
from runform.sequence import PoseSequence  # noqa: E402

FIRST_SEED = 7000
TOLERANCE_S = 0.15
METRICS = (
    "cadence_steps_min", "contact_time_ms", "shank_angle_ic_deg", "knee_flexion_ic_deg",
    "reach_ic_leg", "foot_angle_ic_deg", "knee_flexion_stance_deg", "knee_flexion_swing_deg",
    "trunk_lean_deg", "vertical_oscillation_leg", "pelvic_drop_deg", "step_width_leg",
    "arm_crossing_leg", "elbow_angle_deg", "step_time_asymmetry",
)  # fmt: skip


def zeni_events(sequence: PoseSequence, ahead: int) -> dict:
    """Zeni et al. 2008: contact where the heel is furthest ahead of the pelvis, toe-off where the
    toe is furthest behind.
    """
    from scipy.signal import find_peaks

    tracks = tracks_of(sequence)
    apart = max(2, int(0.4 * tracks.fps))
    found = {}
    for side in SIDES:
        heel, toe = (
            ahead * (tracks.xy[f"{side}_{joint}"] - tracks.pelvis)[:, 0]
            for joint in ("heel", "big_toe")
        )
        found[side] = tuple(
            find_peaks(signal, distance=apart)[0] / tracks.fps for signal in (heel, -toe)
        )
    return found


def match(
    found: np.ndarray, true: np.ndarray, first_s: float, last_s: float
) -> tuple[list[float], int, int]:
    """Errors of the true events found within the tolerance, how many true ones there are, and how
    many found ones are false.
    """
    true = true[(true >= first_s) & (true <= last_s)]
    free, errors = list(found), []
    for time in true:
        nearest = min(free, key=lambda other: abs(other - time), default=None)
        if nearest is not None and abs(nearest - time) <= TOLERANCE_S:
            errors.append(nearest - time)
            free.remove(nearest)
    return (
        errors,
        len(true),
        sum(first_s + TOLERANCE_S <= time <= last_s - TOLERANCE_S for time in free),
    )


def print_events(title: str, cases: list[tuple[dict, dict, float, float]]) -> None:
    """cases: (found, true contacts side -> (n, 2), first and last second that count)."""
    for column, event in enumerate(("IC", "TO")):
        errors, true, false = [], 0, 0
        for found, contacts, first_s, last_s in cases:
            for side in SIDES:
                one, count, extra = match(
                    found[side][column], contacts[side][:, column], first_s, last_s
                )
                errors, true, false = errors + one, true + count, false + extra
        ms = 1e3 * np.array(errors) if errors else np.array([np.nan])
        print(
            f"| {title} | {event} | {np.median(np.abs(ms)):.1f} | {np.median(ms):+.1f} |"
            f" {np.percentile(np.abs(ms), 95):.1f} | {100 * len(errors) / max(true, 1):.1f} |"
            f" {100 * false / max(true, 1):.1f} | {true} |"
        )


def event_header() -> None:
    columns = (
        "footage",
        "event",
        "median abs error, ms",
        "bias, ms",
        "95 %, ms",
        "found %",
        "false %",
        "true",
    )
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")


def benchmark_rendered(fps: float, views: list[str], clips: int, folder: Path) -> None:
    """Events and metrics of rendered runners, the views taken in turn."""
    cases, pairs, agreed = {"ours": [], "Zeni": []}, {}, 0
    for number in range(clips):
        view = views[number % len(views)]
        sequence, truth = film(FIRST_SEED + number, fps, view, folder)
        gait = gait_of(sequence, GaitSettings(), {}, view)
        agreed += gait["view"]["estimated"] == view
        events = {
            side: tuple(np.array(gait["events"][side][key]) for key in ("ic_s", "to_s"))
            for side in SIDES
        }
        last_s = float(truth.time_s[-1])
        cases["ours"].append((events, truth.contacts, 0.0, last_s))
        cases["Zeni"].append((zeni_events(sequence, gait["facing"]), truth.contacts, 0.0, last_s))
        for name in METRICS:
            value = gait["metrics"][name]["value"]
            if value is not None and truth.metrics[name]["values"]:
                pairs.setdefault(name, []).append(
                    (value, float(np.mean(truth.metrics[name]["values"])))
                )
    event_header()
    for name, found in cases.items():
        print_events(f"rendered, {'/'.join(views)}, {fps:g} fps, {name}", found)
    print(f"\nview estimated as filmed: {agreed} of {clips}")
    print_agreement(pairs)


def print_agreement(pairs: dict[str, list[tuple[float, float]]]) -> None:
    """Bland-Altman numbers: bias and limits of agreement (1.96 SD), beside RMSE, relative errors,
    correlation.
    """
    columns = (
        "metric",
        "n",
        "RMSE",
        "bias",
        "limits of agreement",
        "median relative error %",
        "RMSE % of mean",
        "r",
    )
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for name, values in pairs.items():
        ours, true = np.array(values).T
        error = ours - true
        rmse = np.sqrt((error**2).mean())
        spread = 1.96 * error.std(ddof=1) if len(error) > 1 else float("nan")
        relative = 100 * np.median(np.abs(error) / np.maximum(np.abs(true), 1e-9))
        r = np.corrcoef(ours, true)[0, 1] if len(error) > 2 else float("nan")
        print(
            f"| {name} | {len(error)} | {rmse:.3f} | {error.mean():+.3f} "
            f"| {error.mean() - spread:+.3f} to {error.mean() + spread:+.3f} | {relative:.1f} "
            f"| {100 * rmse / abs(true.mean()):.1f} | {r:.2f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--clips", type=int, default=12, help="rendered runners per frame rate; 0 = none"
    )
    parser.add_argument("--fps", type=float, nargs="+", default=[30.0, 60.0])
    parser.add_argument("--views", nargs="+", default=["right", "left"])
    parser.add_argument(
        "--folder", type=Path, help="where rendered clips are kept; a temporary one by default"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for fps in chosen.fps if chosen.clips else ():
            benchmark_rendered(fps, chosen.views, chosen.clips, folder)


if __name__ == "__main__":
    main()

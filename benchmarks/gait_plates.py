"""Contacts and toe-offs against force plates, beside published methods.

    .venv/bin/python benchmarks/gait_plates.py [--seeds 10]

The six treadmill trials of ../shared/data/gait (RUNFORM_SHARED names the folder above `data`) as
keypoints seen from the side: at 30, 60 and full rate, each with the noise of a detector from so
many seeds. The lags were fitted to the first set of trials; the second one judges, though not
blindly (see tests/real/force_plates.py).
Zeni et al. 2008: extremes of the foot's distance from the pelvis. Acceleration: contact at the
largest upward acceleration of heel or toe, whichever comes first, toe-off at that of the toe (after
Handsaker et al. 2016, on tracks low-passed at 10 Hz).
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests/real"), str(ROOT / "benchmarks")]

from filmed import DATA  # noqa: E402
from force_plates import JUDGED_ON, SET_ON, Trial, load_trials  # noqa: E402
from gait import zeni_events  # noqa: E402
from plate_errors import RATES, errors_of_readings, our_events, shank_errors_deg  # noqa: E402
from scipy.ndimage import gaussian_filter1d  # noqa: E402
from scipy.signal import find_peaks  # noqa: E402

from runform.gait.events import EVENTS  # noqa: E402
from runform.gait.tracks import SIDES, tracks_of  # noqa: E402
from runform.sequence import PoseSequence  # noqa: E402

METHODS = {"runform": our_events, "Zeni": zeni_events}
_CUTOFF_HZ = 10.0


def acceleration_events(
    sequence: PoseSequence, ahead: int
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Side -> times of contact and of toe-off, from the vertical accelerations of heel and toe."""
    tracks = tracks_of(sequence)
    width = tracks.fps * np.sqrt(np.log(2) / 2) / (np.pi * _CUTOFF_HZ)
    events = {}
    for side in SIDES:
        up = {
            joint: gaussian_filter1d(tracks.xy[f"{side}_{joint}"][:, 1], width, order=2)
            for joint in ("heel", "big_toe")
        }
        toe_x = ahead * (tracks.xy[f"{side}_big_toe"] - tracks.pelvis)[:, 0]
        apart = max(2, int(0.45 * tracks.fps))
        fronts, rears = (find_peaks(x, distance=apart)[0] for x in (toe_x, -toe_x))
        reach = round(0.12 * tracks.fps)
        contacts = [
            min(_largest(up[joint], front - 1, front + reach) for joint in up) for front in fronts
        ]
        leaves = [_largest(up["big_toe"], rear - reach, rear + 1) for rear in rears]
        events[side] = (np.array(contacts) / tracks.fps, np.array(leaves) / tracks.fps)
    return events


def _largest(signal: np.ndarray, first: int, last: int) -> float:
    """Row of the largest value between two rows, between rows by a parabola."""
    first = max(first, 0)
    row = first + int(np.argmax(signal[first : last + 1]))
    if not 0 < row < len(signal) - 1:
        return float(row)
    before, here, after = signal[row - 1 : row + 2]
    bend = before - 2 * here + after
    return row + (0.5 * (before - after) / bend if bend else 0.0)


METHODS["acceleration"] = acceleration_events


def print_foot(trial: Trial, side: str, readings: dict, method: str) -> None:
    """One row: bias and its range over readings, median error, of contact and of toe-off."""
    cells = [trial.name, side, method]
    for event in EVENTS:
        ms = [1e3 * errors for errors in readings[side, event]]
        bias = np.array([np.nanmean(one) if np.isfinite(one).any() else np.nan for one in ms])
        every = np.concatenate(ms)
        cells += [
            f"{np.nanmean(bias):+.1f}",
            f"{np.nanmin(bias):+.1f} to {np.nanmax(bias):+.1f}",
            f"{np.nanmedian(np.abs(every)):.1f}",
            f"{100 * np.isfinite(every).mean():.0f}",
        ]
    if method == "runform":
        shank = [shank_errors_deg(trial, fps)[side] for fps in RATES]
        cells.append(f"{min(shank):+.1f} to {max(shank):+.1f}")
    print(f"| {' | '.join(cells)} |", flush=True)


def print_table(title: str, trials: list[Trial], seeds: int) -> None:
    """All trials, feet and methods; then the slope of contact time."""
    columns = ["trial", "foot", "method"]
    for event in ("contact", "toe-off"):
        columns += [f"{event} bias, ms", "of single readings", "median error", "found %"]
    columns.append("shank at contact, deg")
    print(f"\n{title}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    times: dict[str, list[tuple[float, float]]] = {}
    for trial in trials:
        for method, find in METHODS.items():
            readings = errors_of_readings(trial, find, seeds)
            for side in SIDES:
                print_foot(trial, side, readings, method)
                true = 1e3 * float(np.diff(trial.contacts[side]).mean())
                ic, to = (1e3 * np.nanmean(readings[side, event]) for event in EVENTS)
                times.setdefault(method, []).append((true, true + to - ic))
    for method, pairs in times.items():
        true_ms, read_ms = np.array(pairs).T
        slope = np.polyfit(true_ms, read_ms, 1)[0]
        print(
            f"\n{method}: slope of read on true contact time {slope:.2f}, "
            f"mean error {np.mean(read_ms - true_ms):+.0f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10, help="seeds of noise at each rate")
    seeds = parser.parse_args().seeds
    folder = DATA / "gait"
    if not folder.is_dir():
        sys.exit(f"no force plates in {folder}: RUNFORM_SHARED names the folder above `data`")
    print_table("Set on", load_trials(folder, SET_ON), seeds)
    print_table("Judged on", load_trials(folder, JUDGED_ON), seeds)


if __name__ == "__main__":
    main()

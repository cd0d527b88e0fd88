"""Contacts and toe-offs of this project, of Zeni's method and of gaitkit's detectors against force
plates.

The second set of trials (tests/real/force_plates.py) as keypoints seen from the side, at 30, 60 and
full rate, each with the noise of a pose network from so many seeds; and at full rate without noise,
which is nearest to the motion capture that gaitkit's detectors are made for.
"""

import json
import subprocess

import numpy as np
from environments import start
from filmed import DATA
from force_plates import JUDGED_ON, PX_PER_MM, Trial, load_trials
from gait import zeni_events
from plate_errors import errors_of_readings, errors_s, our_events

from runform.gait.events import EVENTS
from runform.gait.tracks import SIDES
from runform.sequence import PoseSequence
from runform.skeleton import get_skeleton

_FEMUR_MM = 400.0
# Name in a pose -> name in gaitkit.
_JOINTS = {"hip": "hip", "knee": "knee", "ankle": "ankle", "heel": "heel", "big_toe": "toe"}


class Gaitkit:
    """Its worker, asked once for all detectors of a sequence."""

    def __init__(self):
        self._worker: subprocess.Popen = start("gaitkit")
        self._answers: dict[bytes, dict] = {}

    def events(self, sequence: PoseSequence, ahead: int, px_per_mm: float | None = None) -> dict:
        """Detector -> side -> times of contact and of toe-off, s."""
        asked = {"fps": sequence.fps, "joints": joints_mm(sequence, ahead, px_per_mm)}
        key = sequence.xy.tobytes()
        if key not in self._answers:
            self._worker.stdin.write(json.dumps(asked) + "\n")
            self._worker.stdin.flush()
            self._answers[key] = json.loads(self._worker.stdout.readline())
        return {
            detector: {side: tuple(np.array(times) for times in pair) for side, pair in all.items()}
            for detector, all in self._answers[key].items()
        }

    def method(self, detector: str):
        """As `plate_errors` asks for events."""
        return lambda sequence, ahead: self.events(sequence, ahead, PX_PER_MM)[detector]

    def detectors(self, trial: Trial) -> list[str]:
        return list(self.events(trial.keypoints(), 1, PX_PER_MM))

    def close(self) -> None:
        self._worker.communicate()


def joints_mm(sequence: PoseSequence, ahead: int, px_per_mm: float | None) -> dict[str, list]:
    """gaitkit's joint -> T pairs of mm, x ahead and y up, gaps filled; without a scale the thighs'
    median length is 400 mm, as myogait has it.
    """
    skeleton, joints = get_skeleton(sequence.skeleton), {}
    for side in SIDES:
        for name, theirs in _JOINTS.items():
            xy = sequence.xy[:, skeleton.index(f"{side}_{name}")].astype(float)
            rows, visible = np.arange(len(xy)), np.isfinite(xy).all(1)
            filled = [np.interp(rows, rows[visible], xy[visible, axis]) for axis in (0, 1)]
            joints[f"{side}_{theirs}"] = np.stack(filled, 1) * [ahead, -1]
    thighs = [joints[f"{side}_hip"] - joints[f"{side}_knee"] for side in SIDES]
    scale = px_per_mm or float(np.median(np.linalg.norm(thighs, axis=2))) / _FEMUR_MM
    return {name: np.round(xy / scale, 2).tolist() for name, xy in joints.items()}


def print_plates(seeds: int) -> dict[str, dict[str, str]]:
    """The table; and detector -> its cells of the short table."""
    if not (DATA / "gait").is_dir():
        print(f"\nNo force plates: {DATA / 'gait'} is missing.")
        return {}
    trials, gaitkit, short = load_trials(DATA / "gait", JUDGED_ON), Gaitkit(), {}
    methods = {"runform": our_events, "Zeni 2008": zeni_events} | {
        f"gaitkit, {name}": gaitkit.method(name) for name in gaitkit.detectors(trials[0])
    }
    columns = ["events by"]
    for event in ("contact", "toe-off"):
        columns += [f"{event}: bias, ms", "of single feet", "median error", "found %", "no noise"]
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)
    for name, method in methods.items():
        readings = [errors_of_readings(trial, method, seeds) for trial in trials]
        clean = [errors_s(trial, method, None, noise_px=0.0) for trial in trials]
        cells, short[name] = [name], {}
        for event in EVENTS:
            row = event_cells(readings, clean, event)
            cells += row
            short[name][event] = f"{row[2]} ({row[0]})"
        print(f"| {' | '.join(cells)} |", flush=True)
    gaitkit.close()
    return short


def event_cells(readings: list[dict], clean: list[dict], event: str) -> list[str]:
    """Bias over all feet, its range over feet, median error, share found; median error at full rate
    without noise. readings, clean: of each trial, (side, event) -> errors, s.
    """
    feet = [1e3 * np.concatenate(errors[side, event]) for errors in readings for side in SIDES]
    undisturbed = [1e3 * np.abs(errors[side, event]) for errors in clean for side in SIDES]
    bias, every = [_mean(foot) for foot in feet], np.concatenate(feet)
    return [
        f"{np.nanmean(bias):+.0f}",
        f"{np.nanmin(bias):+.0f} to {np.nanmax(bias):+.0f}",
        f"{np.nanmedian(np.abs(every)):.0f}",
        f"{100 * np.isfinite(every).mean():.0f}",
        f"{np.nanmedian(np.concatenate(undisturbed)):.0f}",
    ]


def _mean(values: np.ndarray) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")

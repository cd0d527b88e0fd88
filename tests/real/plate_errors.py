"""How far contacts and toe-offs of a method lie from those of the force plates."""

from collections.abc import Callable

import numpy as np
from force_plates import Trial

from runform.gait.events import EVENTS, GaitEvents, detect_events
from runform.gait.motion import Motion, motion_of
from runform.gait.stride_cycle import StrideSettings, find_strides
from runform.gait.tracks import SIDES, tracks_of
from runform.sequence import PoseSequence

TOLERANCE_S = 0.15
# What a detector of good quality leaves on a runner 260 px tall.
NOISE_PX = 1.5
RATES = (30.0, 60.0, None)
Method = Callable[[PoseSequence, int], dict[str, tuple[np.ndarray, np.ndarray]]]


def our_events(sequence: PoseSequence, ahead: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Side -> times of contact and of toe-off."""
    _, events = events_of(sequence, ahead)
    return {side: (events.foot(side).ic_s, events.foot(side).to_s) for side in SIDES}


def events_of(sequence: PoseSequence, ahead: int) -> tuple[Motion, GaitEvents]:
    """The motion that metrics are read from, and the events."""
    tracks, settings = tracks_of(sequence), StrideSettings()
    cycle, _ = find_strides(tracks, settings)
    events = detect_events(motion_of(tracks, cycle, settings.max_harmonics), ahead)
    return motion_of(tracks, cycle, settings.max_harmonics, events.contact_phases), events


def errors_s(
    trial: Trial, method: Method, fps: float | None, seed: int = 0, **keypoints
) -> dict[tuple[str, str], np.ndarray]:
    """(side, event) -> error of each true event that was found, NaN where none was; each seed
    begins elsewhere between two frames.
    """
    start_s = 0.0073 * (seed % 5)
    times = method(
        trial.keypoints(fps, start_s, **{"noise_px": NOISE_PX, "seed": seed} | keypoints), 1
    )
    errors = {}
    for side in SIDES:
        for column, event in enumerate(EVENTS):
            true_s = trial.contacts[side][:, column] - start_s
            read_s = np.append(times[side][column], np.inf)
            away = read_s[None] - true_s[:, None]
            nearest = np.take_along_axis(away, np.abs(away).argmin(1)[:, None], 1)[:, 0]
            errors[side, event] = np.where(np.abs(nearest) < TOLERANCE_S, nearest, np.nan)
    return errors


def errors_of_readings(
    trial: Trial, method: Method, seeds: int
) -> dict[tuple[str, str], list[np.ndarray]]:
    """(side, event) -> errors of each reading: all rates, each with noise of so many seeds."""
    readings: dict[tuple[str, str], list[np.ndarray]] = {}
    for fps in RATES:
        for seed in range(seeds):
            for key, errors in errors_s(trial, method, fps, seed).items():
                readings.setdefault(key, []).append(errors)
    return readings


def shank_errors_deg(trial: Trial, fps: float | None, seed: int = 0) -> dict[str, float]:
    """Side -> shank angle read at the contacts as read, less that of the markers at the true ones,
    means over the trial.
    """
    motion, events = events_of(trial.keypoints(fps, noise_px=NOISE_PX, seed=seed), 1)
    own_s = np.arange(len(trial.joints["left_knee"])) / trial.rate_hz
    errors = {}
    for side in SIDES:
        knee, ankle = (trial.joints[f"{side}_{joint}"] for joint in ("knee", "ankle"))
        true = np.interp(trial.contacts[side][:, 0], own_s, _shank_deg(knee - ankle))
        joints = motion.at(events.foot(side).ic_s)
        read = _shank_deg(joints[f"{side}_knee"] - joints[f"{side}_ankle"])
        errors[side] = float(read.mean() - true.mean())
    return errors


def _shank_deg(shank: np.ndarray) -> np.ndarray:
    """Angle with the vertical of vectors (N, 2) from ankle to knee; ankle ahead is positive."""
    return -np.degrees(np.arctan2(shank[:, 0], shank[:, 1]))

"""Initial contact and toe-off against the force plate of a treadmill trial: 77 contacts of one
runner.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from force_plates import load_trial, pseudo_keypoints

from runform.gait.events import detect_events
from runform.gait.motion import motion_of
from runform.gait.stride_cycle import StrideSettings, find_strides
from runform.gait.tracks import SIDES, tracks_of

DATA = (
    Path(os.environ.get("RUNFORM_SHARED", Path(__file__).parents[2] / "../shared"))
    / "data"
    / "gait"
)
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"no force plates in {DATA} (RUNFORM_SHARED names their folder)"
)
TOLERANCE_S = 0.06


@pytest.fixture(scope="module")
def trial():
    return load_trial(DATA)


def errors_s(trial, step, start=0, skeleton="halpe26", noise_px=0.0):
    """Event -> errors of all events found within the tolerance; and the shares of events missed and
    false.
    """
    markers, contacts = trial
    sequence = pseudo_keypoints(markers, step, start, skeleton)
    noise = np.random.default_rng(0).normal(0, noise_px, sequence.xy.shape) if noise_px else 0.0
    xy = (sequence.xy + noise).astype(np.float32)
    tracks = tracks_of(sequence.replace(xy=xy, raw_xy=xy))
    cycle, _ = find_strides(tracks, StrideSettings())
    events = detect_events(motion_of(tracks, cycle, 20), ahead=1)
    errors, missed, false, true = {"ic": [], "to": []}, 0, 0, 0
    for side in SIDES:
        for column, event in enumerate(errors):
            wanted = contacts[side][:, column] - start / 150
            times = getattr(events.foot(side), f"{event}_s")
            times = times[(times > wanted[0] - TOLERANCE_S) & (times < wanted[-1] + TOLERANCE_S)]
            distance = times[None] - wanted[:, None]
            near = np.abs(distance) < TOLERANCE_S
            errors[event] += distance[near].tolist()
            missed, false = missed + (~near.any(1)).sum(), false + (~near.any(0)).sum()
            true += len(wanted)
    return {event: np.array(found) for event, found in errors.items()}, missed / true, false / true


@pytest.mark.parametrize(
    "step, ic_ms, to_ms", [(1, 10, 15), (5, 15, 20)], ids=["150 Hz", "thinned to 30 Hz"]
)
def test_contacts_are_found_in_time(trial, step, ic_ms, to_ms):
    errors, missed, false = errors_s(trial, step)
    assert 1e3 * np.median(np.abs(errors["ic"])) <= ic_ms
    assert 1e3 * np.median(np.abs(errors["to"])) <= to_ms
    assert missed <= 0.02 and false < 0.02


def test_noise_of_a_detector_moves_no_contact_far(trial):
    errors, missed, false = errors_s(trial, 5, noise_px=2.5)
    assert 1e3 * np.median(np.abs(errors["ic"])) <= 15
    assert 1e3 * np.median(np.abs(errors["to"])) <= 20
    assert missed <= 0.02 and false < 0.02


def test_ankles_alone_will_do(trial):
    errors, missed, false = errors_s(trial, 5, skeleton="coco17")
    assert 1e3 * np.median(np.abs(errors["ic"])) <= 20
    assert 1e3 * np.median(np.abs(errors["to"])) <= 25
    assert missed <= 0.02 and false < 0.02

"""Initial contact and toe-off against the force plates of the trials that no lag was fitted to:
RBDS001 and FootNet, second halves, and hamner04 at 3 and 4 m/s (not blind: see force_plates.py).
"""

import os
from pathlib import Path

import numpy as np
import pytest
from force_plates import JUDGED_ON, load_trials
from plate_errors import errors_of_readings, errors_s, our_events, shank_errors_deg

DATA = (
    Path(os.environ.get("RUNFORM_SHARED", Path(__file__).parents[2] / "../shared"))
    / "data"
    / "gait"
)
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"no force plates in {DATA} (RUNFORM_SHARED names their folder)"
)
SEEDS = 2


@pytest.fixture(scope="module")
def trials():
    return {trial.name: trial for trial in load_trials(DATA, JUDGED_ON)}


@pytest.fixture(scope="module")
def errors_ms(trials):
    """Trial -> (side, event) -> the errors of each reading at 30, 60 and full rate."""
    return {
        name: {
            key: [1e3 * errors for errors in readings]
            for key, readings in errors_of_readings(trial, our_events, SEEDS).items()
        }
        for name, trial in trials.items()
    }


@pytest.mark.parametrize("name", JUDGED_ON)
def test_contacts_have_little_bias(errors_ms, name):
    contacts = np.concatenate(
        [reading for side in ("left", "right") for reading in errors_ms[name][side, "ic"]]
    )
    assert np.isfinite(contacts).all(), "all are found"
    assert abs(contacts.mean()) < 5
    assert np.median(np.abs(contacts)) <= 10


@pytest.mark.parametrize("name", JUDGED_ON)
def test_toe_offs_have_little_bias(errors_ms, name):
    toe_offs = np.concatenate(
        [reading for side in ("left", "right") for reading in errors_ms[name][side, "to"]]
    )
    assert np.isfinite(toe_offs).all(), "all are found"
    assert abs(toe_offs.mean()) < 10


@pytest.mark.parametrize("name", JUDGED_ON)
def test_bias_moves_little_with_rate_and_noise(errors_ms, name):
    for (side, event), readings in errors_ms[name].items():
        bias = [reading.mean() for reading in readings]
        assert np.ptp(bias) < 5, f"{side} {event}: {np.round(bias, 1)}"


def test_contact_time_read_rises_as_the_true_one(trials, errors_ms):
    true, read = [], []
    for name, errors in errors_ms.items():
        for side in ("left", "right"):
            true.append(1e3 * np.diff(trials[name].contacts[side]).mean())
            longer = np.mean(errors[side, "to"]) - np.mean(errors[side, "ic"])
            read.append(true[-1] + longer)
    assert 0.85 < np.polyfit(true, read, 1)[0] < 1.15


@pytest.mark.parametrize("name", JUDGED_ON)
@pytest.mark.parametrize("fps", [30.0, None], ids=["30 Hz", "full rate"])
def test_shank_angle_at_contact(trials, name, fps):
    for side, error_deg in shank_errors_deg(trials[name], fps).items():
        assert abs(error_deg) < 2, side


@pytest.mark.parametrize("name", ["RBDS001", "FootNet"])
def test_noise_of_a_detector_moves_no_contact_far(trials, name):
    errors = errors_s(trials[name], our_events, 30.0, noise_px=2.5)
    for side in ("left", "right"):
        assert 1e3 * np.median(np.abs(errors[side, "ic"])) <= 15
        assert 1e3 * np.median(np.abs(errors[side, "to"])) <= 20


def test_ankles_alone_will_do(trials):
    errors = errors_s(trials["RBDS001"], our_events, 30.0, noise_px=0.0, skeleton="coco17")
    for side in ("left", "right"):
        assert 1e3 * np.median(np.abs(errors[side, "ic"])) <= 20
        assert 1e3 * np.median(np.abs(errors[side, "to"])) <= 25

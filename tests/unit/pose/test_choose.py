import numpy as np
import pytest

from runform.pose.follow import boxes_of, choose_runner, prominence
from runform.pose.tracking import NOBODY

SIZE = (1000, 500)


def person(x: float, height: float, frames: int = 40, swing: float = 0.0) -> np.ndarray:
    """(T, 4) box about (x, 250), whose width opens and closes by `swing` heights."""
    width = height * (0.4 + swing * np.sin(np.arange(frames)))
    return np.stack(
        [
            x - width / 2,
            np.full(frames, 250 - height / 2),
            x + width / 2,
            np.full(frames, 250 + height / 2),
        ],
        axis=1,
    )


def together(*people):
    boxes = [
        np.array([one[frame] for one in people if np.isfinite(one[frame]).all()]).reshape(-1, 4)
        for frame in range(40)
    ]
    ids = [
        np.array([name for name, one in enumerate(people) if np.isfinite(one[frame]).all()], int)
        for frame in range(40)
    ]
    return boxes, ids


def test_the_larger_one_is_followed():
    assert choose_runner(*together(person(400, 100), person(600, 200)), SIZE) == 1


def test_the_one_in_the_middle_is_followed():
    assert choose_runner(*together(person(60, 200), person(480, 200)), SIZE) == 1


def test_the_one_who_stays_is_followed():
    leaving = person(400, 220)
    leaving[10:] = np.nan
    assert choose_runner(*together(leaving, person(600, 200)), SIZE) == 1


def test_the_one_whose_legs_swing_is_followed():
    assert choose_runner(*together(person(400, 200), person(600, 200, swing=0.15)), SIZE) == 1


def test_the_manifest_s_subject_decides():
    assert (
        choose_runner(*together(person(60, 100), person(480, 200)), SIZE, subject=(0.05, 0.5)) == 0
    )


def test_prominence_in_numbers():
    # Half the frame's height, seen in half of the frames, a tenth off the middle, no swing: .5 x .5
    # x .9 x .5.
    value = prominence(np.arange(20), person(600, 250, frames=20), 40, SIZE)
    assert value == pytest.approx(0.5 * 0.5 * 0.9 * 0.5)


def test_nobody():
    assert choose_runner([np.empty((0, 4))] * 3, [np.empty(0, int)] * 3, SIZE) == NOBODY


def test_boxes_of_one_person():
    hidden = person(600, 200)
    hidden[5] = np.nan
    path = boxes_of(1, *together(person(400, 100), hidden))
    np.testing.assert_array_equal(path, hidden)

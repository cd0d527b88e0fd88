"""The runner to follow: detected, tracked, joined again, chosen."""

import numpy as np
import pytest

from runform.pose.follow import (
    PeopleSettings,
    boxes_of,
    choose_runner,
    follow_runner,
    interpolate_boxes,
    prominence,
    rejoin,
)
from runform.pose.tracking import NOBODY

SIZE, RATE_HZ = (1000, 500), 10.0


class ScriptedDetector:
    """Answers each frame by what is painted into it: red and green rectangles are people, as the
    real network's boxes would be.
    """

    threads = 1

    def detect(self, frames, min_score):
        return [
            np.array(
                [_box(frame, channel) for channel in (0, 1) if frame[..., channel].any()]
            ).reshape(-1, 5)
            for frame in frames
        ]


def _box(frame, channel):
    rows, columns = np.nonzero(frame[..., channel])
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1, 0.9]


def painted(frames: int = 60):
    """A large red person who walks right, and a small green one who stands; red is hidden for half
    a second.
    """
    for t in range(frames):
        frame = np.zeros((200, 400, 3), np.uint8)
        frame[20:60, 300:315, 1] = 255
        if not 30 <= t < 45:
            frame[50:170, 20 + 3 * t : 70 + 3 * t, 0] = 255
        yield frame


def test_the_main_person_is_followed_between_detections_and_through_a_gap():
    boxes, report = follow_runner(painted(), 30.0, ScriptedDetector(), PeopleSettings(every_s=0.1))
    expected = np.array([[20 + 3 * t, 50, 70 + 3 * t, 170] for t in range(58)])
    np.testing.assert_allclose(boxes[:58], expected, atol=1e-9)
    assert report == {"people": 2} and boxes.shape == (60, 4)


def test_the_subject_is_followed():
    boxes, _ = follow_runner(
        painted(), 30.0, ScriptedDetector(), PeopleSettings(), subject=(0.77, 0.2)
    )
    np.testing.assert_allclose(boxes, np.tile([300.0, 20, 315, 60], (60, 1)))


def test_nobody_is_followed_where_nobody_is():
    empty = (np.zeros((50, 60, 3), np.uint8) for _ in range(7))
    boxes, report = follow_runner(empty, 30.0, ScriptedDetector(), PeopleSettings())
    assert boxes.shape == (7, 4) and np.isnan(boxes).all() and report == {"people": 0}


def test_boxes_between_detections():
    path = np.array(
        [
            [0.0, 0, 10, 10],
            [np.nan] * 4,
            [20.0, 0, 30, 10],
            [np.nan] * 4,
            [np.nan] * 4,
            [50.0, 0, 60, 10],
        ]
    )
    boxes = interpolate_boxes(path, step=2, frames=12, longest=4)
    np.testing.assert_allclose(
        boxes[:6, 0], [0, 5, 10, 15, 20, 20]
    )  # the gap of 6 frames that follows is too long
    assert np.isnan(boxes[6:9]).all()
    np.testing.assert_allclose(boxes[10:, 0], [50, 50])


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


def scene(**lives):
    """Boxes and ids of people: id -> (first frame, left edge px, height px); each is seen for ten
    frames in one place.
    """
    frames = [[] for _ in range(100)]
    for name, (first, left, height) in lives.items():
        for frame in range(first, first + 10):
            frames[frame].append(
                (int(name.removeprefix("p")), [left, 200, left + 60, 200 + height])
            )
    boxes = [np.array([box for _, box in frame], float).reshape(-1, 4) for frame in frames]
    return boxes, [np.array([name for name, _ in frame], int) for frame in frames]


def names(boxes, ids):
    joined = rejoin(boxes, ids, RATE_HZ, SIZE)
    assert [len(frame) for frame in joined] == [len(frame) for frame in ids]
    return sorted({int(name) for frame in joined for name in frame})


def test_who_is_lost_and_appears_inside_the_picture_is_one_person():
    assert names(*scene(p0=(0, 400, 200), p1=(40, 600, 220))) == [0]


def test_three_pieces_are_one_person():
    assert names(*scene(p4=(0, 400, 200), p1=(30, 450, 200), p7=(60, 500, 200))) == [4]


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ((65, 400, 200), "after more than five seconds"),
        ((15, 900, 200), "faster than anybody runs"),
        ((30, 400, 90), "much smaller"),
        ((30, 930, 200), "comes in at the edge"),
        ((5, 500, 200), "both are seen at once"),
    ],
)
def test_others_stay_others(second, why):
    assert names(*scene(p0=(0, 400, 200), p1=second)) == [0, 1], why


def test_two_lost_people_keep_their_numbers():
    boxes, ids = scene(p0=(0, 200, 200), p1=(0, 700, 200), p2=(30, 650, 200), p3=(30, 250, 200))
    joined = rejoin(boxes, ids, RATE_HZ, SIZE)
    assert dict(zip(boxes[30][:, 0], joined[30], strict=True)) == {650: 1, 250: 0}


def test_nobody_stays_nobody():
    boxes, ids = scene(p0=(0, 400, 200))
    ids[5][:] = NOBODY
    assert rejoin(boxes, ids, RATE_HZ, SIZE)[5].tolist() == [NOBODY]
    assert rejoin([np.empty((0, 4))], [np.empty(0, int)], RATE_HZ, SIZE)[0].tolist() == []

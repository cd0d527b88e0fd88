import numpy as np
import pytest

from runform.pose.blazepose import BlazePose, cut_window, window_side
from runform.pose.follow import PeopleSettings, between, follow_runner


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
    boxes, known = follow_runner(painted(), 30.0, ScriptedDetector(), PeopleSettings(every_s=0.1))
    expected = np.array([[20 + 3 * t, 50, 70 + 3 * t, 170] for t in range(58)])
    np.testing.assert_allclose(boxes[:58], expected, atol=1e-9)
    assert known == {"people": 2} and boxes.shape == (60, 4)


def test_the_subject_is_followed():
    boxes, _ = follow_runner(
        painted(), 30.0, ScriptedDetector(), PeopleSettings(), subject=(0.77, 0.2)
    )
    np.testing.assert_allclose(boxes, np.tile([300.0, 20, 315, 60], (60, 1)))


def test_nobody_is_followed_where_nobody_is():
    empty = (np.zeros((50, 60, 3), np.uint8) for _ in range(7))
    boxes, known = follow_runner(empty, 30.0, ScriptedDetector(), PeopleSettings())
    assert boxes.shape == (7, 4) and np.isnan(boxes).all() and known == {"people": 0}


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
    boxes = between(path, step=2, frames=12, longest=4)
    np.testing.assert_allclose(
        boxes[:6, 0], [0, 5, 10, 15, 20, 20]
    )  # the gap of 6 frames that follows is too long
    assert np.isnan(boxes[6:9]).all()
    np.testing.assert_allclose(boxes[10:, 0], [50, 50])


def test_a_window_shows_the_box_and_greys_the_rest():
    frame = np.arange(100 * 120 * 3, dtype=np.int64).reshape(100, 120, 3).astype(np.uint8)
    boxes = np.array([[90.0, 20, 110, 80], [np.nan] * 4])
    side = window_side(boxes)
    assert side == 78  # 60 px and .15 of that each way
    window, corner = cut_window(frame, boxes[0], side)
    assert window.shape == (78, 78, 3)
    np.testing.assert_array_equal(corner, [61, 11])
    np.testing.assert_array_equal(window[9:69, 29:49], frame[20:80, 90:110])
    assert (window[:, :20] == 114).all() and (
        window[:, 59:] == 114
    ).all()  # beside the box; beyond the frame's edge


def test_blazepose_skips_frames_without_a_box():
    frames = [np.zeros((60, 80, 3), np.uint8)] * 3
    nowhere = np.full((3, 4), np.nan)
    assert np.isnan(BlazePose().detect(frames, nowhere).xy).all()


@pytest.mark.parametrize("size", [(1, 1), (0, 0)])
def test_a_box_of_no_size_does_no_harm(size):
    window, _ = cut_window(
        np.zeros((60, 80, 3), np.uint8), np.array([10.0, 10, 10 + size[0], 10 + size[1]]), 5
    )
    assert window.shape == (5, 5, 3)

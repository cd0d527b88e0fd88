import threading

import numpy as np
import pytest

from runform.pose.backend import in_batches, mapped, stack_detections


def test_frames_without_a_person_are_missing_and_never_zero():
    row = (np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), np.array([0.5, 1.2], np.float32))
    detections = stack_detections([None, row, None], joints=2)
    assert np.isnan(detections.xy[[0, 2]]).all() and not detections.score[[0, 2]].any()
    np.testing.assert_array_equal(detections.xy[1], row[0])
    np.testing.assert_array_equal(detections.score[1], np.array([0.5, 1.0], np.float32))


def test_a_joint_without_a_place_or_without_confidence_is_missing():
    row = (np.array([[np.nan, 2.0], [3.0, 4.0]], np.float32), np.array([0.9, 0.0], np.float32))
    detections = stack_detections([row], joints=2)
    assert np.isnan(detections.xy).all() and not detections.score.any()


def test_no_frames():
    detections = stack_detections([], joints=17)
    assert detections.xy.shape == (0, 17, 2) and detections.score.shape == (0, 17)


@pytest.mark.parametrize("workers", [1, 3])
def test_all_answers_come_in_order(workers):
    assert list(mapped(lambda item: 2 * item, iter(range(50)), workers)) == list(range(0, 100, 2))
    assert list(mapped(abs, [], workers)) == []


def test_several_items_are_worked_on_at_once():
    meeting = threading.Barrier(3, timeout=20)  # passes only when three threads stand before it
    assert list(mapped(lambda item: meeting.wait() is not None, range(3), 3)) == [True] * 3


def test_few_items_are_read_ahead():
    read = []
    answers = mapped(abs, (read.append(item) or item for item in range(100)), 2)
    assert next(answers) == 0 and len(read) == 5
    answers.close()
    assert len(read) == 5


def test_a_fault_is_raised():
    def items():
        yield 1
        raise ValueError("frame 2 is damaged")

    with pytest.raises(ValueError, match="frame 2 is damaged"):
        list(mapped(abs, items(), 2))
    with pytest.raises(ZeroDivisionError):
        list(mapped(lambda item: 1 // item, [2, 1, 0], 2))


def test_no_thread_is_left_when_the_caller_stops_early():
    before = threading.active_count()
    answers = mapped(abs, iter(range(1000)), 2)
    assert next(answers) == 0
    answers.close()
    assert threading.active_count() == before


def test_batches():
    assert list(in_batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(in_batches([], 2)) == []

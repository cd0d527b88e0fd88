import numpy as np

from runform.pose.backend import stack_detections


def test_frames_without_a_person_are_missing_and_never_zero():
    found = (np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), np.array([0.5, 1.2], np.float32))
    detections = stack_detections([None, found, None], joints=2)
    assert np.isnan(detections.xy[[0, 2]]).all() and not detections.score[[0, 2]].any()
    np.testing.assert_array_equal(detections.xy[1], found[0])
    np.testing.assert_array_equal(detections.score[1], np.array([0.5, 1.0], np.float32))


def test_a_joint_without_a_place_or_without_confidence_is_missing():
    found = (np.array([[np.nan, 2.0], [3.0, 4.0]], np.float32), np.array([0.9, 0.0], np.float32))
    detections = stack_detections([found], joints=2)
    assert np.isnan(detections.xy).all() and not detections.score.any()


def test_no_frames():
    detections = stack_detections([], joints=17)
    assert detections.xy.shape == (0, 17, 2) and detections.score.shape == (0, 17)

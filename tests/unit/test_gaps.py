"""Gaps in tracks of joints."""

import numpy as np

from runform.skeleton import bridged

NAN = np.nan


def test_straight_lines_within_and_the_nearest_value_beyond():
    track = np.array([NAN, 2, NAN, NAN, 5, NAN])
    assert bridged(track).tolist() == [2, 2, 3, 4, 5, 5]


def test_each_column_by_itself_and_zeros_where_nothing_is_known():
    tracks = np.array([[[0, NAN]], [[NAN, NAN]], [[4, NAN]]], np.float32)
    assert bridged(tracks).tolist() == [[[0, 0]], [[2, 0]], [[4, 0]]]
    assert np.isnan(tracks[1]).all(), "the tracks themselves are left alone"


def test_no_frames():
    assert bridged(np.zeros((0, 17, 2))).shape == (0, 17, 2)

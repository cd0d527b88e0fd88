"""Clips of any frame rate as films of about one."""

import numpy as np
import pytest

from runform.encoder.h36m import encoder_input
from runform.encoder.rate import encoder_films, interleave

VIEW = {"smooth_s": 0.25, "one_direction": False}


@pytest.mark.parametrize(
    ("fps", "capture_fps", "films"),
    [(24, np.nan, 1), (25, 25, 1), (30, np.nan, 1), (44, np.nan, 1), (50, 50, 2), (60, np.nan, 2), (30, 120, 4), (25, 240, 8)],
)
def test_every_nth_frame_nearest_to_the_rate_in_true_time(runner_sequence, fps, capture_fps, films):
    sequence = runner_sequence(61).replace(fps=float(fps), capture_fps=float(capture_fps))
    found = encoder_films(sequence, 30.0, **VIEW)
    assert len(found) == films
    whole = interleave(found)
    true_fps = fps if np.isnan(capture_fps) else capture_fps
    np.testing.assert_array_equal(whole, encoder_input(sequence.replace(fps=float(true_fps)), **VIEW))
    for first, film in enumerate(found):
        np.testing.assert_array_equal(film, whole[first::films])


def test_a_rate_of_0_takes_every_frame_as_played(runner_sequence):
    slow = runner_sequence(60).replace(fps=30.0, capture_fps=240.0)
    (film,) = encoder_films(slow, 0.0, **VIEW)
    np.testing.assert_array_equal(film, encoder_input(slow, **VIEW))


@pytest.mark.parametrize("frames", [1, 3])
def test_a_clip_shorter_than_its_films(runner_sequence, frames):
    found = encoder_films(runner_sequence(frames).replace(fps=240.0), 30.0, **VIEW)
    assert [len(film) for film in found] == [1] * frames

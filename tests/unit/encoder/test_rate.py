"""Clips of any frame rate as films of one."""

import numpy as np
import pytest

from runform.encoder.inputs import encoder_films, encoder_input, interleave, retimed, take_apart

VIEW = {"smooth_s": 0.25, "one_direction": False}


def swing(fps: float, seconds: float) -> np.ndarray:
    """(T, 17, 3): joints that swing once a second, surely seen."""
    time_s = np.arange(round(seconds * fps))[:, None] / fps
    phase = 2 * np.pi * time_s + np.arange(17)
    return np.stack([np.cos(phase), np.sin(phase), np.ones_like(phase)], axis=-1).astype(np.float32)


@pytest.mark.parametrize(
    ("fps", "capture_fps", "films"),
    [
        (30, np.nan, 1),
        (29.97, np.nan, 1),
        (60, np.nan, 2),
        (59.94, 59.94, 2),
        (30, 120, 4),
        (25, 240, 8),
    ],
)
def test_every_nth_frame_in_true_time(runner_sequence, fps, capture_fps, films):
    sequence = runner_sequence(61).replace(fps=float(fps), capture_fps=float(capture_fps))
    found = encoder_films(sequence, 30.0, **VIEW)
    assert len(found) == films
    whole = interleave(found)
    true_fps = fps if np.isnan(capture_fps) else capture_fps
    np.testing.assert_array_equal(
        whole, encoder_input(sequence.replace(fps=float(true_fps)), **VIEW)
    )
    for first, film in enumerate(found):
        np.testing.assert_array_equal(film, whole[first::films])


@pytest.mark.parametrize(("fps", "films"), [(24, 1), (25, 1), (44, 1), (48, 2), (50, 2), (100, 3)])
def test_other_rates_become_the_motion_that_the_usual_rate_shows(fps, films):
    found = take_apart(swing(fps, 2), fps, 30.0)
    assert len(found) == films
    whole = interleave(found)
    seen = swing(30 * films, 2)[: len(whole)]
    assert len(seen) >= len(whole) > (2 - 1 / fps) * 30 * films - 1e-6
    np.testing.assert_allclose(
        whole, seen, atol=2e-3
    )  # straight lines miss a circle of 24 parts by 9e-3
    np.testing.assert_array_equal(whole[0], swing(fps, 2)[0])


def test_a_missing_joint_spoils_only_the_frames_that_are_made_of_it():
    motion = swing(20, 1)
    motion[4, 3] = 0  # at .2 s
    found = retimed(motion, 20, 30)
    assert np.argwhere(found[..., 2] == 0).tolist() == [[5, 3], [6, 3], [7, 3]]  # .167, .2, .233 s
    assert not found[[5, 6, 7], 3].any()
    assert (found[[4, 8], 3, 2] == 1).all()


def test_a_frame_that_stays_where_it_was_asks_nothing_of_the_next():
    motion = swing(20, 1)
    motion[3] = 0
    np.testing.assert_allclose(retimed(motion, 20, 30)[3], motion[2], atol=1e-6)  # both at .1 s


def test_the_bounce_of_a_run_keeps_its_height():
    bounce = np.ones((72, 17, 3), np.float32)
    bounce[..., 1] = np.sin(2 * np.pi * 3 * np.arange(72) / 24)[
        :, None
    ]  # 180 steps a minute at 24 frames a second
    height = retimed(bounce, 24, 30)[5:-5, 0, 1].std() / np.sqrt(0.5)
    assert height == pytest.approx(1, abs=0.01)


def test_a_joint_that_comes_back_elsewhere_does_not_disturb_the_frames_before_it_went():
    motion = swing(20, 1)
    whole = retimed(motion, 20, 30)
    motion[10:15, 3] = 0
    motion[15:, 3, 0] += 1
    found = retimed(motion, 20, 30)
    np.testing.assert_allclose(found[:11, 3], whole[:11, 3], atol=0.01)
    np.testing.assert_array_equal(np.delete(found, 3, axis=1), np.delete(whole, 3, axis=1))


def test_a_joint_never_seen_stays_unseen():
    motion = swing(24, 1)
    motion[:, 3] = 0
    assert not retimed(motion, 24, 30)[:, 3].any()


def test_confidence_is_interpolated_too():
    motion = swing(15, 1)
    motion[1::2, :, 2] = 0.5
    assert retimed(motion, 15, 30)[:3, 0, 2].tolist() == [1, 0.75, 0.5]


def test_a_rate_of_0_takes_every_frame_as_played(runner_sequence):
    slow = runner_sequence(60).replace(fps=30.0, capture_fps=240.0)
    (film,) = encoder_films(slow, 0.0, **VIEW)
    np.testing.assert_array_equal(film, encoder_input(slow, **VIEW))


@pytest.mark.parametrize(("frames", "fps"), [(1, 240.0), (3, 240.0), (1, 24.0)])
def test_a_clip_shorter_than_its_films(runner_sequence, frames, fps):
    found = encoder_films(runner_sequence(frames).replace(fps=fps), 30.0, **VIEW)
    assert [len(film) for film in found] == [1] * frames

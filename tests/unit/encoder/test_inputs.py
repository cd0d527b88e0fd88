"""A pose sequence to the encoder's input, and clips of any frame rate to films of one."""

import numpy as np
import pytest

from runform.encoder.inputs import (
    encoder_films,
    encoder_input,
    following_box,
    interleave,
    resampled,
    split_films,
    windows,
)
from runform.sequence import PoseSequence
from runform.skeleton import get_skeleton, mirrored


def sequence(skeleton: str, xy: np.ndarray, score: np.ndarray) -> PoseSequence:
    frames = len(xy)
    xy, score = xy.astype(np.float32), score.astype(np.float32)
    return PoseSequence(
        xy, score, np.zeros((frames, 4)), xy, score, skeleton, 30.0, float("nan"), (640, 480)
    )


def test_a_missing_part_makes_the_joint_missing():
    joints = get_skeleton("coco17")
    xy, score = np.ones((1, 17, 2)), np.ones((1, 17))
    xy[0, joints.index("left_hip")], score[0, joints.index("left_hip")] = np.nan, 0
    motion = encoder_input(sequence("coco17", xy, score), 0.25, one_direction=False)
    missing = [get_skeleton("h36m17").joints[row] for row in np.flatnonzero(motion[0, :, 2] == 0)]
    assert missing == ["root", "left_hip", "belly"]
    assert np.isfinite(motion).all()
    assert (motion[0, motion[0, :, 2] == 0] == 0).all()


def test_the_box_follows_a_runner_across_the_frame():
    time_s = np.arange(90) / 30
    figure = np.random.default_rng(1).uniform(-50, 50, (17, 2))
    xy = figure + np.stack([300 * time_s, 100 + 0 * time_s], axis=-1)[:, None]
    box = following_box(xy, 30.0, 0.1)
    inside = box.normalise(xy)
    middle = inside[20:-20]
    still = np.broadcast_to(middle[:1], middle.shape)
    np.testing.assert_allclose(middle, still, atol=1e-6)  # the run is taken out
    assert np.abs(middle).max() == pytest.approx(1, abs=0.02)  # and the figure fills the box


def test_the_box_bridges_frames_without_anybody():
    xy = np.zeros((9, 17, 2)) + np.arange(9)[:, None, None] + np.arange(17)[:, None]
    xy[3:6] = np.nan
    box = following_box(xy, 30.0, 1e-3)
    np.testing.assert_allclose(box.centre_px[:, 0], np.arange(9) + 8, atol=1e-6)
    assert (box.half_px == 8).all()


def test_nobody_at_all_gives_zeros():
    motion = encoder_input(
        sequence("coco17", np.full((4, 17, 2), np.nan), np.zeros((4, 17))), 0.25, one_direction=True
    )
    assert motion.shape == (4, 17, 3)
    assert not motion.any()


@pytest.mark.parametrize(
    ("frames", "expected"),
    [(0, []), (5, [(0, 5)]), (243, [(0, 243)]), (500, [(0, 243), (243, 486), (486, 500)])],
)
def test_windows_cover_each_frame_once(frames, expected):
    assert windows(frames, 243) == expected


def test_in_one_direction_a_runner_and_the_mirrored_twin_are_one_input():
    joints = get_skeleton("coco17")
    time = np.arange(30)[:, None, None]
    xy = (
        np.random.default_rng(3).normal(0, 4, (17, 2))
        + 3 * np.sin(time / 4 + np.arange(17)[:, None])
        + 200.0
    )
    for side in ("left", "right"):  # a leg 160 px long whose knee points to the right
        for joint, xy_px in {"hip": (200, 200), "knee": (220, 280), "ankle": (200, 360)}.items():
            xy[:, joints.index(f"{side}_{joint}")] = xy_px
    twin = xy[:, list(joints.mirror)] * [-1, 1] + [640, 0]
    score = np.full((30, 17), 0.9)
    runner, mirror = (
        encoder_input(sequence("coco17", copy, score), 0.25, one_direction=True)
        for copy in (xy, twin)
    )
    np.testing.assert_allclose(runner, mirror, atol=1e-5)
    filmed = encoder_input(sequence("coco17", twin, score), 0.25, one_direction=False)
    np.testing.assert_allclose(filmed, mirrored(runner), atol=1e-5)


VIEW = {"smooth_s": 0.25, "one_direction": False}


def swing(fps: float, seconds: float) -> np.ndarray:
    """(T, 17, 3): joints that swing once a second, fully confident."""
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
    made = encoder_films(sequence, 30.0, **VIEW)
    assert len(made) == films
    whole = interleave(made)
    true_fps = fps if np.isnan(capture_fps) else capture_fps
    np.testing.assert_array_equal(
        whole, encoder_input(sequence.replace(fps=float(true_fps)), **VIEW)
    )
    for first, film in enumerate(made):
        np.testing.assert_array_equal(film, whole[first::films])


@pytest.mark.parametrize(("fps", "films"), [(24, 1), (25, 1), (44, 1), (48, 2), (50, 2), (100, 3)])
def test_other_rates_become_the_motion_that_the_usual_rate_shows(fps, films):
    made = split_films(swing(fps, 2), fps, 30.0)
    assert len(made) == films
    whole = interleave(made)
    filmed = swing(30 * films, 2)[: len(whole)]
    assert len(filmed) >= len(whole) > (2 - 1 / fps) * 30 * films - 1e-6
    # straight lines would miss a circle of 24 parts by 9e-3
    np.testing.assert_allclose(whole, filmed, atol=2e-3)
    np.testing.assert_array_equal(whole[0], swing(fps, 2)[0])


def test_a_missing_joint_is_missing_only_in_the_frames_next_to_it():
    motion = swing(20, 1)
    motion[4, 3] = 0  # at .2 s
    result = resampled(motion, 20, 30)
    assert np.argwhere(result[..., 2] == 0).tolist() == [[5, 3], [6, 3], [7, 3]]  # .167, .2, .233 s
    assert not result[[5, 6, 7], 3].any()
    assert (result[[4, 8], 3, 2] == 1).all()


def test_a_frame_that_keeps_its_time_does_not_depend_on_the_next():
    motion = swing(20, 1)
    motion[3] = 0
    np.testing.assert_allclose(resampled(motion, 20, 30)[3], motion[2], atol=1e-6)  # both at .1 s


def test_the_bounce_of_a_run_keeps_its_height():
    bounce = np.ones((72, 17, 3), np.float32)
    # 180 steps a minute at 24 frames a second
    bounce[..., 1] = np.sin(2 * np.pi * 3 * np.arange(72) / 24)[:, None]
    height = resampled(bounce, 24, 30)[5:-5, 0, 1].std() / np.sqrt(0.5)
    assert height == pytest.approx(1, abs=0.01)


def test_a_joint_that_returns_elsewhere_does_not_change_the_frames_before_the_gap():
    motion = swing(20, 1)
    whole = resampled(motion, 20, 30)
    motion[10:15, 3] = 0
    motion[15:, 3, 0] += 1
    result = resampled(motion, 20, 30)
    np.testing.assert_allclose(result[:11, 3], whole[:11, 3], atol=0.01)
    np.testing.assert_array_equal(np.delete(result, 3, axis=1), np.delete(whole, 3, axis=1))


def test_a_joint_that_is_always_missing_stays_missing():
    motion = swing(24, 1)
    motion[:, 3] = 0
    assert not resampled(motion, 24, 30)[:, 3].any()


def test_confidence_is_interpolated_too():
    motion = swing(15, 1)
    motion[1::2, :, 2] = 0.5
    assert resampled(motion, 15, 30)[:3, 0, 2].tolist() == [1, 0.75, 0.5]


def test_a_rate_of_0_takes_every_frame_as_played(runner_sequence):
    slow = runner_sequence(60).replace(fps=30.0, capture_fps=240.0)
    (film,) = encoder_films(slow, 0.0, **VIEW)
    np.testing.assert_array_equal(film, encoder_input(slow, **VIEW))


@pytest.mark.parametrize(("frames", "fps"), [(1, 240.0), (3, 240.0), (1, 24.0)])
def test_a_clip_shorter_than_its_films(runner_sequence, frames, fps):
    made = encoder_films(runner_sequence(frames).replace(fps=fps), 30.0, **VIEW)
    assert [len(film) for film in made] == [1] * frames

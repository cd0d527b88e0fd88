"""Facing of simulated runners from all round, and of joints made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from runform.encoder.runners_3d import simulate_runners
from runform.pose.facing import facing_of, facing_of_tracks
from runform.sequence import empty_sequence
from runform.simulate.camera import plan_cameras
from runform.simulate.detector_noise import detect
from runform.skeleton import get_skeleton

LEG = {
    "hip": (0, 0),
    "knee": (2, 4),
    "ankle": (0, 8),
}  # the knee 2 ahead of the middle of hip and ankle, to the right


@pytest.fixture(scope="module")
def runners():
    return simulate_runners(8, 2.0, 30.0, (0, 3))


def legs(turn: int = 1) -> dict[str, np.ndarray]:
    return {
        f"{side}_{joint}": np.array([[turn * x, y]] * 3, float)
        for side in ("left", "right")
        for joint, (x, y) in LEG.items()
    }


def test_bent_knees_alone_by_hand():
    faces = facing_of_tracks(legs())
    assert (faces.sign, faces.agreement, faces.direction) == (1, 1.0, 1)
    # both knees are 2 ahead; square on they would be .18 of a leg of 2 sqrt(20)
    assert faces.aside == pytest.approx(2 / (0.18 * 2 * np.sqrt(20)))
    assert facing_of_tracks(legs(-1)).direction == -1


def test_votes_that_contradict_each_other_agree_less():
    ears = {
        "nose": np.full((3, 2), -1.0),
        "left_ear": np.zeros((3, 2)),
        "right_ear": np.zeros((3, 2)),
    }
    assert facing_of_tracks(legs() | ears).agreement == pytest.approx((2 + 2 - 1) / (2 + 2 + 1))


def test_missing_frames_count_for_nothing():
    xy = legs()
    xy["left_knee"][1] = np.nan
    assert facing_of_tracks(xy) == facing_of_tracks(legs())
    assert facing_of(empty_sequence("video removed")).direction == 0


@pytest.mark.parametrize("skeleton", ["coco17", "halpe26"])
@pytest.mark.parametrize(
    ("azimuth_deg", "direction"),
    [(0, 0), (45, -1), (90, -1), (150, -1), (180, 0), (210, 1), (270, 1), (315, 1)],
)
def test_runners_from_all_round(runners, skeleton, azimuth_deg, direction):
    joints = get_skeleton(skeleton)
    directions = []
    for runner in runners:
        rng = np.random.default_rng(5)
        cameras = plan_cameras(
            replace(runner.parameters, azimuth_deg=float(azimuth_deg), camera="following"),
            runner.joints[:, runner.root_row],
            runner.height_m,
            np.arange(60) / 30,
        )
        seen_px, _ = cameras.project(runner.joints[:, runner.detected_as[skeleton]])
        xy, _ = detect(seen_px, np.median(np.ptp(seen_px[..., 1], axis=1)), 30.0, joints, rng)
        directions.append(
            facing_of_tracks(dict(zip(joints.joints, xy.swapaxes(0, 1), strict=True))).direction
        )
    assert directions == [direction] * len(runners)

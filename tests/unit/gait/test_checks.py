"""View, slow motion and walking: what is checked before a clip is measured."""

from dataclasses import replace

import numpy as np
import pytest
from simulated_sequences import run, seen

from runform.errors import Unavailable
from runform.gait.checks import Speed, estimate_speed, estimate_view, judge_time_scale
from runform.gait.measure import GaitSettings, gait_of
from runform.gait.tracks import SIDES, Tracks
from runform.skeleton import get_skeleton

FRAMES = 40


def tracks_with(hips, shoulders=None, scissors=0.0, knees_ahead=0.0):
    """Tracks whose left hip lies `hips` to the right of the right one, and so on; leg lengths.

    scissors: standard deviation of the distance between the ankles.
    """
    swing = np.where(np.arange(FRAMES) % 2 == 0, 1.0, -1.0) * scissors / 2
    x = {}
    for side, sign in zip(SIDES, (0.5, -0.5), strict=True):
        x[f"{side}_hip"] = np.full(FRAMES, sign * hips)
        x[f"{side}_knee"] = np.full(FRAMES, sign * hips + knees_ahead)
        x[f"{side}_ankle"] = sign * hips + 2 * sign * swing
        if shoulders is not None:
            x[f"{side}_shoulder"] = np.full(FRAMES, sign * shoulders)
    height = {"shoulder": 1.6, "hip": 1.0, "knee": 0.5, "ankle": 0.0}
    xy = {
        name: np.stack([of_joint, np.full(FRAMES, height[name.split("_")[1]])], 1)
        for name, of_joint in x.items()
    }
    time_s = np.arange(FRAMES) / 30
    return Tracks(time_s, 30.0, 100.0, xy, {name: np.ones(FRAMES) for name in xy})


@pytest.mark.parametrize(
    ("hips", "shoulders", "view", "azimuth_deg"),
    [(0.2, 0.4, "front", 0.0), (-0.2, -0.4, "rear", 180.0), (0.2, None, "front", 0.0)],
)
def test_the_left_side_on_the_right_of_the_image_is_a_view_from_the_front(
    hips, shoulders, view, azimuth_deg
):
    estimate = estimate_view(tracks_with(hips, shoulders))
    assert (estimate.estimated, estimate.azimuth_deg, estimate.confidence) == (view, azimuth_deg, 1)


@pytest.mark.parametrize(("knees_ahead", "view", "facing"), [(0.1, "right", 1), (-0.1, "left", -1)])
def test_scissoring_legs_are_a_view_from_the_side(knees_ahead, view, facing):
    estimate = estimate_view(tracks_with(0.0, 0.0, scissors=0.42, knees_ahead=knees_ahead))
    assert (estimate.estimated, estimate.facing) == (view, facing)


def test_hips_count_as_much_as_shoulders():
    # half of the widths on average: arctan2(.21 / .42, .5) = 45 degrees from ahead
    hips_only = estimate_view(tracks_with(0.2, 0.0, scissors=0.21, knees_ahead=-0.1))
    shoulders_only = estimate_view(tracks_with(0.0, 0.4, scissors=0.21, knees_ahead=-0.1))
    assert hips_only.azimuth_deg == shoulders_only.azimuth_deg == pytest.approx(45, abs=0.1)
    assert hips_only.estimated == "oblique"


def test_a_run_at_its_own_speed():
    scale = judge_time_scale(0.72, 0.35, None)
    assert not scale.slow_motion and scale.factor == 1.0 and scale.warning == ""


@pytest.mark.parametrize("stride_s, factor", [(1.45, 2.0), (2.9, 4.0), (5.8, 8.0)])
def test_factor_of_slow_motion(stride_s, factor):
    scale = judge_time_scale(stride_s, 0.35, None)
    assert scale.slow_motion and scale.factor == factor and "capture_fps" in scale.warning


def test_slow_motion_begins_below_120_steps_a_minute():
    assert not judge_time_scale(1.0, 0.35, None).slow_motion
    assert judge_time_scale(1.01, None, None).slow_motion


def test_a_walk_is_not_slow_motion():
    assert not judge_time_scale(1.1, 0.62, None).slow_motion


def test_a_known_rate_settles_it():
    scale = judge_time_scale(1.2, 0.35, 240.0)
    assert not scale.slow_motion and (scale.source, scale.capture_fps) == ("capture_fps", 240.0)


@pytest.mark.parametrize("speed_m_s", [0.8, 1.4, 2.2])
@pytest.mark.parametrize("view", ["right", "front"])
def test_a_walker_is_not_measured(speed_m_s, view):
    walker = seen(run(seed=2, gait="walk", speed_m_s=speed_m_s), 30.0, view, noise_px=1.0)
    with pytest.raises(Unavailable, match="the person walks"):
        gait_of(walker, GaitSettings(), {})


@pytest.mark.parametrize("seed", [3, 4, 5, 6])
@pytest.mark.parametrize("view, ahead", [("front", 1), ("rear", -1)])
def test_a_brisk_walker_from_ahead_or_behind_is_not_measured(seed, view, ahead):
    """A camera that looks down sees a foot that swings towards it fall, as far as a runner's."""
    motion = run(seed=seed, gait="walk", speed_m_s=1.9)
    joints = motion.joints.copy()
    root = get_skeleton("halpe26").index("root")
    nearer_m = ahead * (joints[..., 0] - joints[:, root : root + 1, 0])
    joints[..., 2] -= np.tan(np.radians(10)) * nearer_m
    walker = seen(replace(motion, joints=joints), 30.0, view, noise_px=1.0)
    with pytest.raises(Unavailable, match="the person walks"):
        gait_of(walker, GaitSettings(), {})


def test_a_runner_who_hardly_bounces_is_told_by_the_place_in_the_stride():
    flat = {"bouncing": -1.5, "overstriding": -1.5}
    runner = seen(run(seed=4, speed_m_s=1.8, severities=flat), 30.0, "left", noise_px=1.0)
    assert gait_of(runner, GaitSettings(), {})["status"] == "ok"


@pytest.mark.parametrize(
    "severities", [{}, {"bouncing": -1.0}, {"stiff_knee": 1.0}, {"overstriding": 1.0}]
)
@pytest.mark.parametrize("view", ["left", "rear"])
def test_a_slow_runner_is_measured(severities, view):
    runner = seen(run(seed=2, speed_m_s=2.0, severities=severities), 30.0, view, noise_px=1.0)
    assert gait_of(runner, GaitSettings(), {})["status"] == "ok"


def test_speed_is_as_given_else_estimated_with_what_runners_leave_open():
    assert estimate_speed(150.0, 0.5, 3.2) == Speed(3.2, 0.0, "manifest")
    usual = estimate_speed(171.0, 0.34)
    assert usual.m_s == pytest.approx(3.5) and usual.source == "cadence and duty factor"
    alone = estimate_speed(float("nan"), 0.34)
    assert alone.m_s == pytest.approx(3.5) and alone.sd_m_s > usual.sd_m_s
    assert estimate_speed(float("nan"), float("nan")) == Speed(None, None, "")


@pytest.mark.parametrize("speed_m_s", [2.5, 3.5, 4.5])
def test_the_speed_of_a_simulated_runner_lies_within_two_deviations(speed_m_s):
    gait = gait_of(seen(run(seed=11, speed_m_s=speed_m_s), 30.0), GaitSettings(), {})
    assert abs(gait["speed"]["m_s"] - speed_m_s) < 2 * gait["speed"]["sd_m_s"]


@pytest.mark.parametrize("view", ["right", "oblique"])
def test_a_walker_who_bounces_is_still_one(view):
    """Twice the bounce of a walker is that of a runner; its place in the stride is not."""
    walker = seen(run(seed=2, gait="walk", speed_m_s=1.6), 30.0, view, noise_px=1.0)
    xy = walker.xy.copy()
    names = walker.joints.joints
    hips = [names.index("left_hip"), names.index("right_hip")]
    bounce = xy[:, hips, 1].mean(axis=1) - xy[:, hips, 1].mean()
    xy[:, :, 1] += bounce[:, None]
    with pytest.raises(Unavailable, match="the person walks: the trunk is highest when"):
        gait_of(walker.replace(xy=xy, raw_xy=xy), GaitSettings(), {})


def test_who_steps_on_the_spot_is_not_measured():
    runner = seen(run(seed=2, speed_m_s=3.0), 30.0, "right", noise_px=1.0)
    xy = runner.xy.copy()
    names = runner.joints.joints
    hips = [names.index("left_hip"), names.index("right_hip")]
    middle = xy[:, hips, :1].mean(axis=1, keepdims=True)
    xy[..., :1] = middle + 0.4 * (xy[..., :1] - middle)
    with pytest.raises(Unavailable, match="the person does not run: the feet swing"):
        gait_of(runner.replace(xy=xy, raw_xy=xy), GaitSettings(), {})

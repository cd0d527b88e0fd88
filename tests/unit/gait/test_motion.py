"""The motion between frames, and the mean cycle of one leg, by hand."""

import numpy as np
import pytest

from runform.gait.motion import GRID, LegCycle, Motion, motion_of
from runform.gait.stride_cycle import LOWEST, TAU, Cycle
from runform.gait.tracks import SIDES, Tracks

PERIOD_S, FPS = 0.8, 30.0
TIME_S = np.arange(120) / FPS
PHASE = TAU * TIME_S / PERIOD_S


def motion_with(coefficients, names=("left_hip", "right_hip"), residual=None):
    """A motion of one harmonic. coefficients: (2, 2 J) of cos and sin."""
    coefficients = np.array(coefficients, float)
    residual = np.zeros((120, coefficients.shape[1])) if residual is None else residual
    cycle = Cycle(PHASE, coefficients, np.zeros_like(residual), PERIOD_S)
    return Motion(TIME_S, cycle, names, residual)


def test_a_joint_is_its_mean_cycle_plus_the_residual_between_frames():
    residual = np.zeros((120, 4))
    residual[:, 1] = TIME_S  # the left hip rises by 1 a second
    motion = motion_with([[0, 0, 0, 0], [2, 0, 0, 0]], residual=residual)
    at_s = np.array([0.2, 0.205])  # a quarter of a stride, and between two frames
    left = motion.at(at_s)["left_hip"]
    assert left[:, 0] == pytest.approx(2 * np.sin(TAU * at_s / PERIOD_S))
    assert left[:, 1] == pytest.approx(at_s)


def test_the_mean_cycle_has_the_mean_residual():
    residual = np.zeros((120, 4))
    residual[:60, 1] = 1.0
    motion = motion_with([[0, 0, 0, 0], [2, 0, 0, 0]], residual=residual)
    assert motion.mean_at(np.array([np.pi / 2]))["left_hip"][0] == pytest.approx([2, 0.5])


def test_middles_of_hips_and_shoulders():
    names = ("left_hip", "left_shoulder", "right_hip", "right_shoulder")
    motion = motion_with([[0.2, 0, 0.4, 1, 0, 0, 0, 1], [0] * 8], names)
    joints = motion.mean_at(np.zeros(1))
    assert joints["pelvis"][0] == pytest.approx([0.1, 0])
    assert joints["neck"][0] == pytest.approx([0.2, 1]) and joints["trunk"] is joints["neck"]
    without = motion_with([[0.2, 0, 0, 0], [0] * 4]).mean_at(np.zeros(1))
    assert "neck" not in without and without["trunk"] is without["pelvis"]


def swinging():
    """Tracks of somebody who crosses the image at 3 leg lengths a second and bounces; the ankles
    swing in opposite phase.
    """
    bounce = 0.05 * np.cos(2 * PHASE)
    xy = {}
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        hip = np.stack([3 * TIME_S, 2 + bounce], 1)
        xy[f"{side}_hip"] = hip
        xy[f"{side}_knee"] = hip - [0, 0.5]
        xy[f"{side}_ankle"] = hip + np.stack([sign * 0.4 * np.sin(PHASE), np.full(120, -1.0)], 1)
    return Tracks(TIME_S, FPS, 100.0, xy, {name: np.ones(120) for name in xy})


def test_motion_of_tracks_takes_out_the_run_and_keeps_the_bounce():
    cycle = Cycle(PHASE, np.zeros((2, 1)), np.zeros((120, 1)), PERIOD_S)
    motion = motion_of(swinging(), cycle, 6)
    assert motion.names == tuple(f"{s}_{j}" for s in SIDES for j in ("hip", "knee", "ankle"))
    at_s = np.linspace(1, 3, 30)
    joints, phase = motion.at(at_s), TAU * at_s / PERIOD_S
    assert joints["left_ankle"][:, 0] == pytest.approx(0.4 * np.sin(phase), abs=0.01)
    assert joints["right_ankle"][:, 0] == pytest.approx(-0.4 * np.sin(phase), abs=0.01)
    assert joints["left_hip"][:, 0] == pytest.approx(np.zeros(30), abs=1e-3)
    assert np.ptp(joints["left_hip"][:, 1]) == pytest.approx(0.1, abs=0.01)


def test_one_shoulder_is_none():
    tracks = swinging()
    tracks.xy["left_shoulder"] = tracks.xy["left_hip"] + [0, 0.6]
    tracks.weight["left_shoulder"] = np.ones(120)
    cycle = Cycle(PHASE, np.zeros((2, 1)), np.zeros((120, 1)), PERIOD_S)
    assert "left_shoulder" not in motion_of(tracks, cycle, 6).names


@pytest.fixture
def leg():
    """A leg whose hip is highest .25 of a stride after its foot is low."""
    phase = LOWEST["left"] + TAU * 0.25
    heights = [[0, np.cos(phase), 0, 0], [0, np.sin(phase), 0, 0]]
    return LegCycle(motion_with(heights), "left", -1)


def test_the_cycle_of_a_leg_is_centred_on_its_low_foot(leg):
    assert (leg.phase[0], leg.phase[GRID // 2]) == (-0.5, 0)
    assert leg.peak(leg.y("hip"), 0.25, 0.5) == pytest.approx(0.25, abs=1 / GRID)
    assert leg.peak(-leg.y("hip"), -0.25, 0.5) == pytest.approx(-0.25, abs=1 / GRID)


def test_a_peak_is_looked_for_around_a_phase(leg):
    assert leg.peak(leg.y("hip"), 0.0, 0.1, sharp=1e4) == pytest.approx(0.1, abs=1 / GRID)


def test_around_no_phase_there_is_no_peak(leg):
    assert np.isnan(leg.peak(leg.y("hip"), float("nan"), 0.1))


def test_between_two_peaks_of_one_height_the_phase_moves_smoothly(leg):
    """Noise makes now this peak the higher one and now that: an estimate must not jump."""
    near = [np.exp(-0.5 * ((leg.phase - at) / 0.01) ** 2) for at in (-0.04, 0.04)]
    first, second = (
        leg.peak(near[0] + change + near[1], 0.0, 0.1)
        for change in (-0.002 * near[0], 0.002 * near[0])
    )
    assert first == pytest.approx(0.0, abs=0.001) and second == pytest.approx(0.0, abs=0.001)
    assert leg.peak(near[0] + 0.5 * near[1], 0.0, 0.1) == pytest.approx(-0.04, abs=0.001)


def test_rate_is_by_stride(leg):
    """Smoothing over .02 of the stride leaves exp(-(.02 tau)^2 / 2) of the first harmonic."""
    rate, kept = leg.rate(leg.y("hip")), np.exp(-0.5 * (0.02 * TAU) ** 2)
    assert rate == pytest.approx(kept * TAU * np.cos(TAU * leg.phase), abs=0.01)


def test_crosses(leg):
    # sin(2 pi phase) rises through 0 at 0 and through .5 at 30 degrees
    height = leg.y("hip") / leg.y("hip").max()
    assert leg.crosses(height, 0.5, -0.2, 0.5) == pytest.approx(30 / 360, abs=0.1 / GRID)
    assert leg.crosses(height, 0.5, 0.8, 0.5) == pytest.approx(1 + 30 / 360, abs=0.1 / GRID)
    assert np.isnan(leg.crosses(height, 0.5, 0.1, 0.4)), "it is above, then falls"


def test_mean_over_a_window(leg):
    assert leg.mean(leg.phase, 0.1, 0.02) == pytest.approx(0.1, abs=1e-6)


def test_ahead_of_the_pelvis_is_positive_whichever_way_the_runner_faces():
    motion = motion_with([[0.3, 0, 0, 0], [0] * 4])
    right, left = (LegCycle(motion, "left", ahead) for ahead in (1, -1))
    assert right.x("hip") == pytest.approx(-left.x("hip"))
    lowest = right.x("hip")[GRID // 2]
    assert lowest == pytest.approx(-0.3, rel=0.01), "cos of the phase at which it is low"

"""Legs that a detector took for each other."""

import numpy as np
import pytest
from seen_runners import run, seen

from runform.gait.clock import ClockSettings, read_clock
from runform.gait.sides import LEG_JOINTS, exchanged_legs, with_legs_exchanged
from runform.gait.signals import tracks_of


def swapped(sequence, frames):
    xy = sequence.xy.copy()
    for joint in LEG_JOINTS:
        left, right = (sequence.joints.index(f"{side}_{joint}") for side in ("left", "right"))
        xy[np.ix_(frames, [left, right])] = xy[np.ix_(frames, [right, left])]
    return sequence.replace(xy=xy, raw_xy=xy)


def found_in(sequence):
    clock, tracks = read_clock(tracks_of(sequence), ClockSettings())
    return clock.exchanged, tracks


@pytest.fixture(scope="module")
def sequence():
    return seen(run(seed=8, fps=30.0), 30.0, noise_px=1.0)


def test_right_legs_are_left_alone(sequence):
    assert not found_in(sequence)[0].any()


@pytest.mark.parametrize("frames", [slice(30, 33), slice(50, 70), slice(100, 120)], ids=["brief", "lasting", "to the end"])
def test_swapped_stretches_are_put_right(sequence, frames):
    rows = np.arange(len(sequence.xy))[frames]
    found, tracks = found_in(swapped(sequence, rows))
    legs = tracks_of(sequence)
    apart = np.linalg.norm(legs.xy["left_ankle"] - legs.xy["right_ankle"], axis=1) > 0.25
    wanted = np.isin(np.arange(len(found)), rows)
    assert (found == wanted)[apart].all(), "wherever the ankles are apart"
    assert (tracks.xy["left_ankle"] * tracks.leg_px)[apart] == pytest.approx((legs.xy["left_ankle"] * legs.leg_px)[apart])


def test_a_swap_that_returns_every_stride_is_found():
    sequence = seen(run(seed=8, fps=60.0, variability=0.0), 60.0)
    stride = round(60 * 2 * run(seed=8, fps=60.0, variability=0.0).measures["step_time_ms"].mean / 1e3)
    rows = np.flatnonzero(np.arange(len(sequence.xy)) % stride < 4)
    legs = tracks_of(sequence)
    far = np.linalg.norm(legs.xy["left_ankle"] - legs.xy["right_ankle"], axis=1) > 0.3
    found, _ = found_in(swapped(sequence, rows))
    wanted = np.isin(np.arange(len(found)), rows)
    assert (found == wanted)[far].mean() > 0.85


def test_exchange_needs_both_sides_of_a_joint():
    time_s = np.arange(60) / 30
    wave = np.stack([np.cos(9 * time_s), np.sin(9 * time_s)], 1)
    xy = {"left_ankle": wave, "right_ankle": -wave, "left_knee": wave}
    weight = {name: np.ones(60) for name in xy}
    assert not exchanged_legs(xy, weight, time_s, 2 * np.pi / 9).any()


def test_the_named_frames_change_legs_and_nothing_else():
    sequence = seen(run(), 30.0)
    exchanged = with_legs_exchanged(sequence, [2, 5])
    np.testing.assert_array_equal(exchanged.joint("left_ankle")[2], sequence.joint("right_ankle")[2])
    np.testing.assert_array_equal(exchanged.joint("right_heel")[5], sequence.joint("left_heel")[5])
    np.testing.assert_array_equal(exchanged.joint("left_ankle")[3], sequence.joint("left_ankle")[3])
    np.testing.assert_array_equal(exchanged.joint("left_hip"), sequence.joint("left_hip"))
    np.testing.assert_array_equal(with_legs_exchanged(exchanged, [2, 5]).xy, sequence.xy)

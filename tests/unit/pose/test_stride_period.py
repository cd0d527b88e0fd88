import numpy as np
import pytest
from runners import LEG_PX, running

from runform.pose.leg_swaps import GROUPS, SwapSettings, unswap
from runform.pose.stride_period import (
    explained_share,
    fit_rhythm,
    leg_differences,
    stride_period_s,
    strides_to_try,
)
from runform.skeleton import get_skeleton

SKELETON, FPS, STRIDE_HZ = get_skeleton("halpe26"), 30.0, 1.4
BOTH, RHYTHM_ALONE, MOTION_ALONE = (
    SwapSettings(),
    SwapSettings(motion=False),
    SwapSettings(rhythm=False),
)
LEGS = [[joint for joint in group if SKELETON.has(f"left_{joint}")] for group in GROUPS]


def legs_of(xy):
    return leg_differences(xy, np.ones(xy.shape[:2]), SKELETON, LEGS, LEG_PX, FPS)


def put_back(xy, settings):
    return unswap(xy, np.full(xy.shape[:2], 0.9), SKELETON, LEG_PX, FPS, settings)


def mirrored(xy, frames):
    """`xy` with everything left and right exchanged in `frames`."""
    changed = xy.copy()
    changed[frames] = xy[frames][:, list(SKELETON.mirror)]
    return changed


def test_the_stride_of_a_sine():
    time_s = np.arange(90) / 30
    period_s, strength = stride_period_s(np.sin(2 * np.pi * time_s / 0.7), 30.0, 0.4, 6.0)
    assert abs(period_s - 0.7) < 0.01
    assert strength > 0.8


def test_a_signal_without_repetition_has_no_stride():
    # A random walk whose only peaks beyond the shortest stride lie below zero.
    walk = np.random.default_rng(3).normal(size=45).cumsum()
    assert stride_period_s(walk, 30.0, 0.4, 6.0)[1] == 0.0


def test_the_stride_is_found_however_mixed_the_labels_are():
    xy = running(150, skeleton="halpe26")
    mixed = mirrored(xy, np.flatnonzero(np.random.default_rng(0).random(150) < 0.5))
    nothing = np.zeros((150, len(GROUPS)), bool)
    for track in (xy, mixed):
        assert (
            min(abs(time_s - 1 / STRIDE_HZ) for time_s in strides_to_try(legs_of(track), nothing))
            < 0.03
        )


def test_the_fit_of_a_rhythm_is_that_rhythm():
    angle = 2 * np.pi * np.arange(200) / 21.0
    wave = np.stack([0.2 + np.cos(angle), np.sin(3 * angle)], axis=1)[:, None]
    trust = np.ones((200, 1))
    trust[50:55] = 0
    fitted = fit_rhythm(np.where(trust[..., None] > 0, wave, 9.0), trust, 21.0, (1, 3))
    np.testing.assert_allclose(
        fitted, wave, atol=0.1
    )  # a frame that nobody trusts says next to nothing
    np.testing.assert_allclose(fitted[120:], wave[120:], atol=0.01)


@pytest.mark.parametrize("settings", [BOTH, RHYTHM_ALONE], ids=["with motion", "alone"])
@pytest.mark.parametrize(
    "frames",
    [range(30, 33), range(50, 75), range(125, 150)],
    ids=["brief", "lasting", "to the end"],
)
def test_swapped_stretches_are_put_back(frames, settings):
    xy = running(150, skeleton="halpe26")
    distance = np.linalg.norm(
        xy[:, SKELETON.index("left_ankle")] - xy[:, SKELETON.index("right_ankle")], axis=1
    )
    exchanged, overruled = put_back(mirrored(xy, list(frames)), settings)[2:]
    wanted = np.isin(np.arange(150), frames)
    clear = distance > 0.25 * LEG_PX  # feet that coincide have no side
    np.testing.assert_array_equal(exchanged[clear, 2], wanted[clear])
    assert overruled.any() == (not settings.motion)


def test_right_legs_keep_their_rhythm():
    xy = running(150, skeleton="halpe26")
    for settings in (BOTH, RHYTHM_ALONE):
        back, _, exchanged, overruled = put_back(xy, settings)
        assert not exchanged.any() and not overruled.any()
        np.testing.assert_array_equal(back, xy)


def test_without_a_rhythm_motion_decides():
    short = running(24, skeleton="halpe26")  # 1.1 strides
    noise = running(1, skeleton="halpe26") + np.random.default_rng(1).normal(0, 20, (90, 26, 2))
    for xy in (short, noise):
        assert not put_back(xy, BOTH)[3].any()
        np.testing.assert_array_equal(put_back(xy, BOTH)[2], put_back(xy, MOTION_ALONE)[2])


def test_feet_that_were_never_seen_have_no_rhythm():
    xy = running(60, skeleton="halpe26")
    xy[
        :, [SKELETON.index(f"{side}_{joint}") for side in ("left", "right") for joint in LEGS[2]]
    ] = np.nan
    assert legs_of(xy) is None


@pytest.mark.parametrize("shown", [0, 12])
def test_a_picture_that_stands_still_has_no_part_in_the_rhythm(shown):
    xy = running(150, skeleton="halpe26")
    xy = np.concatenate(
        [np.repeat(xy[shown : shown + 1], 25, axis=0), xy]
    )  # the clip begins with a title picture
    xy += np.random.default_rng(2).normal(0, 0.5, xy.shape)
    for settings in (BOTH, RHYTHM_ALONE):
        assert not put_back(xy, settings)[2][:, 1:].any()


def test_a_clip_that_changes_its_speed_has_no_rhythm():
    fast, slow = (running(90, skeleton="halpe26", stride_hz=hz) for hz in (1.4, 0.35))
    xy = np.concatenate([fast, slow, fast])
    still_right, _, exchanged, overruled = put_back(xy, BOTH)
    assert not overruled.any() and not exchanged[:, 1:].any()
    np.testing.assert_array_equal(
        still_right[:, SKELETON.index("left_ankle")], xy[:, SKELETON.index("left_ankle")]
    )
    legs, nothing = legs_of(xy), np.zeros((len(xy), len(GROUPS)), bool)
    assert (
        explained_share(legs, nothing, 1 / 1.4)
        < 0.8
        < explained_share(legs_of(fast), nothing[:90], 1 / 1.4)
    )

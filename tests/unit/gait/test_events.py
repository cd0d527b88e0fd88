"""Contacts of simulated runners, whose true ones are known."""

import numpy as np
import pytest
from simulated_sequences import run, seen

from runform.errors import Unavailable
from runform.gait.event_features import (
    DUTY_STEP,
    STRIKE_STEP_DEG,
    USUAL_DUTY,
    USUAL_STRIKE_DEG,
    EventFeature,
    LegFeatures,
)
from runform.gait.events import combine, detect_events
from runform.gait.motion import motion_of
from runform.gait.stride_cycle import StrideSettings, find_strides
from runform.gait.tracks import SIDES, tracks_of


def events_of(sequence, ahead=1):
    tracks = tracks_of(sequence)
    cycle, _ = find_strides(tracks, StrideSettings())
    return detect_events(motion_of(tracks, cycle, 20), ahead)


def compare(events, motion):
    """Errors (IC, TO) in s of the contacts inside the clip; each must be found once."""
    errors = ([], [])
    for side in SIDES:
        for column, times in enumerate((events.foot(side).ic_s, events.foot(side).to_s)):
            true = motion.contacts[side][:, column]
            true = true[(true > 0.05) & (true < motion.time_s[-1] - 0.05)]
            near = np.abs(times[None] - true[:, None]) < 0.1
            assert near.sum(1).tolist() == [1] * len(true), "each contact is found, and found once"
            errors[column].extend((times[None] - true[:, None])[near])
    return np.array(errors[0]), np.array(errors[1])


@pytest.mark.parametrize(
    "view, ahead", [("right", 1), ("left", -1), ("oblique", -1), ("rear", 1), ("front", 1)]
)
def test_contacts_from_every_side(view, ahead):
    motion = run(fps=30.0)
    ic, to = compare(events_of(seen(motion, 30.0, view, noise_px=2.0), ahead), motion)
    assert np.median(np.abs(ic)) < 0.03 and np.median(np.abs(to)) < 0.03


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_side_view_is_within_a_third_of_a_frame(seed):
    motion = run(seed, 30.0)
    ic, to = compare(events_of(seen(motion, 30.0, noise_px=1.0)), motion)
    assert np.median(np.abs(ic)) < 0.015 and np.median(np.abs(to)) < 0.02


def test_ankles_will_do_where_there_are_no_feet():
    motion = run(fps=30.0)
    ic, to = compare(events_of(seen(motion, 30.0, skeleton="coco17")), motion)
    assert np.median(np.abs(ic)) < 0.025 and np.median(np.abs(to)) < 0.025


def test_two_seconds_are_enough():
    motion = run(fps=30.0, duration_s=2.0)
    ic, to = compare(events_of(seen(motion, 30.0)), motion)
    assert np.median(np.abs(ic)) < 0.02 and np.median(np.abs(to)) < 0.025


def test_missing_frames_are_bridged():
    motion = run(fps=30.0)
    sequence = seen(motion, 30.0)
    xy, score = sequence.xy.copy(), sequence.score.copy()
    xy[40:44], score[40:44] = np.nan, 0
    ic, _ = compare(events_of(sequence.replace(xy=xy, score=score)), motion)
    assert np.median(np.abs(ic)) < 0.02


@pytest.mark.parametrize("view, ahead", [("right", 1), ("left", -1), ("rear", 1)])
def test_uncertainty_is_stated_and_of_the_size_of_the_errors(view, ahead):
    """Over runners, errors divided by their stated standard uncertainty spread by about 1."""
    ratios = {"ic": [], "to": []}
    for seed in range(20, 28):
        motion = run(seed, 30.0)
        events = events_of(seen(motion, 30.0, view, noise_px=2.0), ahead)
        for side in SIDES:
            foot = events.foot(side)
            for column, event in enumerate(ratios):
                error_s = errors_of_foot(foot, motion, side, column)
                ratios[event] += (error_s / getattr(foot, f"{event}_sd_s")).tolist()
    for event, of_events in ratios.items():
        size = np.sqrt(np.mean(np.square(of_events)))
        assert 0.3 < size < 1.5, f"{event}: errors are {size:.2f} times what is stated"


def errors_of_foot(foot, motion, side, column):
    """Errors of the contacts (column 0) or toe-offs (1) of one foot, s."""
    times_s, true_s = (foot.ic_s, foot.to_s)[column], motion.contacts[side][:, column]
    distance = times_s[None] - true_s[:, None]
    return distance[np.abs(distance) < 0.15]


def test_standing_is_no_gait():
    sequence = seen(run(fps=30.0), 30.0)
    still = np.repeat(sequence.xy[:1], len(sequence.xy), 0) + np.random.default_rng(1).normal(
        0, 1, sequence.xy.shape
    )
    with pytest.raises(Unavailable, match="nobody runs"):
        events_of(sequence.replace(xy=still.astype(np.float32)))


def test_moving_without_repeating_is_no_gait():
    sequence = seen(run(fps=30.0), 30.0)
    shaken = sequence.xy[:1] + np.random.default_rng(1).normal(0, 30, sequence.xy.shape)
    with pytest.raises(Unavailable, match="no repeated stride"):
        events_of(sequence.replace(xy=shaken.astype(np.float32)))


def test_legs_that_change_sides_for_half_of_the_clip_are_no_slow_motion():
    sequence = seen(run(seed=2012, fps=30.0, duration_s=2.0), 30.0)
    xy = sequence.xy.copy()
    xy[32:] = xy[32:, list(sequence.joints.mirror)]
    with pytest.raises(Unavailable, match="left and right legs are mixed up"):
        events_of(sequence.replace(xy=xy, raw_xy=xy))


def test_one_stride_is_too_few():
    with pytest.raises(Unavailable):
        events_of(seen(run(fps=30.0, duration_s=0.8), 30.0))


def features_at(ic, to, strike_deg=15.0):
    return LegFeatures(
        dict(zip(map(str, range(len(ic))), ic, strict=True)),
        dict(zip(map(str, range(len(to))), to, strict=True)),
        strike_deg,
    )


def lags(*spreads, lag=0.0, strike=0.0, duty=0.0):
    return {str(row): EventFeature(lag, strike, duty, spread) for row, spread in enumerate(spreads)}


def test_features_are_weighted_by_their_spread():
    phases = combine(
        features_at([0.002, -0.002], [0.33]), {"ic": lags(0.01, 0.02), "to": lags(0.01)}
    )
    assert phases.ic == pytest.approx((0.002 * 4 - 0.002) / 5, abs=5e-5)
    assert phases.to == pytest.approx(0.33)
    assert 0.005 < phases.ic_sd < 0.01 <= phases.to_sd


def test_lags_follow_foot_strike_and_duty_factor():
    """Contact at 0 and toe-off at .43: two steps of duty factor more than usual."""
    late = lags(0.01, lag=0.02, strike=0.01, duty=0.004)
    phases = combine(
        features_at([0.02 + 0.01 + 0.008], [0.43 - 0.03 * 2], USUAL_STRIKE_DEG + STRIKE_STEP_DEG),
        {"ic": late, "to": lags(0.01, duty=-0.03)},
    )
    assert (phases.ic, phases.to) == pytest.approx((0.0, USUAL_DUTY + 2 * DUTY_STEP))


def test_an_unseen_foot_makes_features_less_sure():
    known = {"ic": lags(0.01, strike=0.02), "to": lags(0.01)}
    seen, unseen = (
        combine(features_at([0.0], [0.33], strike_deg), known) for strike_deg in (15.0, np.nan)
    )
    assert seen.ic == unseen.ic and unseen.ic_sd > 2 * seen.ic_sd


def test_the_estimate_moves_smoothly_as_a_feature_moves_away():
    """No feature is ever in or out: a small step of one moves the event by a small step."""
    features = {"ic": lags(0.01, 0.01, 0.01, 0.01), "to": lags(0.01)}
    away = np.arange(0.0, 0.2, 0.001)
    ic = [combine(features_at([0.0, 0.002, far, far + 0.002], [0.33]), features).ic for far in away]
    assert np.abs(np.diff(ic)).max() < 0.0011
    lonely = [combine(features_at([0.0, 0.002, 0.001, far], [0.33]), features).ic for far in away]
    assert lonely[-1] < 0.01, "one feature far off draws less than a quarter of its way"


def test_no_feature_is_no_event():
    features = {"ic": lags(0.01), "to": lags(0.01)}
    assert np.isnan(combine(features_at([np.nan], [0.33]), features).ic)

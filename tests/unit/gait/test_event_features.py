"""Features of simulated runners, whose contacts and foot strike are known."""

import numpy as np
import pytest
from simulated_sequences import run, seen

from runform.gait.event_features import (
    STRIKE_STEP_DEG,
    USUAL_STRIKE_DEG,
    EventFeature,
    find_features,
    load_features,
)
from runform.gait.motion import LegCycle, motion_of
from runform.gait.stride_cycle import StrideSettings, find_strides
from runform.gait.tracks import SIDES, tracks_of


def features_of(motion, fps, from_side=True, noise_px=0.0, skeleton="halpe26"):
    tracks = tracks_of(seen(motion, fps, noise_px=noise_px, skeleton=skeleton))
    cycle, _ = find_strides(tracks, StrideSettings())
    strides = motion_of(tracks, cycle, StrideSettings().max_harmonics)
    return [find_features(LegCycle(strides, side, 1), from_side) for side in SIDES]


@pytest.mark.parametrize("event", ["ic", "to"])
@pytest.mark.parametrize("from_side", [True, False])
def test_the_table_has_a_line_for_each_feature(event, from_side):
    for leg in features_of(run(), 30.0, from_side):
        assert set(getattr(leg, event)) == set(load_features(event, from_side))
        assert all(np.isfinite(phase) for phase in getattr(leg, event).values())


def test_a_lag_follows_the_foot_strike():
    feature = EventFeature(lag=0.02, strike=0.01, duty=0.0, spread=0.01)
    assert feature.lag_at(USUAL_STRIKE_DEG) == (0.02, 0.01)
    assert feature.lag_at(USUAL_STRIKE_DEG + STRIKE_STEP_DEG)[0] == pytest.approx(0.03)
    assert feature.lag_at(np.nan) == (0.02, pytest.approx(0.01 * np.sqrt(2)))


def test_foot_strike_is_told_from_the_foot():
    """Over runners, it goes with the true angle of foot and ground at contact."""
    read, true = [], []
    for seed in range(40, 48):
        motion = run(seed, 60.0)
        angle_deg = motion.metrics["foot_angle_ic_deg"]
        read += [leg.strike_deg for leg in features_of(motion, 60.0)]
        true += [angle_deg.left, angle_deg.right]
    assert np.corrcoef(read, true)[0, 1] > 0.95


def test_without_a_foot_there_is_no_foot_strike():
    for leg in features_of(run(), 30.0, skeleton="coco17"):
        assert np.isnan(leg.strike_deg) and "heel_slow" not in leg.ic
        assert len(leg.ic) >= 6 and len(leg.to) >= 5


def test_features_move_little_with_frame_rate_and_noise():
    """Each within a hundredth of the stride (7 ms) of what all rates and noises show together."""
    shown = {}
    for fps in (30.0, 60.0, 120.0):
        for noise_px in (0.0, 1.5):
            for side, leg in enumerate(features_of(run(7, fps), fps, noise_px=noise_px)):
                for event in ("ic", "to"):
                    for name, phase in getattr(leg, event).items():
                        shown.setdefault((side, event, name), []).append(phase)
    away = {key: np.ptp(phases) / 2 for key, phases in shown.items()}
    assert np.median(list(away.values())) < 0.004
    assert np.mean([one < 0.01 for one in away.values()]) > 0.9, away

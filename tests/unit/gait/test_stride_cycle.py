"""The phase and the mean cycle of signals whose phase and cycle are known."""

import tracemalloc

import numpy as np
import pytest
from simulated_sequences import run, seen

from runform.gait.stride_cycle import (
    LOWEST,
    TAU,
    Cycle,
    StrideSettings,
    cyclic_basis,
    find_strides,
    first_phase,
    fit_cycle,
    fit_phase,
    harmonics,
)
from runform.gait.tracks import tracks_of

PERIOD_S = 0.71
TIME_S = np.arange(150) / 30.0
PHASE = TAU * TIME_S / PERIOD_S


def signals(phase):
    """(T, 2): two harmonics, and one with a level."""
    return np.stack([np.cos(phase) + 0.3 * np.sin(2 * phase), 0.5 + 0.2 * np.sin(phase)], 1)


def unwrapped(difference):
    """Phases less 2 pi times a whole number."""
    return (difference + np.pi) % TAU - np.pi


def test_harmonics_and_their_derivatives():
    phase = np.array([0.0, np.pi / 2])
    assert harmonics(phase, 2) == pytest.approx(np.array([[1, 0, 1, 0], [0, 1, -1, 0]]), abs=1e-12)
    assert harmonics(phase, 2, 1) == pytest.approx(
        np.array([[0, 1, 0, 2], [-1, 0, 0, -2]]), abs=1e-12
    )
    assert harmonics(phase, 2, 2) == pytest.approx(
        np.array([[-1, 0, -4, 0], [0, -1, 4, 0]]), abs=1e-12
    )


def test_a_hinge_has_mean_0_and_a_jump_of_slope_at_its_mark():
    phase = np.linspace(0, TAU, 1001)[:-1]
    hinge = cyclic_basis(phase, 1, (np.pi,))[:, 2]
    assert hinge.mean() == pytest.approx(0, abs=1e-5)
    assert hinge[500] == pytest.approx(1 / 6) and hinge[0] == pytest.approx(-1 / 12)
    slope = np.diff(hinge) / np.diff(phase)
    # the slope of x^2 - x, by stride, is 1 before the mark (x = 1) and -1 after it (x = 0)
    assert slope[499] * TAU == pytest.approx(1, abs=0.01)
    assert slope[500] * TAU == pytest.approx(-1, abs=0.01)


def test_first_phase_of_a_cosine_is_its_phase():
    phase = first_phase(np.cos(PHASE), TIME_S, PERIOD_S)
    assert np.abs(unwrapped(phase - PHASE)).max() < 1e-6
    assert (np.diff(phase) > 0).all()


def test_first_phase_leaves_out_a_level_and_a_drift():
    phase = first_phase(np.cos(PHASE) + 5 + 0.4 * TIME_S, TIME_S, PERIOD_S)
    assert np.abs(unwrapped(phase - PHASE)).max() < 1e-6


def test_first_phase_follows_a_runner_who_speeds_up():
    phase = PHASE + 0.1 * TIME_S**2
    estimate = first_phase(np.cos(phase), TIME_S, PERIOD_S)
    assert np.abs(unwrapped(estimate - phase))[15:-15].max() < 0.15


def test_the_cycle_of_clean_signals_is_themselves_and_leaves_nothing():
    cycle, drift = fit_cycle(signals(PHASE), np.ones((150, 2)), TIME_S, PHASE, 5)
    assert cycle.period_s == pytest.approx(PERIOD_S)
    assert np.abs(cycle.residual).max() < 1e-3
    assert drift.mean(0) == pytest.approx([0, 0.5], abs=1e-3), "the level is no part of the cycle"
    angles = np.array([0.0, 1.0, 2.0])
    assert cycle.value(angles) == pytest.approx(signals(angles) - [0, 0.5], abs=2e-3)


def test_noise_averages_out_over_the_strides():
    noisy = signals(PHASE) + np.random.default_rng(0).normal(0, 0.1, (150, 2))
    cycle, _ = fit_cycle(noisy, np.ones((150, 2)), TIME_S, PHASE, 5)
    angles = np.linspace(0, TAU, 50)
    error = cycle.value(angles) - (signals(angles) - [0, 0.5])
    assert np.sqrt((error**2).mean()) < 0.05, "half of the noise of a sample"


def test_outliers_do_not_bend_the_cycle():
    spoiled = signals(PHASE)
    spoiled[::10] += 3.0
    cycle, _ = fit_cycle(spoiled, np.ones((150, 2)), TIME_S, PHASE, 5)
    angles = np.linspace(0, TAU, 50)
    assert np.abs(cycle.value(angles) - (signals(angles) - [0, 0.5])).max() < 0.02


def test_samples_without_weight_do_not_count():
    spoiled, weight = signals(PHASE), np.ones((150, 2))
    spoiled[40:60], weight[40:60] = 9.0, 0.0
    cycle, _ = fit_cycle(spoiled, weight, TIME_S, PHASE, 5)
    angles = np.linspace(0, TAU, 50)
    assert np.abs(cycle.value(angles) - (signals(angles) - [0, 0.5])).max() < 0.01


def test_a_mark_keeps_a_corner_that_harmonics_round_off():
    share = (PHASE / TAU) % 1.0
    corner = np.abs(share - 0.5)[:, None]  # a jump of slope at phases 0 and pi
    ones = np.ones((150, 1))
    smooth, _ = fit_cycle(corner, ones, TIME_S, PHASE, 4)
    marked, _ = fit_cycle(corner, ones, TIME_S, PHASE, 4, (0.0, np.pi))
    assert np.abs(marked.residual).max() < 0.3 * np.abs(smooth.residual).max()


def test_fit_phase_finds_strides_of_unequal_length():
    phase = PHASE + 0.25 * np.sin(0.9 * TIME_S)
    start = first_phase(np.cos(phase), TIME_S, PERIOD_S)
    cycle = fit_phase(signals(phase), np.ones((150, 2)), TIME_S, start, 5)
    error = unwrapped(cycle.phase - phase)
    assert np.std(error) < 0.05 and (np.diff(cycle.phase) > 0).all()


def test_three_times_the_film_needs_three_times_the_memory():
    peaks = []
    for frames in (1500, 4500):
        time_s = np.arange(frames) / 30.0
        phase = TAU * time_s / PERIOD_S
        tracemalloc.start()
        fit_phase(signals(phase), np.ones((frames, 2)), time_s, phase, 20)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 4 * peaks[0]


def test_times_of_a_phase_come_once_a_stride():
    cycle = Cycle(PHASE, np.zeros((6, 1)), np.zeros((150, 1)), PERIOD_S)
    times_s = cycle.times_of(np.pi, TIME_S)
    assert times_s == pytest.approx((np.arange(7) + 0.5) * PERIOD_S)
    assert cycle.times_of(np.pi + TAU, TIME_S) == pytest.approx(times_s)


@pytest.fixture(scope="module")
def runner():
    return run(seed=5, fps=30.0)


def test_strides_of_a_runner_repeat_at_the_true_stride_time(runner):
    cycle, repetition = find_strides(tracks_of(seen(runner, 30.0)), StrideSettings())
    true_s = np.diff(runner.contacts["left"][:, 0]).mean()
    assert cycle.period_s == pytest.approx(true_s, rel=0.01)
    assert 0.8 < repetition <= 1


def test_a_foot_is_low_around_its_phase(runner):
    tracks = tracks_of(seen(runner, 30.0))
    cycle, _ = find_strides(tracks, StrideSettings())
    for side, phase in LOWEST.items():
        height = tracks.xy[f"{side}_ankle"][:, 1]
        near = np.abs(unwrapped(cycle.phase - phase)) < 0.5
        assert height[near].mean() < height.mean()

import numpy as np

from runform.gait.cycle import stride_period_s


def test_the_stride_of_a_sine():
    time_s = np.arange(90) / 30
    period_s, strength = stride_period_s(np.sin(2 * np.pi * time_s / 0.7), 30.0, 0.4, 6.0)
    assert abs(period_s - 0.7) < 0.01
    assert strength > 0.8


def test_a_signal_without_repetition_has_no_stride():
    # A random walk whose only peaks beyond the shortest stride lie below zero.
    walk = np.random.default_rng(3).normal(size=45).cumsum()
    assert stride_period_s(walk, 30.0, 0.4, 6.0)[1] == 0.0

"""Curves of the gait cycle and their change with speed."""

import numpy as np
import pytest

from runform.simulate import gait_cycle


def test_curve_goes_through_a_sine():
    phase = np.arange(21) / 20
    curve = gait_cycle.periodic_curve(
        3.0 + 2.0 * np.sin(2 * np.pi * phase) - np.cos(4 * np.pi * phase)
    )
    fine = np.linspace(-1, 2, 50)
    assert curve(fine) == pytest.approx(
        3.0 + 2.0 * np.sin(2 * np.pi * fine) - np.cos(4 * np.pi * fine)
    )


@pytest.mark.parametrize("gait", ["run", "walk"])
@pytest.mark.parametrize("joint", ["hip", "knee", "ankle"])
def test_curves_stay_within_the_digitising_error(gait, joint):
    samples = np.array(gait_cycle.ANGLES_DEG[gait][joint])
    fitted = gait_cycle.CURVES[gait][joint](np.arange(20) / 20)
    assert np.abs(fitted - samples[:-1]).max() < 2.0


def test_variation_has_the_spread_asked_for():
    rng = np.random.default_rng(0)
    values = np.array(
        [gait_cycle.smooth_variation(rng, 6.0)(np.array([0.0, 0.3, 0.7])) for _ in range(4000)]
    )
    assert values.mean(0) == pytest.approx(np.zeros(3), abs=0.35)
    assert values.std(0) == pytest.approx(np.full(3, 6.0), rel=0.05)


def test_published_speeds():
    assert gait_cycle.at_speed("run", "cadence_steps_min", 3.0) == 166
    assert gait_cycle.at_speed("run", "stance_share", 4.5) == pytest.approx(0.29)
    assert gait_cycle.at_speed("run", "peak_knee_flexion_deg", 2.75) == pytest.approx(94.0)

"""Habits: what speed, severities and the spread between people add up to."""

import numpy as np
import pytest

from runform.simulate.gait_style import LEFT, RIGHT, draw_style
from runform.simulate.parameters import SimulationParameters


def style(seed=0, spread=0.0, speed_m_s=3.0, **severities):
    parameters = SimulationParameters(speed_m_s=speed_m_s, severities=severities)
    return draw_style(parameters, 0.86, np.random.default_rng(seed), spread=spread)


def test_without_spread_everybody_is_the_typical_runner():
    one, other = style(seed=1), style(seed=2)
    assert one.cadence_steps_min == other.cadence_steps_min
    assert (one.shank_ic_deg == other.shank_ic_deg).all()


def test_people_differ():
    cadences = [style(seed, spread=1.0).cadence_steps_min for seed in range(100)]
    assert 4 < np.std(cadences) < 15


def test_faster_runners_take_more_steps_and_stand_shorter():
    slow, fast = style(speed_m_s=2.5), style(speed_m_s=5.0)
    assert fast.cadence_steps_min > slow.cadence_steps_min
    assert (fast.stance_share < slow.stance_share).all()


@pytest.mark.parametrize(
    ("severity", "habit", "sign"),
    [
        ("overstriding", "shank_ic_deg", 1),
        ("trunk_lean", "trunk_lean_deg", 1),
        ("low_cadence", "cadence_steps_min", -1),
        ("bouncing", "bounce_scale", 1),
    ],
)
def test_a_severity_moves_its_habit(severity, habit, sign):
    usual, severe = (getattr(style(**{severity: value}), habit) for value in (0.0, 1.0))
    assert (sign * (np.asarray(severe) - np.asarray(usual)) > 0).all()


def test_asymmetry_parts_the_sides():
    assert style().step_share[LEFT] == pytest.approx(style().step_share[RIGHT])
    uneven = style(asymmetry=1.0)
    assert abs(uneven.step_share[LEFT] - uneven.step_share[RIGHT]) > 0.01

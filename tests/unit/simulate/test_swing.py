"""The free leg begins and ends where the standing leg is."""

import numpy as np
import pytest

from runform.simulate.gait_style import LEFT, draw_style
from runform.simulate.parameters import SimulationParameters
from runform.simulate.stance import LegAngles
from runform.simulate.swing import swing_curves, swing_leg


@pytest.fixture
def style():
    return draw_style(SimulationParameters(), 0.86, np.random.default_rng(0), spread=0.0)


def angles(*values):
    return LegAngles(*(np.array([value]) for value in values))


def test_the_leg_leaves_and_meets_the_ground_at_the_angles_of_stance(style):
    leaving, landing = angles(0.0, -0.3, -0.9, -0.8, -0.4), angles(0.02, 0.5, 0.15, 0.1, 0.1)
    still = angles(0.0, 0.0, 0.0, 0.0, 0.0)
    for done, expected in ((0.0, leaving), (1.0, landing)):
        leg = swing_leg(style, LEFT, np.array([done]), leaving, still, landing, np.array([0.45]))
        for name in ("roll", "thigh", "shank", "foot", "toes"):
            assert getattr(leg, name) == pytest.approx(getattr(expected, name), abs=1e-6), name


def test_the_knee_bends_most_in_the_middle_of_swing(style):
    done = np.linspace(0, 1, 101)
    thigh, shank, _ = swing_curves(style, LEFT, done)
    knee = np.degrees(thigh - shank)
    assert 0.2 < done[knee.argmax()] < 0.6 and 70 < knee.max() < 130
    assert knee.min() > 0

"""Steps in time and the bounce of the pelvis between them."""

from dataclasses import replace

import numpy as np
import pytest

from runform.simulate.gait_style import draw_style
from runform.simulate.parameters import SimulationParameters
from runform.simulate.pelvis import GRAVITY_M_S2, lay_steps, pelvis_bounce


@pytest.fixture
def style():
    typical = draw_style(
        SimulationParameters(variability=0.0), 0.859, np.random.default_rng(0), spread=0.0
    )
    return replace(typical, start_phase=0.0, bounce_scale=1.0, cadence_steps_min=160.0)


def test_contacts_follow_cadence_and_stance_share(style):
    steps = lay_steps(style, 2.0, np.random.default_rng(0))
    assert np.diff(steps.ic_s) == pytest.approx(np.full(len(steps.ic_s) - 1, 0.375))
    assert steps.to_s - steps.ic_s == pytest.approx(np.full(len(steps.ic_s), 0.36 * 0.75))
    assert steps.ic_s[0] == pytest.approx(-1.5) and steps.side[:3].tolist() == [1, 0, 1]


def test_flight_is_free_fall_and_every_step_returns_to_its_height(style):
    steps = lay_steps(style, 2.0, np.random.default_rng(0))
    first = int(np.searchsorted(steps.ic_s, 0.0))
    time_s = np.linspace(steps.to_s[first], steps.ic_s[first + 1], 21)
    height = pelvis_bounce(style, steps, time_s)
    acceleration = np.diff(height, 2) / np.diff(time_s)[0] ** 2
    assert acceleration == pytest.approx(np.full(19, -GRAVITY_M_S2), rel=1e-6)
    assert pelvis_bounce(style, steps, steps.ic_s[1:-1]) == pytest.approx(
        np.zeros(len(steps.ic_s) - 2), abs=1e-12
    )


def test_steps_vary_by_about_a_hundredth(style):
    steps = lay_steps(replace(style, step_jitter=1.0), 600.0, np.random.default_rng(0))
    step_s = np.diff(steps.ic_s)
    assert step_s.mean() == pytest.approx(0.375, rel=0.002)
    assert step_s.std() / step_s.mean() == pytest.approx(0.012, abs=0.002)


def test_phase_is_whole_at_right_contacts(style):
    steps = lay_steps(style, 2.0, np.random.default_rng(0))
    assert steps.stride_phase(steps.ic_s) % 1.0 == pytest.approx(
        np.where(steps.side == 1, 0.0, 0.5)
    )

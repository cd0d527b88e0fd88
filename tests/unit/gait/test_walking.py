"""People who walk are told from people who run, whatever the view and the speed."""

import pytest
from simulated_sequences import run, seen

from runform.errors import Unavailable
from runform.gait.measure import GaitSettings, gait_of


@pytest.mark.parametrize("speed_m_s", [0.8, 1.4, 2.2])
@pytest.mark.parametrize("view", ["right", "front"])
def test_a_walker_is_not_measured(speed_m_s, view):
    walker = seen(run(seed=2, gait="walk", speed_m_s=speed_m_s), 30.0, view, noise_px=1.0)
    with pytest.raises(Unavailable, match="the person walks"):
        gait_of(walker, GaitSettings(), {})


@pytest.mark.parametrize(
    "severities", [{}, {"bouncing": -1.0}, {"stiff_knee": 1.0}, {"overstriding": 1.0}]
)
@pytest.mark.parametrize("view", ["left", "rear"])
def test_a_slow_runner_is(severities, view):
    runner = seen(run(seed=2, speed_m_s=2.0, severities=severities), 30.0, view, noise_px=1.0)
    assert gait_of(runner, GaitSettings(), {})["status"] == "ok"

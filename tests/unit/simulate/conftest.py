"""Runners that the tests of the simulator share."""

from dataclasses import replace

import numpy as np
import pytest

from runform.simulate.body import typical_body
from runform.simulate.gait_style import draw_style
from runform.simulate.parameters import SimulationParameters
from runform.simulate.runner import RunnerMotion, move_runner


@pytest.fixture
def typical_runner():
    """A function that moves the typical person: textbook body, no spread, strides all the same."""

    def move(
        time_s, speed_m_s: float = 3.0, gait: str = "run", **severities: float
    ) -> RunnerMotion:
        parameters = SimulationParameters(
            speed_m_s=speed_m_s, gait=gait, variability=0.0, severities=severities
        )
        body = typical_body()
        style = draw_style(parameters, body.leg_length_m, np.random.default_rng(0), spread=0.0)
        style = replace(style, start_phase=0.0)
        return move_runner(
            body, style, np.asarray(time_s, float), np.random.default_rng(0), parameters.severities
        )

    return move

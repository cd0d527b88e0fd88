"""Random runners over the whole space of parameters, for training and for tests."""

import numpy as np

from runform.simulate.parameters import DEFICIENCIES, SPEED_RANGE_M_S, SimulationParameters

_FPS = (24.0, 25.0, 30.0, 48.0, 50.0, 60.0)
_WALKING_SHARE = 0.1
# How often a runner has a given deficiency at all; the rest stay close to the typical runner.
_DEFICIENT_SHARE = 0.25


def random_parameters(
    rng: np.random.Generator, duration_s: float = 4.0, walking_share: float = _WALKING_SHARE
) -> SimulationParameters:
    """Somebody seen from anywhere: any speed, body and mixture of deficiencies; a share of walkers; frame rates from 24 to 60."""
    gait = "walk" if rng.random() < walking_share else "run"
    low, high = SPEED_RANGE_M_S[gait]
    severities = {
        name: float(np.clip(rng.uniform(0.3, 1.4) if rng.random() < _DEFICIENT_SHARE else 0.3 * rng.standard_normal(), -1.0, 1.5))
        for name in DEFICIENCIES
    }
    return SimulationParameters(
        seed=int(rng.integers(2**31)),
        duration_s=duration_s,
        fps=float(rng.choice(_FPS)),
        azimuth_deg=float(rng.uniform(0.0, 360.0)),
        camera=str(rng.choice(["following", "fixed", "treadmill"])),
        gait=gait,
        speed_m_s=float(rng.uniform(max(low, 2.0), min(high, 5.5)) if gait == "run" else rng.uniform(0.7, 2.0)),
        noise=float(rng.uniform(0.0, 0.5)),
        quality=float(rng.uniform(0.3, 1.0)),
        severities=severities,
    )

"""Told apart: people who run, whom the metrics are made for, and people who walk.

A runner flies between steps, so the body rises and falls far, or the legs fold and the feet rise far; a walker does neither. In leg
lengths, simulated walkers from 0.8 to 2.2 m/s stay below .07 and .19. Runners come near: with stiff knees and quick short steps
the trunk moves .06 to .08 while the feet rise .19 to .23, so the limits lie just above the walkers. Contacts are no help here:
their cues are made for runners.
"""

import numpy as np

from runform.faults import Unavailable
from runform.gait.cycle import TAU
from runform.gait.motion import Motion
from runform.gait.signals import SIDES

_LEAST_BOUNCE_LEG = 0.07
_LEAST_LIFT_LEG = 0.195
_SAMPLES = 360
_FEET = ("heel", "big_toe", "ankle")


def rise_and_lift(motion: Motion) -> tuple[float, float]:
    """How far the trunk, and how far a foot (mean of both), moves up and down in the mean stride, leg lengths."""
    joints = motion.mean_at(np.arange(_SAMPLES) * TAU / _SAMPLES)
    feet = [[joints[name][:, 1] for foot in _FEET if (name := f"{side}_{foot}") in joints] for side in SIDES]
    return float(np.ptp(joints["trunk"][:, 1])), float(np.mean([np.ptp(np.mean(heights, axis=0)) for heights in feet]))


def expect_running(motion: Motion) -> None:
    """Raises Unavailable for a person who walks."""
    rise, lift = rise_and_lift(motion)
    if rise < _LEAST_BOUNCE_LEG and lift < _LEAST_LIFT_LEG:
        told = f"the trunk moves {rise:.2f} leg lengths up and down, the feet {lift:.2f}"
        raise Unavailable(f"the person walks: {told}; runners reach {_LEAST_BOUNCE_LEG} or {_LEAST_LIFT_LEG}")

"""The pelvis: how it advances, bounces, sways, drops on the free side and turns, and where that puts the hips.

Legend: N instants. World axes: x forward, y left, z up, metres. Sides: index 0 left, 1 right.
"""

from dataclasses import dataclass

import numpy as np

from runform.simulate.body import Body
from runform.simulate.steps import Steps, pelvis_bounce
from runform.simulate.style import LEFT, RIGHT, GaitStyle

SIDE_SIGN = np.array([1.0, -1.0])
# The pelvis falls behind and catches up in each step: most behind just after mid-stance. (A runner on the treadmill data of
# regifukuchi/BMC-RIC-running-biomechanics: 16 mm at 2.5 m/s, with a bounce of 95 mm.)
_SURGE_M, _SURGE_LAG = 0.010, 0.03


@dataclass(frozen=True)
class Pelvis:
    """The pelvis over N instants.

    phase (N,)      stride phase from right contact, not wrapped
    root (N, 3)     middle of the hips, its height counted from that at initial contact
    to_hip (2, N, 3)   from the root to each hip
    """

    phase: np.ndarray
    root: np.ndarray
    to_hip: np.ndarray

    def at(self, index) -> "Pelvis":
        """A subset of the instants."""
        return Pelvis(self.phase[index], self.root[index], self.to_hip[:, index])


def move_pelvis(body: Body, style: GaitStyle, steps: Steps, time_s: np.ndarray) -> Pelvis:
    """The pelvis at `time_s`: progress at the running speed, bounce, sway, drop of the free side, and turn."""
    phase = steps.stride_phase(time_s)
    # Mid-stance of the right foot; the left one's lies half a cycle on.
    from_mid = 2 * np.pi * (phase - 0.5 * style.stance_share.mean())
    wave = np.cos(from_mid)
    surge = -_SURGE_M * np.cos(2 * from_mid - 4 * np.pi * _SURGE_LAG)
    root = np.stack([style.speed_m_s * time_s + surge, -style.sway_m * wave, pelvis_bounce(style, steps, time_s)], axis=-1)
    drop_deg = style.pelvic_drop_deg
    # cos is +1 at right mid-stance (left side low) and -1 at left mid-stance.
    roll = -np.radians(0.5 * (drop_deg[RIGHT] + drop_deg[LEFT]) * wave + 0.5 * (drop_deg[RIGHT] - drop_deg[LEFT]) * wave**2)
    turn = np.radians(style.pelvis_turn_deg) * np.cos(2 * np.pi * phase)
    left = 0.5 * body.hip_width_m * np.stack([-np.sin(turn) * np.cos(roll), np.cos(turn) * np.cos(roll), np.sin(roll)], axis=-1)
    return Pelvis(phase, root, np.stack([left, -left]))

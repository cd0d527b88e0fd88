"""How one person moves: habits from speed, severities of deficiencies and the spread of people.

Sides: arrays of two hold left, then right. Means follow published figures (Malisoux 2023, Bramah
2018, Souza 2016, Brindle 2014); spreads are standard deviations between healthy runners, so a mild
deficiency overlaps with the usual range as on the road.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from runform.simulate.gait_cycle import PeriodicCurve, at_speed, smooth_variation
from runform.simulate.parameters import SimulationParameters

LEFT, RIGHT = 0, 1


@dataclass(frozen=True)
class GaitStyle:
    """One person's habits. Angles in degrees, forward (or toe up, or lean forward) positive.

    cadence_steps_min     steps a minute
    step_share (2,)       share of the stride from this side's contact to the other's
    stance_share (2,)     contact time / stride time
    shank_ic_deg (2,)     shank from vertical at initial contact
    knee_ic_deg           knee flexion there, mean of both sides;  strike_deg (2,): foot from the
                          ground there
    knee_stance_deg       added to the knee's curve in late stance
    bounce_scale          vertical travel of the pelvis over that of a point mass with the same
                          steps and this push
    push_skew             how much of the push comes early in contact: share of its second harmonic
    foot_offset_m (2,)    ankle to the middle line, outwards, foot flat
    sway_m                sideways travel of the pelvis
    toe_out_deg (2,)      foot turned outwards
    pelvic_drop_deg (2,)  hip line's tilt when this side stands;  pelvis_turn_deg, thorax_turn_deg:
                          amplitude about the vertical
    trunk_lean_deg        mean lean forward;  trunk_rock_deg: its change over a step
    head_pitch_deg        nod of the head, face down positive
    shoulder_mean_deg, shoulder_range, elbow_mean_deg, elbow_range (2,)   shift (deg) and scale of
                          the arm curves
    arm_out_deg (2,)      elbows away from the trunk;  arm_inward_deg (2,): forearms turned towards
                          the middle
    swing_knee_deg, swing_hip_deg   added at the peaks of swing
    hip, knee, ankle      two curves each (left, right), added to the swing leg's angles
    step_jitter           scale of the random change from step to step;  start_phase: stride phase
                          at time 0
    """

    gait: str
    speed_m_s: float
    cadence_steps_min: float
    step_share: np.ndarray
    stance_share: np.ndarray
    shank_ic_deg: np.ndarray
    knee_ic_deg: float
    knee_stance_deg: float
    strike_deg: np.ndarray
    bounce_scale: float
    push_skew: float
    foot_offset_m: np.ndarray
    sway_m: float
    toe_out_deg: np.ndarray
    pelvic_drop_deg: np.ndarray
    pelvis_turn_deg: float
    thorax_turn_deg: float
    trunk_lean_deg: float
    trunk_rock_deg: float
    head_pitch_deg: float
    shoulder_mean_deg: np.ndarray
    shoulder_range: np.ndarray
    elbow_mean_deg: np.ndarray
    elbow_range: np.ndarray
    arm_out_deg: np.ndarray
    arm_inward_deg: np.ndarray
    swing_knee_deg: float
    swing_hip_deg: float
    hip: tuple[PeriodicCurve, PeriodicCurve]
    knee: tuple[PeriodicCurve, PeriodicCurve]
    ankle: tuple[PeriodicCurve, PeriodicCurve]
    step_jitter: float
    start_phase: float

    @property
    def stride_time_s(self) -> float:
        """Time from one foot's contact to its next, s."""
        return 120.0 / self.cadence_steps_min


# Habits whose mean (below, 0) is added to what is usual at the speed.
_WITH_SPEED = ("cadence_steps_min", "stance_share", "bounce_scale", "shank_ic_deg")
# name: (mean, SD between people, SD of half the difference between sides (None: one value for
# both), low, high)
_RUN = {
    "cadence_steps_min": (0.0, 7.0, None, 130, 225),
    "stance_share": (0.0, 0.016, 0.003, 0.20, 0.46), "step_share": (0.5, 0.0, 0.004, 0.42, 0.58),
    "shank_ic_deg": (0.0, 3.0, 1.0, -6, 26), "knee_ic_deg": (12.0, 3.5, None, 5, 26),
    "knee_stance_deg": (0.0, 3.5, None, -10, 12), "strike_deg": (12.0, 9.0, 1.0, -12, 32),
    "bounce_scale": (0.0, 0.08, None, 0.5, 1.7), "push_skew": (0.25, 0.05, None, 0.0, 0.5),
    "foot_offset_m": (0.028, 0.011, 0.004, -0.07, 0.10), "sway_m": (0.008, 0.002, None, 0.0, 0.02),
    "toe_out_deg": (7.0, 4.0, 2.0, -8, 25), "pelvic_drop_deg": (3.5, 1.1, 0.4, -1, 12),
    "pelvis_turn_deg": (5.5, 1.5, None, 0, 12), "thorax_turn_deg": (9.0, 2.5, None, 0, 22),
    "trunk_lean_deg": (7.5, 3.0, None, -8, 28), "trunk_rock_deg": (1.5, 0.5, None, 0, 5),
    "head_pitch_deg": (6.0, 5.0, None, -15, 25), "shoulder_mean_deg": (0.0, 6.0, 3.0, -25, 25),
    "shoulder_range": (0.9, 0.15, 0.05, 0.3, 1.5), "elbow_mean_deg": (0.0, 9.0, 4.0, -40, 30),
    "elbow_range": (0.8, 0.25, 0.1, 0.0, 1.6), "arm_out_deg": (16.0, 5.0, 2.0, 2, 40),
    "arm_inward_deg": (24.0, 8.0, 3.0, -5, 85), "swing_knee_deg": (0.0, 6.0, None, -25, 20),
    "swing_hip_deg": (0.0, 3.0, None, -12, 12),
}  # fmt: skip
_WALK = _RUN | {
    "cadence_steps_min": (0.0, 6.0, None, 55, 150),
    "stance_share": (0.0, 0.015, 0.003, 0.54, 0.72), "shank_ic_deg": (0.0, 2.5, 1.0, 8, 27),
    "knee_ic_deg": (5.5, 2.0, None, 3.5, 14), "strike_deg": (20.0, 4.0, 1.0, 5, 32),
    "foot_offset_m": (0.05, 0.015, 0.004, -0.03, 0.12), "sway_m": (0.018, 0.004, None, 0.0, 0.04),
    "pelvis_turn_deg": (5.0, 1.5, None, 0, 12), "thorax_turn_deg": (4.0, 1.5, None, 0, 12),
    "trunk_lean_deg": (2.0, 2.5, None, -8, 20), "trunk_rock_deg": (0.8, 0.3, None, 0, 3),
    "shoulder_mean_deg": (12.0, 6.0, 3.0, -25, 25), "shoulder_range": (0.5, 0.15, 0.05, 0.1, 1.0),
    "elbow_mean_deg": (-66.0, 6.0, 3.0, -75, -40), "elbow_range": (0.3, 0.1, 0.05, 0.0, 0.6),
    "arm_out_deg": (10.0, 4.0, 2.0, 0, 25), "arm_inward_deg": (25.0, 8.0, 3.0, 0, 60),
}  # fmt: skip
# What one unit of severity adds: first to the habit that the deficiency is named after, then to
# those that usually go with it.
_EFFECTS = {
    "overstriding": {
        "shank_ic_deg": 10.5, "cadence_steps_min": -5.0, "strike_deg": 5.0, "push_skew": 0.08,
        "bounce_scale": -0.08,
    },
    "bouncing": {"bounce_scale": 0.28, "cadence_steps_min": -5.0, "stance_share": -0.015},
    "trunk_lean": {"trunk_lean_deg": 10.5, "head_pitch_deg": 3.0},
    # A stiffer leg gives way less, so the hips sink less and the foot is sooner off the ground.
    "stiff_knee": {
        "knee_ic_deg": -6.0, "knee_stance_deg": -5.0, "bounce_scale": -0.27, "stance_share": -0.02,
        "cadence_steps_min": 4.0, "shank_ic_deg": 1.0,
    },
    "low_cadence": {"cadence_steps_min": -18.0, "shank_ic_deg": 1.5, "bounce_scale": -0.07},
    "pelvic_drop": {"pelvic_drop_deg": 4.0, "foot_offset_m": -0.004},
    "crossover": {"foot_offset_m": -0.055, "pelvic_drop_deg": 0.6},
    "arm_crossing": {
        "arm_inward_deg": 52.0, "arm_out_deg": -5.0, "elbow_mean_deg": 8.0, "thorax_turn_deg": 4.0,
    },
    "asymmetry": {},
}  # fmt: skip
# What one unit of asymmetry adds to one side and takes from the other.
_ASYMMETRY = {
    "step_share": 0.02, "shank_ic_deg": 2.5, "stance_share": 0.015, "pelvic_drop_deg": 0.8,
    "shoulder_range": 0.1,
}  # fmt: skip
# Habits that raise the peaks of the swing curves, and the peaks of the curves themselves, degrees.
_CURVE_PEAKS = {
    "swing_knee_deg": ("peak_knee_flexion_deg", {"run": 91.0, "walk": 60.0}),
    "swing_hip_deg": ("peak_hip_flexion_deg", {"run": 35.0, "walk": 31.0}),
}
# Hip to ankle of somebody 1.75 m tall.
_USUAL_LEG_M = 0.859
# Degrees of knee flexion at contact for each degree that the shank lands further from vertical.
_KNEE_PER_SHANK = -0.4
# Of the swing leg's own shape; the standing leg differs between people by what it is solved from.
_CURVE_SD_DEG = {"hip": 6.0, "knee": 7.2, "ankle": 4.0}


def draw_style(
    parameters: SimulationParameters,
    leg_length_m: float,
    rng: np.random.Generator,
    spread: float = 1.0,
) -> GaitStyle:
    """One person's habits; `spread` 0 gives the typical person, 1 the spread between people.

    Cadence goes with the root of the leg's length. Who lands with the shank further from
    vertical lands with a straighter knee. The number of random draws does not depend on the
    severities, so raising one leaves everything else of the person as it is.
    """
    gait, speed_m_s = parameters.gait, parameters.speed_m_s
    table = _RUN if gait == "run" else _WALK
    habits = _draw_numbers(parameters, table, rng, spread)
    habits["cadence_steps_min"] *= (_USUAL_LEG_M / leg_length_m) ** 0.5
    extra_shank_deg = habits["shank_ic_deg"].mean() - at_speed(gait, "shank_ic_deg", speed_m_s)
    knee_ic_deg = habits["knee_ic_deg"] + _KNEE_PER_SHANK * extra_shank_deg
    habits["knee_ic_deg"] = float(np.clip(knee_ic_deg, *table["knee_ic_deg"][3:]))
    for name, (peak, of_curve_deg) in _CURVE_PEAKS.items():
        habits[name] += at_speed(gait, peak, speed_m_s) - of_curve_deg[gait]
    for name, sd in _CURVE_SD_DEG.items():
        habits[name] = _two_sides(rng, sd * spread)
    return GaitStyle(
        gait=gait,
        speed_m_s=speed_m_s,
        step_jitter=parameters.variability,
        start_phase=float(rng.random()),
        **habits,
    )


def _draw_numbers(
    parameters: SimulationParameters, table: dict, rng: np.random.Generator, spread: float
) -> dict[str, Any]:
    """Every habit of `table`: typical value, the person's difference, the severities' effect."""
    longer = 1.0 if rng.random() < 0.5 else -1.0
    level, half = rng.standard_normal((2, len(table))) * spread
    habits: dict[str, Any] = {}
    for row, (name, (mean, sd, side_sd, low, high)) in enumerate(table.items()):
        if name in _WITH_SPEED:
            mean = mean + at_speed(parameters.gait, name, parameters.speed_m_s)
        effect = sum(
            severity * _EFFECTS[deficiency].get(name, 0.0)
            for deficiency, severity in parameters.severities.items()
        )
        value = mean + sd * level[row] + effect
        if side_sd is None:
            habits[name] = float(np.clip(value, low, high))
        else:
            asymmetry = _ASYMMETRY.get(name, 0.0) * parameters.severities["asymmetry"]
            uneven = side_sd * half[row] + longer * asymmetry
            habits[name] = np.clip(np.array([value + uneven, value - uneven]), low, high)
    return habits


def _two_sides(rng: np.random.Generator, sd_deg: float) -> tuple[PeriodicCurve, PeriodicCurve]:
    """A person's curve, and a small difference between the sides (a fifth of the spread)."""
    shape = smooth_variation(rng, sd_deg)
    left, right = (shape.plus(smooth_variation(rng, 0.2 * sd_deg)) for _ in range(2))
    return left, right

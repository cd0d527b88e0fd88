"""A body: segment lengths from height, by anthropometric shares, with the spread between people.

Shares of stature: Drillis and Contini as given by Winter (Biomechanics and Motor Control of Human
Movement), joint centre to joint centre; the distances between the two hips and between the two
shoulders are those of joint centres, not of breadths.
"""

from dataclasses import dataclass, fields

import numpy as np

SHARES_OF_HEIGHT = {
    "thigh_m": 0.245, "shank_m": 0.246, "torso_m": 0.288, "upper_arm_m": 0.186, "forearm_m": 0.146,
    "hip_width_m": 0.112, "shoulder_width_m": 0.212, "ankle_height_m": 0.039,
    "heel_length_m": 0.030, "ball_length_m": 0.075, "toe_length_m": 0.047, "foot_width_m": 0.050,
    "neck_m": 0.018, "head_m": 0.165,
}  # fmt: skip
_LEG_SD = 0.025
_OTHER_SD = 0.03


@dataclass(frozen=True)
class Body:
    """Segment lengths in metres.

    torso: middle of the hips to middle of the shoulders; neck: from there up to the neck keypoint;
    head: from there to the crown. heel, ball: horizontal distance of heel and ball of the foot from
    the ankle, foot flat; toe: ball to the tip of the big toe.
    """

    height_m: float
    thigh_m: float
    shank_m: float
    torso_m: float
    upper_arm_m: float
    forearm_m: float
    hip_width_m: float
    shoulder_width_m: float
    ankle_height_m: float
    heel_length_m: float
    ball_length_m: float
    toe_length_m: float
    foot_width_m: float
    neck_m: float
    head_m: float

    @property
    def leg_length_m(self) -> float:
        """Hip to ankle along a straight leg, m: the unit of lengths where there is no metre."""
        return self.thigh_m + self.shank_m

    @property
    def lengths(self) -> dict[str, float]:
        """Every length by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def typical_body(height_m: float = 1.75) -> Body:
    """The body with exactly the textbook proportions."""
    return Body(height_m, **{name: share * height_m for name, share in SHARES_OF_HEIGHT.items()})


def random_body(rng: np.random.Generator, height_m: float | None = None) -> Body:
    """A person: women of 1.65 m and men of 1.78 m, SD 0.07 m, unless `height_m` is given."""
    random_m = float(np.clip(rng.choice([1.65, 1.78]) + 0.07 * rng.standard_normal(), 1.45, 2.05))
    height_m = random_m if height_m is None else height_m
    deviations = rng.standard_normal(len(SHARES_OF_HEIGHT))
    lengths = {}
    for (name, share), deviation in zip(SHARES_OF_HEIGHT.items(), deviations, strict=True):
        sd = _LEG_SD if name in ("thigh_m", "shank_m") else _OTHER_SD
        lengths[name] = share * height_m * float(np.clip(1.0 + sd * deviation, 0.9, 1.1))
    return Body(height_m, **lengths)

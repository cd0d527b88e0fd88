"""Where a foot is put down, how high the hips then are, and how long it can stay.

Legend: M contacts of one foot.
"""

from dataclasses import replace

import numpy as np

from runform.simulate.body import Body
from runform.simulate.foot import Foothold, ankle_over_sole, toe_out_direction
from runform.simulate.leg import LEAST_KNEE_DEG, leg_reach
from runform.simulate.pelvis import SIDE_SIGN
from runform.simulate.steps import WALK_RISE_M
from runform.simulate.style import LEFT, RIGHT, GaitStyle

# The most that a foot and leg stretch at toe-off, and the rise of the hip since contact that they have to make up for.
_TOE_OFF_PITCH_DEG, _TOE_OFF_KNEE_DEG, _TOE_OFF_RISE_M = 68.0, 8.0, 0.022
# Contacts differ from step to step: stay this far below what the leg can do.
_MARGIN = 0.96


def place_foot(body: Body, style: GaitStyle, side: int, hip: np.ndarray, shank_jitter_deg: np.ndarray) -> Foothold:
    """Footholds (M) for hips `hip` (M, 3) at initial contact, such that the shank there has the runner's angle.

    The hip's height fixes the knee. The ankle's distance from the line y = 0 is that of the flat foot.
    """
    along = toe_out_direction(style, side)
    strike = np.full(len(hip), np.radians(style.strike_deg[side]))
    shank = np.radians(style.shank_ic_deg[side] + shank_jitter_deg)
    ankle_from_heel = ankle_over_sole(body, strike, along[None])
    heel_y = SIDE_SIGN[side] * style.foot_offset_m[side] - body.heel_length_m * along[1]
    down = np.hypot(heel_y + ankle_from_heel[:, 1] - hip[:, 1], hip[:, 2] - ankle_from_heel[:, 2])
    straightest = np.radians(LEAST_KNEE_DEG + 0.5)
    thigh = np.arccos(np.clip((down - body.shank_m * np.cos(shank)) / body.thigh_m, -1.0, 1.0))
    reach = body.thigh_m * np.sin(thigh) + body.shank_m * np.sin(shank)
    all_there_is = np.sqrt(np.maximum(leg_reach(body, straightest) ** 2 - down**2, 0.0))
    ankle_x = hip[:, 0] + np.where(thigh - shank < straightest, all_there_is, reach)
    heel = np.stack([ankle_x - ankle_from_heel[:, 0], np.full(len(hip), heel_y), np.zeros(len(hip))], axis=1)
    return Foothold(heel, np.broadcast_to(along, heel.shape), strike)


def contact_height(body: Body, style: GaitStyle, side: int) -> float:
    """Height of the hip at initial contact that gives the runner's mean knee flexion there, m.

    Never so high that the leg would be too short when the hip passes over the flat foot.
    """
    shank, strike = np.radians(style.shank_ic_deg[side]), np.radians(style.strike_deg[side : side + 1])
    ankle = ankle_over_sole(body, strike, toe_out_direction(style, side)[None])[0, 2]
    thigh = shank + np.radians(style.knee_ic_deg)
    aside = 0.5 * body.hip_width_m - style.foot_offset_m[side]
    wanted = ankle + np.sqrt((body.thigh_m * np.cos(thigh) + body.shank_m * np.cos(shank)) ** 2 - aside**2)
    longest = leg_reach(body, np.radians(LEAST_KNEE_DEG + 1.5))
    raised = 0.5 * body.hip_width_m * np.sin(np.radians(max(style.pelvic_drop_deg[side], 0.0)))
    raised += WALK_RISE_M * style.bounce_scale if style.gait == "walk" else 0.0
    return float(min(wanted, body.ankle_height_m + np.sqrt(longest**2 - aside**2) - raised))


def with_reachable_contacts(body: Body, style: GaitStyle) -> GaitStyle:
    """The habits with contact times no longer than the leg can follow the foot that the body leaves behind."""
    height = np.mean([contact_height(body, style, side) for side in (LEFT, RIGHT)])
    speed = style.speed_m_s * style.stride_time_s
    limit = [_MARGIN * _travel_m(body, style, side, height) / speed for side in (LEFT, RIGHT)]
    return replace(style, stance_share=np.minimum(style.stance_share, limit))


def _travel_m(body: Body, style: GaitStyle, side: int, height: float) -> float:
    """How far the hip can travel from contact to toe-off, m: from behind the landing ankle to ahead of the lifted one."""
    pitch = np.array([np.radians(style.strike_deg[side]), -np.radians(_TOE_OFF_PITCH_DEG)])
    ankle = ankle_over_sole(body, pitch, np.array([[1.0, 0.0, 0.0]] * 2))
    shank = np.radians(style.shank_ic_deg[side])
    thigh = np.arccos(np.clip((height - ankle[0, 2] - body.shank_m * np.cos(shank)) / body.thigh_m, -1.0, 1.0))
    ahead = body.thigh_m * np.sin(thigh) + body.shank_m * np.sin(shank)
    down = np.hypot(height + _TOE_OFF_RISE_M - ankle[1, 2], 0.5 * body.hip_width_m - style.foot_offset_m[side])
    behind = np.sqrt(max(leg_reach(body, np.radians(_TOE_OFF_KNEE_DEG)) ** 2 - down**2, 0.0))
    return ahead + ankle[1, 0] - ankle[0, 0] + behind

"""The upper body: trunk, head, shoulders and arms above the hips.

Legend: N instants.
"""

import numpy as np

from runform.simulate import gait_cycle
from runform.simulate.body import Body
from runform.simulate.gait_style import LEFT, RIGHT, GaitStyle
from runform.simulate.pelvis import SIDE_SIGN, Pelvis

# Head keypoints from the neck: shares of the neck-to-crown length, forward, outward, up.
_HEAD = {
    "nose": (0.40, 0.0, 0.40), "eye": (0.32, 0.115, 0.52), "ear": (0.04, 0.26, 0.50),
    "head": (0.04, 0.0, 0.97),
}  # fmt: skip


def move_upper_body(body: Body, style: GaitStyle, pelvis: Pelvis) -> dict[str, np.ndarray]:
    """Joint name -> (N, 3) for neck, head, face, shoulders, elbows and wrists, in world axes."""
    step_wave = np.sin(4 * np.pi * (pelvis.phase - 0.05))
    lean = np.radians(style.trunk_lean_deg + style.trunk_rock_deg * step_wave)
    turn = -np.radians(style.thorax_turn_deg) * np.cos(2 * np.pi * (pelvis.phase - 0.04))
    from_mid = pelvis.phase - 0.5 * style.stance_share.mean()
    side_lean = np.radians(0.25 * style.pelvic_drop_deg.mean()) * np.cos(2 * np.pi * from_mid)
    up = _unit(np.stack([np.sin(lean), -np.sin(side_lean), np.cos(lean)], axis=-1))
    across = _unit(np.stack([-np.sin(turn), np.cos(turn), np.zeros_like(turn)], axis=-1))
    across = _unit(across - np.sum(across * up, axis=-1, keepdims=True) * up)
    ahead = np.cross(across, up)
    chest = pelvis.root + body.torso_m * up
    neck = chest + body.neck_m * up
    joints = {"neck": neck} | _head(body, style, neck, lean, turn)
    for side, name in ((LEFT, "left"), (RIGHT, "right")):
        shoulder = chest + SIDE_SIGN[side] * 0.5 * body.shoulder_width_m * across
        trunk_axes = (ahead, SIDE_SIGN[side] * across, up)
        elbow, wrist = _arm(body, style, side, pelvis.phase, shoulder, trunk_axes)
        joints |= {f"{name}_shoulder": shoulder, f"{name}_elbow": elbow, f"{name}_wrist": wrist}
    return joints


def _arm(body, style, side, phase, shoulder, trunk_axes) -> tuple[np.ndarray, np.ndarray]:
    """Elbow and wrist (N, 3). trunk_axes: its forward, outward and up directions, each (N, 3)."""
    ahead, outward, up = trunk_axes
    own_phase = phase + (0.5 if side == LEFT else 0.0)
    mean, elbow_mean = gait_cycle.SHOULDER.mean, gait_cycle.ELBOW.mean
    swing, bend = gait_cycle.evaluate((gait_cycle.SHOULDER, gait_cycle.ELBOW), own_phase)
    flexion = mean + style.shoulder_mean_deg[side] + style.shoulder_range[side] * (swing - mean)
    bend = elbow_mean + style.elbow_mean_deg[side] + style.elbow_range[side] * (bend - elbow_mean)
    flexion, bend = np.radians(flexion)[:, None], np.radians(np.clip(bend, 5.0, 150.0))[:, None]
    out, inward = np.radians(style.arm_out_deg[side]), np.radians(style.arm_inward_deg[side])
    swung = np.sin(flexion) * ahead - np.cos(flexion) * up
    upper = np.cos(out) * swung + np.sin(out) * outward
    forward = np.cos(flexion) * ahead + np.sin(flexion) * up
    towards_middle = np.sin(out) * swung - np.cos(out) * outward
    curl = np.cos(inward) * forward + np.sin(inward) * towards_middle
    elbow = shoulder + body.upper_arm_m * upper
    return elbow, elbow + body.forearm_m * (np.cos(bend) * upper + np.sin(bend) * curl)


def _head(body, style, neck, lean, turn) -> dict[str, np.ndarray]:
    """A third of the trunk's lean, a quarter of its turn, and the nod of the runner's habit."""
    pitch = lean / 3.0 + np.radians(style.head_pitch_deg)
    turned = turn / 4.0
    ahead = np.stack(
        [np.cos(pitch) * np.cos(turned), np.cos(pitch) * np.sin(turned), -np.sin(pitch)], axis=-1
    )
    left = np.stack([-np.sin(turned), np.cos(turned), np.zeros_like(turned)], axis=-1)
    up = np.cross(ahead, left)
    joints = {}
    for name, (forward, outward, high) in _HEAD.items():
        middle = neck + body.head_m * (forward * ahead + high * up)
        if name in ("nose", "head"):
            joints[name] = middle
        else:
            joints[f"left_{name}"] = middle + body.head_m * outward * left
            joints[f"right_{name}"] = middle - body.head_m * outward * left
    return joints


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector, axis=-1, keepdims=True)

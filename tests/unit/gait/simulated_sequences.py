"""Simulated runners as a far camera sees them: keypoints with exact truth, without rendering.
Legend: T frames, K keypoints.
"""

import numpy as np

from runform.gait.deficiencies import Deficiency
from runform.sequence import PoseSequence
from runform.simulate.parameters import SimulationParameters
from runform.simulate.runner import RunnerMotion, simulate_runner
from runform.skeleton import get_skeleton

PX_PER_M = 200.0
RULES = {
    "low_cadence": Deficiency(
        "Low cadence", "cadence_steps_min", watch=160, flag=155, direction="below"
    )
}
# Direction of the image's x in the world (x ahead, y left) for each view.
ACROSS = {
    "right": (1, 0),
    "left": (-1, 0),
    "front": (0, 1),
    "rear": (0, -1),
    "oblique": (-np.sqrt(0.5), np.sqrt(0.5)),
}


def seen(
    motion: RunnerMotion,
    fps: float,
    view: str = "right",
    noise_px: float = 0.0,
    skeleton: str = "halpe26",
) -> PoseSequence:
    """The keypoints of `motion` from `view`, with white noise of the given deviation."""
    across = motion.joints[..., :2] @ np.array(ACROSS[view], float)
    xy = np.stack([across, -motion.joints[..., 2]], -1) * PX_PER_M + [100, 500]
    xy += noise_px * np.random.default_rng(5).standard_normal(xy.shape)
    joints = get_skeleton(skeleton).joints
    xy = xy[:, [get_skeleton("halpe26").index(name) for name in joints]].astype(np.float32)
    score = np.ones(xy.shape[:2], np.float32)
    box = np.zeros((len(xy), 4), np.float32)
    return PoseSequence(xy, score, box, xy, score, skeleton, fps, float("nan"), (1280, 720))


def run(seed: int = 3, fps: float = 30.0, duration_s: float = 4.0, **fields) -> RunnerMotion:
    """A simulated run."""
    parameters = SimulationParameters(seed=seed, fps=fps, duration_s=duration_s, **fields)
    return simulate_runner(parameters, np.arange(parameters.frames) / fps)

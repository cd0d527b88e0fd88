"""Keypoint files of two people, for the tests of their readers: each is written here and must come
back as the first of them.

Legend: T frames, K keypoints.
"""

import numpy as np
from runners import running

from runform.pose.estimate import PoseSettings
from runform.pose.repair import RepairSettings
from runform.skeleton import get_skeleton

FRAMES, SIZE = 40, (800, 600)
OFF = PoseSettings(
    repair=RepairSettings(
        unswap=False, rhythm=False, min_score=0, outlier_leg=0, max_gap_s=0, cutoff_hz=0
    )
)
RECEIPT = {
    "status": "ok",
    "reason": "",
    "fps": 30.0,
    "frames": FRAMES,
    "width_px": 800,
    "height_px": 600,
    "capture_fps": None,
}
MISSING = 12  # in this frame the runner is not in the file


def bystander(skeleton: str) -> np.ndarray:
    """A smaller person who stands at the left edge."""
    return np.tile(running(1, skeleton=skeleton), (FRAMES, 1, 1)) * 0.4 + np.array([-80.0, 200.0])


def two_people(skeleton: str, frame: int) -> list[np.ndarray]:
    """The people of one frame, the bystander first in every second frame; the runner is missing in
    one.
    """
    both = [running(FRAMES, skeleton=skeleton)[frame], bystander(skeleton)[frame]]
    return both[1:] if frame == MISSING else both[:: -1 if frame % 2 else 1]


def assert_the_runner(sequence, skeleton, score=0.9, joints=None):
    assert sequence.ok and sequence.skeleton == skeleton and len(sequence.xy) == FRAMES
    columns = [
        get_skeleton(skeleton).index(name) for name in joints or get_skeleton(skeleton).joints
    ]
    others = np.delete(np.arange(FRAMES), MISSING)
    truth = running(FRAMES, skeleton=skeleton)
    np.testing.assert_allclose(
        sequence.xy[np.ix_(others, columns)], truth[np.ix_(others, columns)], atol=0.02
    )
    np.testing.assert_allclose(sequence.score[np.ix_(others, columns)], score, atol=1e-6)
    assert np.isnan(sequence.xy[MISSING]).all() and not sequence.score[MISSING].any()


def mmpose_person(xy):
    return {"keypoints": xy.tolist(), "keypoint_scores": [0.9] * len(xy), "bbox": [[0, 0, 1, 1]]}


def runner_with_a_gap(skeleton):
    xy = running(FRAMES, skeleton=skeleton)
    xy[MISSING] = np.nan
    return xy

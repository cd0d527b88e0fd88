"""Trunk, head and arms above the hips."""

import numpy as np
import pytest

from runform.skeleton import get_skeleton

TIME_S = np.arange(0, 2, 1 / 60)


def joints_of(motion):
    return {name: motion.joints[:, row] for row, name in enumerate(get_skeleton("halpe26").joints)}


def test_arms_swing_against_the_legs_and_keep_their_lengths(typical_runner):
    motion = typical_runner(TIME_S)
    at = joints_of(motion)
    for side in ("left", "right"):
        upper = np.linalg.norm(at[f"{side}_elbow"] - at[f"{side}_shoulder"], axis=1)
        assert upper == pytest.approx(np.full(len(upper), motion.body.upper_arm_m))
    ahead = at["left_wrist"][:, 0] - at["left_hip"][:, 0]
    foot = at["left_ankle"][:, 0] - at["left_hip"][:, 0]
    assert np.corrcoef(ahead, foot)[0, 1] < -0.5


def test_a_leaning_runner_carries_the_shoulders_further_ahead(typical_runner):
    def lean(**severities):
        at = joints_of(typical_runner(TIME_S, **severities))
        shoulders = (at["left_shoulder"] + at["right_shoulder"]) / 2
        hips = (at["left_hip"] + at["right_hip"]) / 2
        return np.mean(shoulders[:, 0] - hips[:, 0])

    assert lean(trunk_lean=1.0) > lean() + 0.05

"""The simulated detector beside real ones: RTMPose-M and BlazePose on one side-view clip (24 fps,
slowed by about three).
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import savgol_filter

from runform.simulate.detector_noise import detect
from runform.simulate.parameters import SimulationParameters
from runform.simulate.runner import simulate_runner
from runform.skeleton import get_skeleton

SHARED = Path(os.environ.get("RUNFORM_SHARED", "../shared")) / "data"
KEYPOINTS = SHARED / "keypoints/side_view_one_runner.mmpose.json"
VIDEO = SHARED / "videos/side_view_one_runner.mp4"
COCO = get_skeleton("coco17")
FIRST, LAST, FPS, SLOWED = 40, 240, 24.0, 3.0  # the runner is whole in these frames
GROUPS = {
    "near arm": ("right_elbow", "right_wrist"),
    "far arm": ("left_elbow", "left_wrist"),
    "trunk": ("left_shoulder", "right_shoulder", "left_hip", "right_hip"),
    "legs": ("left_knee", "right_knee", "left_ankle", "right_ankle"),
    "head": ("nose", "right_eye", "right_ear"),
}
pytestmark = pytest.mark.skipif(not KEYPOINTS.exists(), reason=f"no real data in {SHARED}")


@pytest.fixture(scope="module")
def rtmpose():
    frames = json.loads(KEYPOINTS.read_text())[FIRST:LAST]
    people = [
        max(_people(frame), key=lambda person: np.mean(person["keypoint_scores"]))
        for frame in frames
    ]
    return np.array([p["keypoints"] for p in people])[..., :2], np.array(
        [p["keypoint_scores"] for p in people]
    )


def _people(frame):
    people = frame["predictions_2d"]
    return people[0] if isinstance(people[0], list) else people


@pytest.fixture(scope="module")
def blazepose():
    av = pytest.importorskip("av")
    # Not `mediapipe.solutions`: where the pose stage has run before, mediapipe is loaded without
    # it.
    pose = pytest.importorskip("mediapipe.python.solutions.pose")
    order = [get_skeleton("blazepose33").index(joint) for joint in COCO.joints]
    detected = []
    with av.open(str(VIDEO)) as video, pose.Pose(model_complexity=1) as model:
        for number, frame in enumerate(video.decode(video=0)):
            if number >= LAST:
                break
            if number >= FIRST:
                marks = model.process(frame.to_ndarray(format="rgb24")).pose_landmarks
                landmarks_px = (
                    [[mark.x * frame.width, mark.y * frame.height] for mark in marks.landmark]
                    if marks
                    else np.full((33, 2), np.nan)
                )
                detected.append(np.array(landmarks_px)[order])
    return np.array(detected)


@pytest.fixture(scope="module")
def simulated():
    """Two independent detections of a runner slowed like the clip's: xy and score each, and the
    figure's height.
    """
    frames = LAST - FIRST
    motion = simulate_runner(
        SimulationParameters(seed=5), np.arange(frames) / FPS / SLOWED, measured=False
    )
    joints = motion.joints[:, :17] - motion.joints[:, 19:20] * [1, 0, 0]
    px = np.stack([joints[..., 0], -joints[..., 2]], axis=-1) * 250
    hidden = ("left_eye", "left_ear", "left_shoulder", "left_elbow", "left_wrist", "left_hip")
    visible = np.array([joint not in hidden for joint in COCO.joints], float)
    height = np.median(np.ptp(px[..., 1], axis=1))
    return [
        detect(px, height, FPS, COCO, np.random.default_rng(seed), visible) for seed in (0, 1)
    ], height


def fast_error(xy, height):
    """Median residual against a cubic over 7 frames by group, in per cent of the figure."""
    whole = xy[np.isfinite(xy).all((1, 2))]
    size = np.linalg.norm(whole - savgol_filter(whole, 7, 3, axis=0), axis=-1) / height
    return {
        name: 100 * np.median(size[:, [COCO.index(joint) for joint in group]])
        for name, group in GROUPS.items()
    }


def disagreement(one, other, height):
    """Median difference of two detectors by group, each joint's constant offset taken out, in per
    cent of the figure.
    """
    apart = one - other
    size = np.linalg.norm(apart - np.nanmedian(apart, axis=0), axis=-1) / height
    return {
        name: 100 * np.nanmedian(size[:, [COCO.index(joint) for joint in group]])
        for name, group in GROUPS.items()
    }


def assert_similar(real: dict, made: dict, factor: float):
    print(
        "\n".join(
            f"{name:9} real {real[name]:.2f} %, simulated {made[name]:.2f} %" for name in GROUPS
        )
    )
    for name in GROUPS:
        assert real[name] / factor < made[name] < real[name] * factor, name


def test_fast_error_is_like_rtmpose(rtmpose, simulated):
    ((xy, _), _), height = simulated
    real_height = np.median(np.ptp(rtmpose[0][..., 1], axis=1))
    assert_similar(fast_error(rtmpose[0], real_height), fast_error(xy, height), factor=2.5)


def test_slow_error_is_like_the_difference_of_two_detectors(rtmpose, blazepose, simulated):
    ((one, _), (other, _)), height = simulated
    real_height = np.median(np.ptp(rtmpose[0][..., 1], axis=1))
    assert_similar(
        disagreement(rtmpose[0], blazepose, real_height),
        disagreement(one, other, height),
        factor=2.0,
    )


def test_scores_are_like_rtmpose(rtmpose, simulated):
    ((_, made), _), _ = simulated
    _, real = rtmpose
    print(
        *(
            f"{name} {np.median(score):.2f} sd {score.std(0).mean():.3f}"
            for name, score in (("real", real), ("simulated", made))
        )
    )
    assert np.median(made) == pytest.approx(np.median(real), abs=0.1)
    far, near = (COCO.index(f"{side}_elbow") for side in ("left", "right"))
    assert np.median(real[:, far]) < np.median(real[:, near]) and np.median(
        made[:, far]
    ) < np.median(made[:, near])
    assert 0.5 < made.std(0).mean() / real.std(0).mean() < 2.0

"""BlazePose, the pose network inside the mediapipe wheel: 33 joints with heels and toes.

It looks at one person, and needs no download.
Legend: T frames, K = 33 keypoints, H and W height and width of a frame in px.
"""

import hashlib
import importlib
import importlib.util
import logging
import os
import sys
import tempfile
from collections.abc import Iterable
from contextlib import contextmanager
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np

from runform.pose.backend import Detections, stack_detections
from runform.skeleton import get_skeleton

log = logging.getLogger(__name__)

MODEL_FILES = (
    "modules/pose_detection/pose_detection.tflite",
    "modules/pose_landmark/pose_landmark_full.tflite",
)
FULL_MODEL = 1
WINDOW_MARGIN = 0.15  # of the box's longer side, each way
GREY = 114


class BlazePose:
    """The full BlazePose model as a `PoseBackend`; the same frames give the same numbers on any
    number of cores.

    detection_confidence: 0..1, below it there is nobody.  tracking_confidence: 0..1, below it the
    person is lost and looked for in the whole frame again.
    """

    skeleton = "blazepose33"

    def __init__(self, detection_confidence: float = 0.5, tracking_confidence: float = 0.5):
        self._options = {
            "min_detection_confidence": detection_confidence,
            "min_tracking_confidence": tracking_confidence,
        }
        self.source = {"backend": "blazepose", "weights": weights_id()}

    def detect(self, frames: Iterable[np.ndarray], boxes: np.ndarray | None = None) -> Detections:
        """Keypoints of the most prominent person, or of the one in each box; see `PoseBackend`."""
        joints = len(get_skeleton(self.skeleton).joints)
        with native_output_logged(), self._network() as network:
            if boxes is None:
                rows = [_landmarks(network, np.ascontiguousarray(frame)) for frame in frames]
            else:
                side = window_side(boxes)
                rows = [
                    _landmarks_inside(network, frame, box, side)
                    for frame, box in zip(frames, boxes, strict=False)
                ]
        return stack_detections(rows, joints)

    @contextmanager
    def _network(self):
        # Without its landmark filter, which lags behind fast feet: `runform.pose.repair` smooths
        # without lag.
        with _pose_solution().Pose(
            model_complexity=FULL_MODEL, smooth_landmarks=False, **self._options
        ) as network:
            yield network


def _landmarks(network, frame: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """xy (K, 2) px and score (K,) of the person in a frame, None without one."""
    landmarks = network.process(frame).pose_landmarks
    if landmarks is None:
        return None
    height, width = frame.shape[:2]
    points = landmarks.landmark
    xy = np.array([(point.x * width, point.y * height) for point in points], np.float32)
    return xy, np.array([point.visibility for point in points], np.float32)


def _landmarks_inside(
    network, frame: np.ndarray, box: np.ndarray, side: int
) -> tuple[np.ndarray, np.ndarray] | None:
    if not np.isfinite(box).all():
        return None
    window, corner = cut_window(frame, box, side)
    landmarks = _landmarks(network, window)
    return landmarks and (landmarks[0] + corner, landmarks[1])


def window_side(boxes: np.ndarray) -> int:
    """Side in px of the square window, one for the clip, so that the figure keeps its size."""
    visible = np.isfinite(boxes).all(axis=1).any()
    longest = np.nanmax(boxes[:, 2:] - boxes[:, :2]) if visible else 0.0
    return max(1, round((1 + 2 * WINDOW_MARGIN) * float(longest)))


def cut_window(frame: np.ndarray, box: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """The square window (side, side, 3) around the middle of `box`, and its upper left corner (2,)
    px in the frame.

    Outside the box and a margin around it the window is grey, so that other people do not show.
    """
    corner = np.rint((box[:2] + box[2:]) / 2 - side / 2).astype(int)
    margin = WINDOW_MARGIN * max(box[2] - box[0], box[3] - box[1])
    low = np.maximum(np.floor(box[:2] - margin).astype(int), np.maximum(corner, 0))
    high = np.minimum(
        np.ceil(box[2:] + margin).astype(int), np.minimum(corner + side, frame.shape[1::-1])
    )
    window = np.full((side, side, 3), GREY, np.uint8)
    (left, top), (right, bottom) = low - corner, high - corner
    window[top:bottom, left:right] = frame[low[1] : high[1], low[0] : high[0]]
    return window, corner.astype(np.float32)


def weights_id() -> str:
    """SHA-256 over the model files of the installed wheel, in hex."""
    digest = hashlib.sha256()
    for file in MODEL_FILES:
        digest.update((_package_folder() / file).read_bytes())
    return digest.hexdigest()


def _package_folder() -> Path:
    return Path(next(iter(_spec("mediapipe").submodule_search_locations or ())))


def _spec(name: str) -> ModuleSpec:
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ImportError(f"{name} is not installed")
    return spec


@cache
def _pose_solution():
    """The module `mediapipe.python.solutions.pose`, imported without the rest of mediapipe.

    The packages above it import matplotlib and every other solution when their `__init__` runs: 0.6
    s a job instead of 0.2 s. So they enter `sys.modules` without being run.
    """
    for name in ("mediapipe", "mediapipe.python", "mediapipe.python.solutions"):
        if name not in sys.modules:
            sys.modules[name] = importlib.util.module_from_spec(_spec(name))
    return importlib.import_module("mediapipe.python.solutions.pose")


@contextmanager
def native_output_logged():
    """In this block the standard error of C++ libraries goes to this module's log.

    mediapipe writes there when it is loaded, before any of its settings can stop it.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        with tempfile.TemporaryFile() as caught:
            os.dup2(caught.fileno(), 2)
            try:
                yield
            finally:
                sys.stderr.flush()
                os.dup2(saved, 2)
                caught.seek(0)
                for line in caught.read().decode(errors="replace").splitlines():
                    log.info(line)
    finally:
        os.close(saved)

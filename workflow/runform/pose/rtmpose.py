"""RTMPose through ONNX Runtime: crop around the runner, run in batches, decode SimCC.

Legend: N crops of a batch, T frames, K keypoints, H and W height and width of a crop in px.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import cv2
import numpy as np

from runform.errors import InputError
from runform.files import sha256_of
from runform.pose.backend import (
    Detections,
    in_batches,
    mapped,
    open_session,
    stack_detections,
    standardise,
)

SKELETON_BY_JOINTS = {17: "coco17", 26: "halpe26"}
MEAN_RGB = np.array([123.675, 116.28, 103.53], np.float32)
STD_RGB = np.array([58.395, 57.12, 57.375], np.float32)
BOX_PADDING = 1.25
BINS_PER_PX = 2


@dataclass(frozen=True)
class Crop:
    """image (H, W, 3) uint8 RGB; its centre (2,) and extent (2,) in the frame, px."""

    image: np.ndarray
    centre: np.ndarray
    extent: np.ndarray


class RTMPose:
    """An RTMPose model in ONNX, as `runform.pose.mmpose_export` or OpenMMLab writes it, as a
    `PoseBackend`.

    path: the ONNX file; InputError for another kind of model.  threads: batches worked on at once,
    each in one thread, since several threads inside one run cost twice the CPU time and change the
    last digits.  batch: crops a run.
    """

    def __init__(self, path: str | Path, threads: int = 1, batch: int = 4):
        self._session, self._batch, self._threads = open_session(path), batch, threads
        self.size, self._joints = _signature(self._session, path)
        self.skeleton = SKELETON_BY_JOINTS[self._joints]
        self.source = {"backend": "rtmpose", "weights": sha256_of(path)}

    def detect(self, frames: Iterable[np.ndarray], boxes: np.ndarray | None = None) -> Detections:
        """Keypoints of the person in each box; see `PoseBackend.detect`."""
        crops = self._crops(frames, repeat(None) if boxes is None else boxes)
        batches = mapped(self.rows, in_batches(crops, self._batch), self._threads)
        return stack_detections([row for rows in batches for row in rows], self._joints)

    def _crops(self, frames, boxes) -> Iterator[Crop | None]:
        for frame, box in zip(frames, boxes, strict=False):
            whole = np.array([0, 0, frame.shape[1], frame.shape[0]], float)
            yield cut(frame, whole if box is None else box, self.size)

    def rows(self, crops: list[Crop | None]) -> list[tuple[np.ndarray, np.ndarray] | None]:
        """For each crop (K, 2) px of the frame and (K,) scores; None where there is no crop."""
        present = [crop for crop in crops if crop is not None]
        if not present:
            return [None] * len(crops)
        images = preprocess(np.stack([crop.image for crop in present]))
        xy, score = decode(*self._session.run(None, {self._session.get_inputs()[0].name: images}))
        people = iter(zip(to_frame(xy, present, self.size), score, strict=True))
        return [None if crop is None else next(people) for crop in crops]


def cut(frame: np.ndarray, box: np.ndarray, size: tuple[int, int]) -> Crop | None:
    """The crop of `size` (W, H) around `box` (x0 y0 x1 y1 px), a quarter larger; None for NaN.

    As mmpose's GetBBoxCenterScale and TopdownAffine: the box is widened to the crop's aspect ratio.
    """
    if not np.isfinite(box).all():
        return None
    width, height = size
    centre = (np.asarray(box[:2], np.float32) + box[2:]) / 2
    wide, high = (np.asarray(box[2:], np.float32) - box[:2]) * BOX_PADDING
    extent = np.array(
        [max(wide, high * width / height), max(high, wide * height / width)], np.float32
    )
    # Three points fix the affine map: the centre, the middle of the left edge, and one below that.
    half = np.array([extent[0] / 2, 0], np.float32)
    source = np.stack([centre, centre - half, centre - half + [0, extent[0] / 2]])
    target = [[width / 2, height / 2], [0, height / 2], [0, (height + width) / 2]]
    matrix = cv2.getAffineTransform(source.astype(np.float32), np.array(target, np.float32))
    return Crop(cv2.warpAffine(frame, matrix, size, flags=cv2.INTER_LINEAR), centre, extent)


def preprocess(images: np.ndarray) -> np.ndarray:
    """(N, H, W, 3) uint8 RGB -> (N, 3, H, W) float32, standardised by ImageNet's statistics."""
    return standardise(images, MEAN_RGB, STD_RGB)


def decode(simcc_x: np.ndarray, simcc_y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """SimCC (Li et al., 2022): a joint's x and y are the best of two rows of bins of half a pixel.

    simcc_x (N, K, 2 W), simcc_y (N, K, 2 H) -> (N, K, 2) px of the crop and (N, K) scores, the
    lower of the two maxima.
    """
    bins = np.stack([simcc_x.argmax(axis=-1), simcc_y.argmax(axis=-1)], axis=-1)
    xy = bins.astype(np.float32) / BINS_PER_PX
    return xy, np.minimum(simcc_x.max(axis=-1), simcc_y.max(axis=-1))


def to_frame(xy: np.ndarray, crops: list[Crop], size: tuple[int, int]) -> np.ndarray:
    """(N, K, 2) px of the crops -> px of the frames they were cut from."""
    extent = np.stack([crop.extent for crop in crops])[:, None]
    centre = np.stack([crop.centre for crop in crops])[:, None]
    return xy / np.array(size, np.float32) * extent + centre - extent / 2


def _signature(session, path: str | Path) -> tuple[tuple[int, int], int]:
    """((W, H) of the crops, K) by a run on an empty crop, since exporters may leave K open.

    InputError when inputs and outputs are not RTMPose's.
    """
    shapes = [list(item.shape) for item in session.get_inputs()]
    match shapes:
        case [[_, 3, int(height), int(width)]]:
            empty = np.zeros((1, 3, height, width), np.float32)
            outputs = session.run(None, {session.get_inputs()[0].name: empty})
            shapes += [list(output.shape) for output in outputs]
            bins = BINS_PER_PX * width, BINS_PER_PX * height
            for joints in SKELETON_BY_JOINTS:
                if shapes[1:] == [[1, joints, count] for count in bins]:
                    return (width, height), joints
    names = " or ".join(f"{joints} joints ({name})" for joints, name in SKELETON_BY_JOINTS.items())
    raise InputError(
        f"{path}: expected an RTMPose model of {names}: its inputs and outputs have shapes {shapes}"
    )

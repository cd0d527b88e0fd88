"""RTMDet, the person detector, through ONNX Runtime.

Legend: N frames of a batch, n people of a frame, H and W height and width of a frame in px, S side
of the network's image.
"""

from pathlib import Path

import cv2
import numpy as np

from runform.errors import InputError
from runform.files import sha256_of
from runform.pose.backend import open_session, standardise

# RTMDet takes BGR as OpenCV reads it.
MEAN_BGR = np.array([103.53, 116.28, 123.675], np.float32)
STD_BGR = np.array([57.375, 57.12, 58.395], np.float32)
SIDE_PX = 320
PADDING = 114
PERSON = 0


class PersonDetector:
    """An RTMDet model in ONNX with non-maximum suppression inside, as `runform.pose.mmpose_export`
    or mmdeploy writes it.

    path: the ONNX file; InputError for another kind of model.  threads: batches worked on at once.
    """

    def __init__(self, path: str | Path, threads: int = 1):
        self._session, self.threads = open_session(path), threads
        self.source = sha256_of(path)
        outputs = [len(item.shape) for item in self._session.get_outputs()]
        if len(self._session.get_inputs()) != 1 or outputs != [3, 2]:
            raise InputError(
                f"{path}: expected an RTMDet model with outputs dets (N, n, 5) and labels (N, n)"
            )
        side = self._session.get_inputs()[0].shape[-1]
        self._side = side if isinstance(side, int) else SIDE_PX

    def detect(self, frames: list[np.ndarray], min_score: float) -> list[np.ndarray]:
        """People in each frame (H, W, 3) uint8 RGB: (n, 5) x0 y0 x1 y1 px and score, best first."""
        if not frames:
            return []
        images, scales = zip(*(letterbox(frame, self._side) for frame in frames), strict=True)
        name = self._session.get_inputs()[0].name
        boxes, labels = self._session.run(None, {name: normalise(np.stack(images))})
        people = []
        for rows, kinds, scale, frame in zip(boxes, labels, scales, frames, strict=True):
            kept = rows[(kinds == PERSON) & (rows[:, 4] >= min_score)]
            kept[:, :4] = np.clip(kept[:, :4] / scale, 0, [frame.shape[1], frame.shape[0]] * 2)
            people.append(kept[np.argsort(-kept[:, 4], kind="stable")])
        return people


def letterbox(frame: np.ndarray, side: int = SIDE_PX) -> tuple[np.ndarray, float]:
    """`frame` scaled to fit a square of `side` px, padded at the right and below, and the scale."""
    height, width = frame.shape[:2]
    scale = side / max(height, width)
    size = (round(width * scale), round(height * scale))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)
    square = np.full((side, side, 3), PADDING, np.uint8)
    square[: small.shape[0], : small.shape[1]] = small
    return square, scale


def normalise(images: np.ndarray) -> np.ndarray:
    """(N, S, S, 3) uint8 RGB -> (N, 3, S, S) float32 BGR, standardised as in training."""
    return standardise(images[..., ::-1], MEAN_BGR, STD_BGR)

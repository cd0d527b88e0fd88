"""What pose networks share: their interface, ONNX Runtime sessions, and work in several threads.

Legend: T frames, K keypoints, H and W height and width of a frame in px.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime

from runform.errors import InputError

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
ERRORS_ONLY = 3


@dataclass(frozen=True)
class Detections:
    """Keypoints of one person before any repair.

    xy     (T, K, 2) float32, px of the frame; NaN where the network gave nothing
    score  (T, K) float32 in 0..1, the network's confidence; 0 where xy is NaN
    """

    xy: np.ndarray
    score: np.ndarray


class PoseBackend(Protocol):
    """A pose network that follows one person.

    skeleton: name of the order of its K joints (`runform.skeleton`).  source: {"backend": name,
    "weights": hash or version, …}, written into the pose file.
    """

    skeleton: str
    source: dict[str, str]

    def detect(self, frames: Iterable[np.ndarray], boxes: np.ndarray | None = None) -> Detections:
        """Keypoints of the person in `frames`, T arrays (H, W, 3) uint8 RGB of one size.

        boxes: (T, 4) x0 y0 x1 y1 px of the person, NaN rows where there is none; None: the whole
        frame.
        """
        ...


def stack_detections(rows: list[tuple[np.ndarray, np.ndarray] | None], joints: int) -> Detections:
    """`Detections` from T pairs of xy (K, 2) and score (K,), None for a frame without a person."""
    xy = np.full((len(rows), joints, 2), np.nan, np.float32)
    score = np.zeros((len(rows), joints), np.float32)
    for frame, row in enumerate(rows):
        if row is not None:
            xy[frame], score[frame] = row
    score[~np.isfinite(xy).all(axis=-1)] = 0
    xy[score <= 0] = np.nan
    return Detections(xy, np.clip(score, 0, 1))


def standardise(images: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) float32, (images - mean) / deviation."""
    batch = np.empty((len(images), 3, *images.shape[1:3]), np.float32)
    for channel in range(3):
        np.subtract(images[..., channel], mean[channel], out=batch[:, channel])
        batch[:, channel] /= deviation[channel]
    return batch


def open_session(path: str | Path) -> onnxruntime.InferenceSession:
    """A session of the ONNX file at `path`; InputError when it is no whole ONNX model.

    It uses the GPU when there is one. A run computes in one thread, and several threads may run it
    at once, so that the sums do not depend on their number.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    providers = [name for name in (CUDA, CPU) if name in onnxruntime.get_available_providers()]
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=providers)
    except Exception as error:  # ONNX Runtime's own exceptions share no base but Exception
        reason = str(error).strip().split("\n")[0][:160]
        raise InputError(f"{path}: expected a whole ONNX model: {reason}") from error


def mapped(function: Callable, items: Iterable, workers: int) -> Iterator:
    """`function` of each item, in order, computed in `workers` threads.

    Items are read in the caller's thread, at most two a thread ahead. Errors of `items` and of
    `function` are raised here. When the caller stops early, the rest is not computed.
    """
    with ThreadPoolExecutor(workers) as pool:
        ahead = deque()
        try:
            for item in items:
                ahead.append(pool.submit(function, item))
                if len(ahead) > 2 * workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for waiting in ahead:
                waiting.cancel()


def in_batches(items: Iterable, size: int) -> Iterator[list]:
    """Lists of `size` items, the last one shorter."""
    items = iter(items)
    while batch := list(islice(items, size)):
        yield batch

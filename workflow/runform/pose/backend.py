"""What a pose network must offer to stand behind `runform.pose.estimate`.

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


@dataclass(frozen=True)
class Detections:
    """Keypoints of one person as a network gave them, before any repair.

    xy     (T, K, 2) float32, px of the frame; NaN where the network gave nothing
    score  (T, K) float32 in 0..1, the network's own confidence; 0 where xy is NaN
    """

    xy: np.ndarray
    score: np.ndarray


class PoseBackend(Protocol):
    """A pose network that follows one person.

    skeleton: name of the order of its K joints (`runform.skeleton`).
    source: what made the numbers, {"backend": name, "weights": hash or version, …}; it goes into
    the pose file.
    """

    skeleton: str
    source: dict[str, str]

    def detect(self, frames: Iterable[np.ndarray], boxes: np.ndarray | None = None) -> Detections:
        """Keypoints of the person in `frames`, an iterable of T arrays (H, W, 3) uint8 RGB of one
        size.

        boxes: (T, 4) x0 y0 x1 y1 in px of the person to look at, NaN rows where nobody is; None:
        the whole frame.
        """
        ...


def stack_detections(rows: list[tuple[np.ndarray, np.ndarray] | None], joints: int) -> Detections:
    """One `Detections` from T pairs (xy (K, 2), score (K,)); None stands for a frame in which
    nobody was found.
    """
    xy = np.full((len(rows), joints, 2), np.nan, np.float32)
    score = np.zeros((len(rows), joints), np.float32)
    for frame, row in enumerate(rows):
        if row is not None:
            xy[frame], score[frame] = row
    score[~np.isfinite(xy).all(axis=-1)] = 0
    xy[score <= 0] = np.nan
    return Detections(xy, np.clip(score, 0, 1))


# Sessions of ONNX Runtime, opened one way: one thread a run, the graphics card when there is one,
# faults in one line.


CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
ERRORS_ONLY = 3


def open_session(path: str | Path) -> onnxruntime.InferenceSession:
    """A session of the ONNX file at `path`; InputError when it is no whole ONNX model.

    A run computes in one thread, and several threads may run it at once: the sums do not depend on
    how many there are.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    providers = [name for name in (CUDA, CPU) if name in onnxruntime.get_available_providers()]
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=providers)
    except Exception as fault:  # ONNX Runtime's own exceptions share no base but Exception
        reason = str(fault).strip().split("\n")[0][:160]
        raise InputError(f"{path}: expected a whole ONNX model: {reason}") from fault


# Work on a stream in several threads: the caller reads ahead while the networks, which let go of
# Python's lock, compute.


def mapped(function: Callable, items: Iterable, workers: int) -> Iterator:
    """`function` of each item, in their order, computed in `workers` threads; at most two items a
    thread are read ahead.

    Items are read in the caller's thread. A fault of `items` or `function` is raised here. When the
    caller stops early, what has not begun is not computed.
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

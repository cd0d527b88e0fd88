"""`PoseSequence`: one followed runner over one clip, the one thing that travels from `pose` to
everything above it.

Legend: T frames, K keypoints of the skeleton.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from runform.files import written_aside
from runform.skeleton import Skeleton, get_skeleton

OK = "ok"
UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class PoseSequence:
    """2D keypoints of one runner, evenly spaced in time.

    xy           (T, K, 2) float32, px of the clip's frame, x right, y down; NaN where a joint is
                 missing
    score        (T, K) float32 in 0..1; 0 where a joint is missing
    box          (T, 4) float32, px, x0 y0 x1 y1 of the runner; NaN where a frame is missing
    track        (T,) int32, id of the tracked person in each frame; -1 where nobody was found
    raw_xy       as xy, as the detector gave it, before repair and smoothing
    raw_score    as score, likewise
    skeleton     name of the joints' order (`runform.skeleton`)
    fps          frames a second of the clip as played
    capture_fps  frames a second at which the camera took them; differs from fps in slow motion; NaN
                 when unknown
    size         (width, height) of the frame, px
    source       the detector: {"backend": …, "weights": sha256 or version, …}
    quality      what is known of how good this is; JSON-able
    status       "ok" or "unavailable"; an unavailable sequence has T = 0
    reason       one line, empty when ok
    """

    xy: np.ndarray
    score: np.ndarray
    box: np.ndarray
    track: np.ndarray
    raw_xy: np.ndarray
    raw_score: np.ndarray
    skeleton: str
    fps: float
    capture_fps: float
    size: tuple[int, int]
    source: dict = field(default_factory=dict)
    quality: dict = field(default_factory=dict)
    status: str = OK
    reason: str = ""

    def __post_init__(self):
        frames, joints = self.xy.shape[0], len(self.joints.joints)
        expected = {
            "xy": (frames, joints, 2),
            "score": (frames, joints),
            "box": (frames, 4),
            "track": (frames,),
            "raw_xy": (frames, joints, 2),
            "raw_score": (frames, joints),
        }
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise ValueError(
                    f"{name} has shape {getattr(self, name).shape}: expected {shape} for {self.skeleton}"
                )
        if self.status not in (OK, UNAVAILABLE):
            raise ValueError(f"status {self.status!r}: expected {OK!r} or {UNAVAILABLE!r}")

    @property
    def joints(self) -> Skeleton:
        """The skeleton itself."""
        return get_skeleton(self.skeleton)

    @property
    def ok(self) -> bool:
        """Whether there is a runner to look at."""
        return self.status == OK

    @property
    def time_s(self) -> np.ndarray:
        """(T,) true time of each frame in seconds: by the capture rate where it is known, else as
        played.
        """
        rate = self.capture_fps if np.isfinite(self.capture_fps) else self.fps
        return np.arange(len(self.xy)) / rate

    def joint(self, name: str) -> np.ndarray:
        """(T, 2) track of one named joint, px."""
        return self.xy[:, self.joints.index(name)]

    def replace(self, **changes) -> "PoseSequence":
        """A copy with some fields changed."""
        return replace(self, **changes)


def empty_sequence(reason: str, skeleton: str = "h36m17", **fields) -> PoseSequence:
    """A receipt for a clip that cannot be had: no frames, status "unavailable", and why."""
    joints = len(get_skeleton(skeleton).joints)
    xy, score = np.zeros((0, joints, 2), np.float32), np.zeros((0, joints), np.float32)
    known = {"fps": float("nan"), "capture_fps": float("nan"), "size": (0, 0)} | fields
    return PoseSequence(
        xy=xy,
        score=score,
        box=np.zeros((0, 4), np.float32),
        track=np.zeros(0, np.int32),
        raw_xy=xy,
        raw_score=score,
        skeleton=skeleton,
        status=UNAVAILABLE,
        reason=reason,
        **known,
    )


_ARRAYS = ("xy", "score", "box", "track", "raw_xy", "raw_score")
_DTYPES = {"track": np.int32}
_META = ("skeleton", "fps", "capture_fps", "size", "source", "quality", "status", "reason")


def save_sequence(sequence: PoseSequence, path: str | Path) -> None:
    """Write as `.npz` without pickles, aside first and then renamed."""
    meta = json.dumps({name: getattr(sequence, name) for name in _META}, sort_keys=True)
    arrays = {
        name: np.asarray(getattr(sequence, name), _DTYPES.get(name, np.float32)) for name in _ARRAYS
    }
    with written_aside(path) as aside:
        np.savez_compressed(aside, meta=np.array(meta), **arrays)


def load_sequence(path: str | Path) -> PoseSequence:
    """Read what `save_sequence` wrote; ValueError in one line for anything else (no pickle is ever
    opened).
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            meta = json.loads(str(file["meta"]))
            arrays = {name: file[name] for name in _ARRAYS}
            meta["size"] = tuple(meta["size"])
            return PoseSequence(**arrays, **{name: meta[name] for name in _META})
    except FileNotFoundError:
        raise
    except Exception as fault:
        raise ValueError(f"{path}: not a pose sequence written by runform: {fault}") from fault

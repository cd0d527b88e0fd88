"""`PoseSequence`: the keypoints of one runner over one clip, read by every later stage.

Legend: T frames, K keypoints of the skeleton.
"""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from runform.errors import InputError
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
    raw_xy       as xy, before repair and smoothing
    raw_score    as score, before repair
    cut          (T,) bool, True in the first frame after a cut of the picture, where one shot ends
                 and the next begins
    skeleton     name of the joints' order (`runform.skeleton`)
    fps          frames a second of the clip as played
    capture_fps  frames a second at which the camera took them; differs from fps in slow motion; NaN
                 when unknown
    size         (width, height) of the frame, px
    source       the detector: {"backend": …, "weights": sha256 or version, …}
    quality      numbers on how good the track is (`runform.pose.quality`); JSON-able
    status       "ok" or "unavailable"; an unavailable sequence has T = 0
    reason       one line, empty when ok
    """

    xy: np.ndarray
    score: np.ndarray
    box: np.ndarray
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
    cut: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))

    def __post_init__(self):
        frames, joints = self.xy.shape[0], len(self.joints.joints)
        positions, scores = (frames, joints, 2), (frames, joints)
        if not len(self.cut):
            object.__setattr__(self, "cut", np.zeros(frames, bool))
        if self.cut.shape != (frames,):
            raise ValueError(f"cut has shape {self.cut.shape}: expected {(frames,)}")
        for name, expected in zip(
            _ARRAYS, (positions, scores, (frames, 4), positions, scores), strict=True
        ):
            if (shape := getattr(self, name).shape) != expected:
                raise ValueError(
                    f"{name} has shape {shape}: expected {expected} for {self.skeleton}"
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
    def true_fps(self) -> float:
        """Frames a second at which the camera took them where that is known, else as played."""
        return float(self.capture_fps if np.isfinite(self.capture_fps) else self.fps)

    @property
    def time_s(self) -> np.ndarray:
        """(T,) true time of each frame, s."""
        return np.arange(len(self.xy)) / self.true_fps

    def joint(self, name: str) -> np.ndarray:
        """(T, 2) track of one named joint, px."""
        return self.xy[:, self.joints.index(name)]

    @property
    def shots(self) -> list[tuple[int, int]]:
        """(first, last + 1) frame of each shot: what lies between two cuts."""
        starts = [0, *np.flatnonzero(self.cut[1:] > 0) + 1, len(self.xy)]
        return [(int(a), int(b)) for a, b in itertools.pairwise(starts) if b > a]

    def part(self, first: int, last: int) -> "PoseSequence":
        """The frames from `first` to before `last`; its time begins at 0."""
        frames = {name: getattr(self, name)[first:last] for name in (*_ARRAYS, "cut")}
        return replace(self, **frames)

    def replace(self, **changes) -> "PoseSequence":
        """A copy with some fields changed."""
        return replace(self, **changes)


_ARRAYS = ("xy", "score", "box", "raw_xy", "raw_score")
_META = ("skeleton", "fps", "capture_fps", "size", "source", "quality", "status", "reason")


def empty_sequence(
    reason: str,
    skeleton: str = "h36m17",
    fps: float = float("nan"),
    capture_fps: float = float("nan"),
    size: tuple[int, int] = (0, 0),
    source: dict | None = None,
    quality: dict | None = None,
) -> PoseSequence:
    """A clip without a runner: no frames, and why."""
    joints = len(get_skeleton(skeleton).joints)
    xy, score = np.zeros((0, joints, 2), np.float32), np.zeros((0, joints), np.float32)
    box = np.zeros((0, 4), np.float32)
    return PoseSequence(
        xy, score, box, xy, score, skeleton, fps, capture_fps, size,
        source or {}, quality or {}, UNAVAILABLE, reason,
    )  # fmt: skip


def save_sequence(sequence: PoseSequence, path: str | Path) -> None:
    """Write as `.npz` without pickles, aside first and then renamed."""
    meta = json.dumps({name: getattr(sequence, name) for name in _META}, sort_keys=True)
    arrays = {name: np.asarray(getattr(sequence, name), np.float32) for name in _ARRAYS}
    with written_aside(path) as aside:
        np.savez_compressed(
            aside, allow_pickle=False, meta=np.array(meta), cut=sequence.cut, **arrays
        )


def load_sequence(path: str | Path) -> PoseSequence:
    """Read what `save_sequence` wrote; ValueError in one line for anything else.

    No pickle is ever opened. Arrays of other names are ignored.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            meta = json.loads(str(file["meta"]))
            arrays = {name: file[name] for name in _ARRAYS}
            meta["size"] = tuple(meta["size"])
            if "cut" in file:  # files of earlier versions have none
                arrays["cut"] = np.asarray(file["cut"], bool)
            return PoseSequence(**arrays, **{name: meta[name] for name in _META})
    except FileNotFoundError:
        raise
    except Exception as error:
        raise ValueError(f"{path}: not a pose sequence written by runform: {error}") from error


def require_available(
    sequences: Sequence[PoseSequence], min_available: float, clips: str = "clips"
) -> None:
    """InputError in one line when the share of available `sequences` is below `min_available`.

    It names the most frequent reason. clips: what the message calls them.
    """
    reasons = sorted(sequence.reason for sequence in sequences if not sequence.ok)
    available = len(sequences) - len(reasons)
    if available < min_available * len(sequences):
        raise InputError(
            f"{available} of {len(sequences)} {clips} are available: expected at least "
            f"{min_available:.0%} (acquire.min_available); "
            f"most often: {max(reasons, key=reasons.count)}"
        )

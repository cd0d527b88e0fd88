"""What the encoder is fine-tuned on: short segments of the corpus clips, cut and chosen as in the
published study.

Legend: N segments, F frames of a segment, J joints of H36M-17.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch.utils.data import Dataset

from runform.skeleton import mirrored

ROOT = 0


@dataclass(frozen=True)
class SegmentSettings:
    """The published choices, but for `rate_fps` (published: 0, all frames)."""

    rate_fps: float = 30.0  # these three: how a clip becomes films (`inputs.encoder_films`)
    smooth_s: float = 0.25
    one_direction: bool = True
    frames: int = 30  # length of a segment; segments do not overlap
    min_score_sum: float = 10.2  # mean over frames of the 17 confidences' sum, at least
    min_root_score: float = 0.5  # confidence of the root in every frame, at least
    scale_range: tuple[float, float] = (0.25, 1.0)  # random size of the figure in its box
    flip: float = 0.5  # share of segments shown mirrored


def cut_segments(motions: Sequence[np.ndarray], settings: SegmentSettings) -> np.ndarray:
    """(N, F, J, 3) of the confident segments of `motions`, each (T, J, 3) in its following box."""
    segments = [
        motion[start : start + settings.frames]
        for motion in motions
        for start in range(0, len(motion) - settings.frames + 1, settings.frames)
    ]
    confident = [segment for segment in segments if _is_confident(segment[..., 2], settings)]
    return np.stack(confident) if confident else np.zeros((0, settings.frames, 17, 3), np.float32)


def _is_confident(score: np.ndarray, settings: SegmentSettings) -> bool:
    return score.sum(axis=1).mean() > settings.min_score_sum and bool(
        (score[:, ROOT] > settings.min_root_score).all()
    )


class Segments(Dataset):
    """Segments with the published augmentation: random size, and some mirrored.

    It depends on seed, epoch and index alone, so a resumed training sees the same.
    """

    def __init__(self, segments: np.ndarray, settings: SegmentSettings, seed: int):
        self.segments, self.settings, self.seed, self.epoch = segments, settings, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """To be called before each epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.segments)

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        rng = np.random.default_rng((self.seed, self.epoch, index))
        segment = self.segments[index]
        if rng.random() < self.settings.flip:
            segment = mirrored(segment)
        size = rng.uniform(*self.settings.scale_range)
        return {"motion": (segment * np.array([size, size, 1])).astype(np.float32)}


class Together(Dataset):
    """Items of `clips`, each with the item of `simulated` of the same index: a batch holds both.

    `simulated` makes an item for any index.
    """

    def __init__(self, clips: Dataset, simulated: Dataset):
        self.clips, self.simulated = clips, simulated

    def set_epoch(self, epoch: int) -> None:
        """To be called before each epoch."""
        self.clips.set_epoch(epoch)
        self.simulated.set_epoch(epoch)

    def __len__(self) -> int:
        return len(self.clips)

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        return self.clips[index] | self.simulated[index]

"""One vector per clip from an encoder's frames: the mean as the seed took it, and poolings that keep more of the movement.

Legend: N clips, T frames, F features of a frame, B phase bins.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from runform.fewshot.examples import load_mean_embeddings
from runform.fewshot.gait_features import near_contact, stride_phase

MEAN, SPREAD, PHASE, CONTACT = "mean", "mean_spread", "phase", "contact"


def pool_frames(frames: np.ndarray, phase: np.ndarray, contact: np.ndarray, bins: int) -> dict[str, np.ndarray]:
    """Poolings of frames (T, F) by name: `mean_spread` (2 F,), `phase` (B F,), `contact` (F,).

    phase: (T,) 0..1 or NaN.  contact: (T,) bool.  A bin, or a window, that no frame falls into takes the mean over all frames.
    """
    frames = frames.astype(float)
    mean = frames.mean(axis=0)
    which = np.where(np.isfinite(phase), np.floor(np.nan_to_num(phase) * bins), -1)
    binned = [frames[which == number].mean(axis=0) if (which == number).any() else mean for number in range(bins)]
    return {
        SPREAD: np.concatenate([mean, frames.std(axis=0)]),
        PHASE: np.concatenate(binned),
        CONTACT: frames[contact].mean(axis=0) if contact.any() else mean,
    }


def load_poolings(
    embeddings_npz: str | Path,
    clips: Sequence[str],
    gaits: dict[str, dict | None],
    time_s: dict[str, np.ndarray],
    bins: int,
    window_s: float,
) -> dict[str, np.ndarray]:
    """Every pooling of `clips` as arrays (N, F); a clip without an embedding is a row of NaN.

    gaits: clip -> JSON of `measure_gait`.  time_s: clip -> (T,) time of each frame of its pose.  Only the mean is given when a
    clip that has an embedding lacks its frames.
    """
    means = load_mean_embeddings(embeddings_npz)
    known = [clip for clip in clips if clip in means]
    if not known:
        return {}
    pooled = {clip: {MEAN: means[clip].astype(float)} for clip in known}
    with np.load(embeddings_npz, allow_pickle=False) as file:
        if all(f"frames:{clip}" in file for clip in known):
            for clip in known:
                frames = file[f"frames:{clip}"]
                time = time_s[clip][: len(frames)]
                frames = frames[: len(time)]
                phase, contact = stride_phase(gaits.get(clip), time), near_contact(gaits.get(clip), time, window_s)
                pooled[clip] |= pool_frames(frames, phase, contact, bins)
    widths = {name: len(vector) for name, vector in pooled[known[0]].items()}
    return {
        name: np.stack([pooled[clip][name] if clip in pooled else np.full(width, np.nan) for clip in clips])
        for name, width in widths.items()
    }

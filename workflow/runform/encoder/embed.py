"""One embedding per clip: the representation, in windows, and its mean over frames.

Where runners keep the direction they were filmed in, it is averaged with the mirrored twin's, as
the seed did. Turned to one direction a runner has no twin that the encoder would know, and is
embedded once.

Legend: N clips, T frames of a clip at the encoder's rate, F frames of a window, J joints (17), R
channels of the representation.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch

from runform.encoder.checkpoint import load_encoder
from runform.encoder.dstformer import DSTformer
from runform.encoder.inputs import encoder_films, interleave, windows
from runform.files import written_aside
from runform.sequence import load_sequence
from runform.skeleton import get_skeleton, mirrored

FRAMES_AT_ONCE = 960  # bounds memory; a constant, since the batch's shape shows in the last digits


def embed_clips(
    encoder: str | Path,
    poses: dict[str, str | Path],
    keep_frames: Iterable[str],
    output: str | Path,
    rate_fps: float,
    smooth_s: float,
    one_direction: bool,
    torch_threads: int,
) -> None:
    """Embed each clip of `poses` (id -> pose sequence) and write the arrays of
    `results/embeddings.npz` to `output`.

    clip (N,), status (N,); mean (N, J*R) float32, NaN where a clip is unavailable; and for the
    clips in `keep_frames` `frames:<clip>` (T, J*R) float16. rate_fps, smooth_s, one_direction: how
    the encoder sees a clip (`encoder_films`).
    """
    torch.set_num_threads(torch_threads)
    torch.use_deterministic_algorithms(True)
    model = load_encoder(encoder)
    sequences = {clip: load_sequence(path) for clip, path in poses.items()}
    films = {
        clip: encoder_films(seen, rate_fps, smooth_s, one_direction)
        for clip, seen in sequences.items()
        if seen.ok
    }
    embedded = iter(
        embed_motions(model, [film for parts in films.values() for film in parts], one_direction)
    )
    frames = {clip: interleave([next(embedded) for _ in parts]) for clip, parts in films.items()}
    unknown = np.full(17 * model.config.dim_rep, np.nan, np.float32)
    arrays = {
        "clip": np.array(list(poses), dtype=np.str_),
        "status": np.array([sequence.status for sequence in sequences.values()], dtype=np.str_),
        "mean": np.stack(
            [
                frames[clip].mean(axis=0, dtype=np.float64) if clip in frames else unknown
                for clip in poses
            ]
        ),
    }
    arrays["mean"] = arrays["mean"].astype(np.float32)
    kept = {
        f"frames:{clip}": frames[clip].astype(np.float16) for clip in keep_frames if clip in frames
    }
    with written_aside(output) as aside:
        np.savez_compressed(aside, **arrays, **kept)


def embed_motions(
    model: DSTformer, motions: Sequence[np.ndarray], one_direction: bool
) -> list[np.ndarray]:
    """For each motion (T, J, 3) of any length its (T, J*R) float32; windows of one length go
    through the model together.

    one_direction: the runners are all turned to the right (`encoder_input`), and no mirrored twins
    are looked at.
    """
    represent = represent_once if one_direction else represent_both
    parts = [
        (row, start, end)
        for row, motion in enumerate(motions)
        for start, end in windows(len(motion), model.config.maxlen)
    ]
    by_length = defaultdict(list)
    for row, start, end in parts:
        by_length[end - start].append((row, start, end))
    found = [np.zeros((len(motion), 17 * model.config.dim_rep), np.float32) for motion in motions]
    for length, group in by_length.items():
        size = max(1, FRAMES_AT_ONCE // length)
        for first in range(0, len(group), size):
            chosen = group[first : first + size]
            batch = np.stack([motions[row][start:end] for row, start, end in chosen])
            for (row, start, end), part in zip(chosen, represent(model, batch), strict=True):
                found[row][start:end] = part.reshape(end - start, -1)
    return found


def represent_once(model: DSTformer, batch: np.ndarray) -> np.ndarray:
    """(B, F, J, R): the representation of `batch` (B, F, J, 3)."""
    with torch.inference_mode():
        return model.represent(torch.from_numpy(batch)).numpy()


def represent_both(model: DSTformer, batch: np.ndarray) -> np.ndarray:
    """(B, F, J, R): mean of the representation of `batch` (B, F, J, 3) and of its mirrored copy,
    joints exchanged back.

    The seed also negated channel 0 on the way back, a slip of reusing a function meant for
    coordinates: channels have no side.
    """
    with torch.inference_mode():
        plain, mirror = (
            model.represent(torch.from_numpy(np.ascontiguousarray(copy)))
            for copy in (batch, mirrored(batch))
        )
        return ((plain + mirror[:, :, list(get_skeleton("h36m17").mirror)]) / 2).numpy()

"""One embedding per clip: the representation, window by window, and its mean over frames.

Where runners keep the direction they were filmed in, the representation is the mean with that of
the mirrored clip, as published. Where all are turned to one direction, the encoder knows no
mirrored runners, and a clip is embedded once.

Legend: N clips, T frames of a clip at the encoder's rate, B windows, F frames of a window, J joints
(17), R channels of the representation.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch

from runform.encoder.checkpoint import load_encoder, supervision_of
from runform.encoder.dstformer import DSTformer
from runform.encoder.inputs import encoder_films, interleave, interleaved_times_s, windows
from runform.files import written_aside
from runform.sequence import load_sequence, require_available
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
    min_available: float,
) -> None:
    """Embed each clip of `poses` (id -> pose sequence) and write `results/embeddings.npz`.

    Its arrays: clip (N,), status (N,), mean and spread (N, J*R) float32, the mean and standard
    deviation over frames, NaN where a clip is unavailable; supervision, a text (see
    `checkpoint.supervision_of`); and of the clips in `keep_frames` `frames:<clip>` (T, J*R) float16
    and `times_s:<clip>` (T,), the true time of each of these frames. rate_fps, smooth_s,
    one_direction: see `encoder_films`. InputError when the share of available clips is below
    `min_available`.
    """
    torch.set_num_threads(torch_threads)
    torch.use_deterministic_algorithms(True)
    model = load_encoder(encoder)
    sequences = {clip: load_sequence(path) for clip, path in poses.items()}
    require_available(list(sequences.values()), min_available)
    films = {
        clip: encoder_films(sequence, rate_fps, smooth_s, one_direction)
        for clip, sequence in sequences.items()
        if sequence.ok
    }
    motions = [film for parts in films.values() for film in parts]
    embedded = iter(embed_motions(model, motions, one_direction))
    frames = {clip: interleave([next(embedded) for _ in parts]) for clip, parts in films.items()}
    means, spreads = np.full((2, len(poses), 17 * model.config.dim_rep), np.nan, np.float32)
    for row, clip in enumerate(poses):
        if clip in frames:
            means[row], spreads[row] = mean_and_spread(frames[clip])
    arrays = {
        "clip": np.array(list(poses), dtype=np.str_),
        "status": np.array([sequence.status for sequence in sequences.values()], dtype=np.str_),
        "mean": means,
        "spread": spreads,
        "supervision": np.array(supervision_of(encoder)),
    }
    kept = {}
    for clip in keep_frames:
        if clip in frames:
            kept[f"frames:{clip}"] = frames[clip].astype(np.float16)
            times_s = interleaved_times_s(sequences[clip], len(frames[clip]), rate_fps)
            kept[f"times_s:{clip}"] = times_s
    with written_aside(output) as aside:
        np.savez_compressed(aside, allow_pickle=False, **arrays, **kept)


def mean_and_spread(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (F,) over frames (T, F), summed in float64."""
    return frames.mean(axis=0, dtype=np.float64), frames.std(axis=0, dtype=np.float64)


def embed_motions(
    model: DSTformer, motions: Sequence[np.ndarray], one_direction: bool
) -> list[np.ndarray]:
    """(T, J*R) float32 of each motion (T, J, 3) of any length; windows of the same length go
    through the model together.

    one_direction: the runners all run to the right (`encoder_input`), no mirrored copy is embedded.
    """
    represent = represent_once if one_direction else represent_both
    by_length = defaultdict(list)
    for row, motion in enumerate(motions):
        for start, end in windows(len(motion), model.config.maxlen):
            by_length[end - start].append((row, start, end))
    embedded = [
        np.zeros((len(motion), 17 * model.config.dim_rep), np.float32) for motion in motions
    ]
    for length, spans in by_length.items():
        size = max(1, FRAMES_AT_ONCE // length)
        for first in range(0, len(spans), size):
            chosen = spans[first : first + size]
            batch = np.stack([motions[row][start:end] for row, start, end in chosen])
            for (row, start, end), part in zip(chosen, represent(model, batch), strict=True):
                embedded[row][start:end] = part.reshape(length, -1)  # (F, J, R) -> (F, J*R)
    return embedded


def represent_once(model: DSTformer, batch: np.ndarray) -> np.ndarray:
    """(B, F, J, R): the representation of `batch` (B, F, J, 3)."""
    with torch.inference_mode():
        return model.represent(torch.from_numpy(batch)).numpy()


def represent_both(model: DSTformer, batch: np.ndarray) -> np.ndarray:
    """(B, F, J, R): mean of the representations of `batch` (B, F, J, 3) and of its mirrored copy,
    left and right joints exchanged back.

    The published code also negated channel 0 of the copy's: that suits coordinates, but channels
    have no side.
    """
    plain = represent_once(model, batch)
    mirror = represent_once(model, np.ascontiguousarray(mirrored(batch)))
    return (plain + mirror[:, :, get_skeleton("h36m17").mirror]) / 2

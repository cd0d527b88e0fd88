"""The labelled clips of one deficiency, and their embeddings.

Legend: N clips, F features.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runform.encoder.readings import embeddings_of, load_readings, pool
from runform.sequence import OK

# What distances between clips are about: form alone, or all that the encoder carries.
FORM_METRIC, EMBEDDING = "form_metric", "embedding"
SPACES = {FORM_METRIC: "form metric", EMBEDDING: "embedding"}


@dataclass(frozen=True)
class Examples:
    """N labelled clips of one deficiency, in the order of their ids.

    clips, runners: (N,) str.  labels: (N,) bool, True where the deficiency is there.  unavailable:
    labelled clips left out.
    """

    deficiency: str
    clips: np.ndarray
    runners: np.ndarray
    labels: np.ndarray
    unavailable: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def n_yes(self) -> int:
        return int(self.labels.sum())

    @property
    def n_no(self) -> int:
        return len(self) - self.n_yes


def examples_of(
    deficiency: str, labels: dict[str, bool], runners: dict[str, str], available: Collection[str]
) -> Examples:
    """The `available` clips of `labels`; the others are counted.

    labels: clip -> yes or no, in the order of the ids.  runners: clip -> who runs.
    """
    kept = [clip for clip in labels if clip in available]
    return Examples(
        deficiency=deficiency,
        clips=np.array(kept, dtype=str),
        runners=np.array([runners[clip] for clip in kept], dtype=str),
        labels=np.array([labels[clip] for clip in kept], dtype=bool),
        unavailable=tuple(clip for clip in labels if clip not in available),
    )


def why_not_scored(examples: Examples, folds: int) -> str:
    """Why these clips cannot be cross-validated in `folds` folds, in one line; else empty."""
    left_out = f" ({len(examples.unavailable)} unavailable)" if examples.unavailable else ""
    if not len(examples):
        return f"no labelled clip{left_out}"
    if not (examples.n_yes and examples.n_no):
        only = "yes" if examples.n_yes else "no"
        return f"all {len(examples)} labelled clips{left_out} are {only}: two classes are needed"
    if len(examples) < folds:
        return f"{len(examples)} labelled clips{left_out} are fewer than {folds} folds"
    return ""


def load_mean_embeddings(path: str | Path) -> dict[str, np.ndarray]:
    """Mean-pooled embedding (F,) float32 of every clip of an embeddings file that has one."""
    with np.load(path, allow_pickle=False) as file:
        rows = zip(file["clip"], file["status"], file["mean"], strict=True)
        return {
            str(clip): mean
            for clip, status, mean in rows
            if status == OK and np.isfinite(mean).all()
        }


def clip_vectors(
    space: str, embeddings_npz: str | Path, readings_file: str | Path
) -> dict[str, np.ndarray]:
    """Clip -> its coordinates in one of `SPACES`; clips without an embedding are left out."""
    if space == EMBEDDING:
        return load_mean_embeddings(embeddings_npz)
    readings = load_readings(readings_file)
    return {
        clip: readings.in_form_metric(pool(mean[None], spread[None], readings.pooling))[0]
        for clip, (mean, spread) in embeddings_of(embeddings_npz).items()
    }

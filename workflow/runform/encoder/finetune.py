"""Fine-tuning on the corpus clips with the published 2D loss, and optionally with simulated 3D
runners beside them that keep depth anchored.

Simulated runners come as an argument. So this module does not depend on the simulator, and an edit
there retrains no encoder that does without them.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from torch.utils.data import Dataset

from runform.encoder.checkpoint import (
    load_encoder,
    save_encoder,
    strongest,
    supervision_by,
    supervision_of,
)
from runform.encoder.clip_data import Segments, SegmentSettings, Together, cut_segments
from runform.encoder.inputs import encoder_films
from runform.encoder.objective import LossWeights, Objective
from runform.encoder.training import TrainingSettings, train, write_curve
from runform.files import sha256_of
from runform.sequence import load_sequence, require_available

LOG = logging.getLogger(__name__)


def finetune_encoder(
    start: str | Path,
    poses: Sequence[str | Path],
    encoder: str | Path,
    curve: str | Path,
    work_dir: str | Path,
    training: TrainingSettings,
    segments: SegmentSettings,
    weights: LossWeights,
    simulated: Dataset | None,
    min_available: float,
    code: str,
) -> None:
    """Train the encoder in `start` on the pose sequences `poses`; write its weights to `encoder`
    and the curve to `curve`.

    simulated: `simulated_data.windows_beside_segments`, where `weights` has losses of 3D joints.
    min_available: with a smaller share of the clips nothing is trained, and InputError is raised.
    code: hash of the code; a training that was cut off goes on only with the same. With no usable
    segment the encoder is written unchanged, the curve has no rows, and the log says so.
    """
    model = load_encoder(start)
    sequences = [load_sequence(path) for path in poses]
    require_available(sequences, min_available, "corpus clips")
    view = (segments.rate_fps, segments.smooth_s, segments.one_direction)
    cut = cut_segments(
        [film for sequence in sequences if sequence.ok for film in encoder_films(sequence, *view)],
        segments,
    )
    LOG.info(
        "%d segments of %d frames from %d of %d clips",
        len(cut),
        segments.frames,
        sum(sequence.ok for sequence in sequences),
        len(poses),
    )
    recipe = {
        "training": asdict(training),
        "segments": asdict(segments),
        "weights": asdict(weights),
        "simulation": asdict(simulated.settings) if simulated is not None else {},
        "supervision": strongest(supervision_of(start), supervision_by(asdict(weights))),
    }
    if not len(cut):
        LOG.warning("no segment of the corpus is long and sure enough: the encoder stays as it was")
        write_curve([], curve)
        save_encoder(model, encoder, recipe)
        return
    dataset: Dataset = Segments(cut, segments, training.seed)
    if simulated is not None:
        dataset = Together(dataset, simulated)
    made_of = {
        "start": sha256_of(start),
        "poses": [sha256_of(path) for path in poses],
        "code": code,
    }
    objective = Objective(model, weights)
    train(objective, dataset, training, work_dir, curve, recipe | made_of)
    save_encoder(objective.encoder, encoder, recipe)

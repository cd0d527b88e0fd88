"""Fine-tuning on the corpus clips: the seed's 2D loss, and optionally simulated 3D runners that
keep depth anchored.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from runform.encoder.checkpoint import load_encoder, save_encoder
from runform.encoder.clip_data import Segments, SegmentSettings, Together, cut_segments
from runform.encoder.inputs import encoder_films
from runform.encoder.objective import LossWeights, Objective
from runform.encoder.simulated_data import (
    SimulatedWindows,
    SimulationSettings,
    simulate_runners,
    spread_of,
)
from runform.encoder.training import TrainingSettings, train, write_curve
from runform.files import sha256_of
from runform.provenance import code_hash
from runform.sequence import load_sequence

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
    simulation: SimulationSettings,
    freeze: Sequence[str] = (),
) -> None:
    """Train the encoder in `start` on the pose sequences `poses`; write its weights to `encoder`
    and the curve to `curve`.

    weights: with any loss of 3D joints among them, simulated runners of `simulation` stand beside
    the segments in each batch.
    freeze: beginnings of the names of parameters that stay as they are, such as "blocks_st.0"; none
    by default, as the seed. With no usable segment the encoder is written unchanged, the curve has
    no rows, and the log says so.
    """
    model = load_encoder(start)
    sequences = [load_sequence(path) for path in poses]
    view = (segments.rate_fps, simulation.smooth_s, simulation.one_direction)
    cut = cut_segments(
        [film for sequence in sequences if sequence.ok for film in encoder_films(sequence, *view)],
        segments,
    )
    LOG.info(
        "%d segments of %d frames from %d of %d clips",
        len(cut),
        segments.frames,
        sum(s.ok for s in sequences),
        len(poses),
    )
    recipe = {
        "training": asdict(training),
        "segments": asdict(segments),
        "weights": asdict(weights),
        "simulation": asdict(simulation),
        "freeze": list(freeze),
    }
    if not len(cut):
        LOG.warning("no segment of the corpus is long and sure enough: the encoder stays as it was")
        write_curve([], curve)
        save_encoder(model, encoder, recipe)
        return
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(not name.startswith(tuple(freeze)))
    dataset = Segments(cut, segments, training.seed)
    if weights.anchored:
        simulation = replace(
            simulation, frames=(segments.frames,), item_frames=segments.frames, items=len(dataset)
        )
        runners = simulate_runners(
            simulation.runners,
            simulation.duration_s,
            simulation.rate_hz,
            (simulation.seed, training.seed),
        )
        dataset = Together(dataset, SimulatedWindows(runners, simulation, spread_of(runners)))
    made_of = {
        "start": sha256_of(start),
        "poses": [sha256_of(path) for path in poses],
        "code": code_hash("encoder.finetune"),
    }
    objective = Objective(model, weights)
    train(objective, dataset, training, work_dir, curve, recipe | made_of)
    save_encoder(objective.encoder, encoder, recipe)

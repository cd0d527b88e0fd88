"""Pretraining on simulated runners, in three dimensions, without any clip."""

import hashlib
import logging
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from runform.encoder.checkpoint import save_encoder
from runform.encoder.dstformer import DSTformer, DSTformerConfig
from runform.encoder.objective import FormHeads, LossWeights, Objective, SameForm, mpjpe, n_mpjpe
from runform.encoder.runners_3d import (
    PER_FRAME,
    PER_WINDOW,
    Runner,
    capture_runners,
    simulate_runners,
)
from runform.encoder.simulated_data import SimulatedWindows, SimulationSettings, spread_of
from runform.encoder.training import TrainingSettings, train
from runform.files import files_in, sha256_of, write_json

LOG = logging.getLogger(__name__)
TRAINING_BLOCK, VALIDATION_BLOCK = 0, 1  # seeds of runners; none of the second is ever trained on
VALIDATION_RUNNERS = 200
VALIDATION_WINDOWS = 64


def pretrain_encoder(
    encoder: str | Path,
    recipe: str | Path,
    curve: str | Path,
    work_dir: str | Path,
    model: DSTformerConfig,
    training: TrainingSettings,
    simulation: SimulationSettings,
    weights: LossWeights,
    code: str,
) -> None:
    """Train a new encoder; write its weights (float16), the recipe with validation scores as JSON,
    and the curve as CSV.

    code: hash of the code, for the recipe.
    """
    torch.manual_seed(training.seed)
    heads = FormHeads(model.dim_rep, len(PER_FRAME), len(PER_WINDOW))
    network = DSTformer(model)
    same_form = SameForm(model.dim_rep) if weights.same_form else None
    objective = Objective(network, weights, heads, same_form)
    settings = {
        "model": asdict(model),
        "training": asdict(training),
        "simulation": asdict(simulation),
        "losses": asdict(weights),
        "code": code,
    }
    if simulation.captured:
        # Another film in the folder is another training, also for one that was cut off.
        hashes = [sha256_of(file) for file in files_in(simulation.captured, ".bvh")]
        settings["captured_sha256"] = hashlib.sha256("".join(hashes).encode()).hexdigest()
    sampling = simulation.duration_s, simulation.rate_hz
    seed = (simulation.seed, TRAINING_BLOCK)
    paired = bool(weights.same_form)
    runners = simulate_runners(
        simulation.runners, *sampling, seed, simulation.domain_randomisation, two_bodies=paired
    )
    captured = capture_runners(simulation.captured) if simulation.captured else []
    LOG.info("%d runners simulated, %d captured", len(runners), len(captured))
    dataset = SimulatedWindows(runners, simulation, spread_of(runners), captured, paired)
    train(objective, dataset, training, work_dir, curve, settings)
    save_encoder(objective.encoder, encoder, settings, half=True)
    unseen = simulate_runners(VALIDATION_RUNNERS, *sampling, (simulation.seed, VALIDATION_BLOCK))
    scores = {
        f"{frames}_frames": validate(objective, heads, unseen, dataset, frames)
        for frames in sorted(set(simulation.frames))
    }
    write_json(recipe, settings | {"validation": scores, "validation_runners": VALIDATION_RUNNERS})


def validate(
    objective: Objective,
    heads: FormHeads,
    unseen: list[Runner],
    trained: SimulatedWindows,
    frames: int,
) -> dict:
    """Scores on `unseen` runners in windows of `frames` frames.

    mpjpe, n_mpjpe: in the unit of the box.  r2: of each target that the form heads predict.
    """
    settings = replace(
        trained.settings,
        frames=(frames,),
        item_frames=frames,
        items=VALIDATION_WINDOWS,
        captured_share=0.0,
    )
    windows = SimulatedWindows(unseen, settings, (trained.mean, trained.deviation))
    items = [windows[index] for index in range(len(windows))]
    batch = {
        name: torch.from_numpy(np.concatenate([item[name] for item in items])) for name in items[0]
    }
    objective.eval()
    with torch.inference_mode():
        parts = [objective.encoder.represent(part) for part in batch["sim_motion"].split(16)]
        joints = torch.cat([objective.encoder.head(part) for part in parts])
        per_frame, per_window = (
            torch.cat(values).numpy() for values in zip(*map(heads, parts), strict=True)
        )
    joints = joints - joints[:, :, :1]
    frame_targets = batch["sim_frame"].numpy().reshape(-1, len(PER_FRAME))
    r2_per_frame = _r2(per_frame.reshape(-1, len(PER_FRAME)), frame_targets, PER_FRAME)
    r2_per_window = _r2(per_window, batch["sim_window"].numpy(), PER_WINDOW)
    return {
        "mpjpe": round(float(mpjpe(joints, batch["sim_joints"])), 5),
        "n_mpjpe": round(float(n_mpjpe(joints, batch["sim_joints"])), 5),
        "r2": r2_per_frame | r2_per_window,
    }


def _r2(predicted: np.ndarray, target: np.ndarray, names: tuple[str, ...]) -> dict[str, float]:
    """Share of each column's variance that is explained, where the target is not NaN."""
    scores = {}
    for name, prediction, truth in zip(names, predicted.T, target.T, strict=True):
        finite = np.isfinite(truth)
        error = ((prediction - truth)[finite] ** 2).sum()
        scores[name] = round(
            float(1 - error / ((truth[finite] - truth[finite].mean()) ** 2).sum()), 3
        )
    return scores

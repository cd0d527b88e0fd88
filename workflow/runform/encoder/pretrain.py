"""Pretraining on simulated runners: an encoder that knows running in three dimensions before it has
seen a clip.
"""

import logging
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from runform.encoder.checkpoint import save_encoder
from runform.encoder.dstformer import DSTformer, DSTformerConfig
from runform.encoder.objective import FormHeads, LossWeights, Objective, mpjpe, n_mpjpe
from runform.encoder.simulated_data import (
    PER_FRAME,
    PER_WINDOW,
    Runner,
    SimulatedWindows,
    SimulationSettings,
    capture_runners,
    simulate_runners,
    spread_of,
)
from runform.encoder.training import TrainingSettings, train
from runform.files import write_json

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
    """Train a new encoder; write its weights (float16), the recipe with validation numbers as JSON,
    and the curve as CSV.

    code: hash of the code, for the recipe.
    """
    torch.manual_seed(training.seed)
    objective = Objective(
        DSTformer(model), weights, FormHeads(model.dim_rep, len(PER_FRAME), len(PER_WINDOW))
    )
    settings = {
        "model": asdict(model),
        "training": asdict(training),
        "simulation": asdict(simulation),
        "losses": asdict(weights),
        "code": code,
    }
    block = (simulation.seed, TRAINING_BLOCK)
    runners = simulate_runners(
        simulation.runners, simulation.duration_s, simulation.rate_hz, block, simulation.variety
    )
    captured = capture_runners(simulation.captured) if simulation.captured else []
    LOG.info("%d runners simulated, %d captured", len(runners), len(captured))
    dataset = SimulatedWindows(runners, simulation, spread_of(runners), captured)
    train(objective, dataset, training, work_dir, curve, settings)
    save_encoder(objective.encoder, encoder, settings, half=True)
    unseen = simulate_runners(
        VALIDATION_RUNNERS,
        simulation.duration_s,
        simulation.rate_hz,
        (simulation.seed, VALIDATION_BLOCK),
    )
    scores = {
        f"{frames}_frames": validate(objective, unseen, dataset, frames)
        for frames in sorted(set(simulation.frames))
    }
    write_json(recipe, settings | {"validation": scores, "validation_runners": VALIDATION_RUNNERS})


def validate(
    objective: Objective, unseen: list[Runner], trained: SimulatedWindows, frames: int
) -> dict:
    """Errors on runners never seen: MPJPE and n-MPJPE in the box's unit and as share of the figure,
    and R2 of each reading.
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
        read = [
            torch.cat(values).numpy()
            for values in zip(*(objective.heads(part) for part in parts), strict=True)
        ]
    truth = batch["sim_joints"]
    joints = joints - joints[:, :, :1]
    return {
        "mpjpe": round(float(mpjpe(joints, truth)), 5),
        "n_mpjpe": round(float(n_mpjpe(joints, truth)), 5),
        "r2": _r2(
            read[0].reshape(-1, len(PER_FRAME)),
            batch["sim_frame"].numpy().reshape(-1, len(PER_FRAME)),
            PER_FRAME,
        )
        | _r2(read[1], batch["sim_window"].numpy(), PER_WINDOW),
    }


def _r2(predicted: np.ndarray, target: np.ndarray, names: tuple[str, ...]) -> dict[str, float]:
    """Share of each column's variance that is explained, where the target is known."""
    found = {}
    for name, guess, truth in zip(names, predicted.T, target.T, strict=True):
        known = np.isfinite(truth)
        found[name] = round(
            float(
                1
                - ((guess - truth)[known] ** 2).sum()
                / ((truth[known] - truth[known].mean()) ** 2).sum()
            ),
            3,
        )
    return found

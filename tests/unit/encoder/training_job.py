"""A tiny training as a program, for tests that kill it or run several processes.

python training_job.py work csv out [die]
"""

import logging
import os
import signal
import sys

import numpy as np
import torch
from torch.utils.data import Dataset

from runform.encoder.checkpoint import save_encoder
from runform.encoder.dstformer import DSTformer, DSTformerConfig
from runform.encoder.objective import LossWeights, Objective
from runform.encoder.training import TrainingSettings, train

logging.basicConfig(level=logging.INFO)  # each epoch's line, to stderr
SETTINGS = TrainingSettings(
    epochs=4, batch_size=4, learning_rate=1e-2, averaged_epochs=3, torch_threads=1, seed=5
)


class Motions(Dataset):
    """Eight random windows, changed from epoch to epoch; with `die`, the process is killed in the
    third epoch.
    """

    def __init__(self, die: bool):
        self.die, self.epoch = die, 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return 8

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        if self.die and self.epoch == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return {
            "motion": np.random.default_rng((self.epoch, index))
            .uniform(0, 1, (6, 17, 3))
            .astype(np.float32)
        }


def run(work_dir: str, csv: str, out: str, die: bool = False) -> None:
    torch.manual_seed(0)
    model = DSTformer(DSTformerConfig(dim_feat=16, dim_rep=8, depth=1, num_heads=2, mlp_ratio=2))
    objective = Objective(model, LossWeights())
    train(objective, Motions(die), SETTINGS, work_dir, csv, {"settings": (1, 2)})
    if int(os.environ.get("RANK", 0)) == 0:
        save_encoder(objective.encoder, out)


if __name__ == "__main__":
    run(*sys.argv[1:4], die="die" in sys.argv[4:])

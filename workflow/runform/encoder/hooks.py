"""What happens between the epochs of a training: the curve, progress, and the mean of the last weights."""

import logging
import sys
from pathlib import Path

import torch

from runform.engine import Hook, all_reduce_dict, get_dist_info, master_only
from runform.files import write_text

LOG = logging.getLogger(__name__)


class SetEpochHook(Hook):
    """Tells the dataset which epoch it is, so that its augmentation is the same after a resume."""

    def before_train_epoch(self, runner) -> None:
        runner.train_dataloader.dataset.set_epoch(runner.epoch)


class CurveHook(Hook):
    """Keeps each step's losses through checkpoints and resumes, writes them as CSV, and shows progress.

    Checkpoints are kept to tensors and plain numbers, so that they open with `weights_only=True`.
    """

    priority = "LOW"

    def __init__(self, csv: str | Path, name: str, shows: int = 10):
        self.csv, self.name, self.shows, self.rows = csv, name, shows, []

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        losses = {name: value.detach().clone() for name, value in outputs.items()}
        all_reduce_dict(losses, op="mean")
        losses = {name: value.item() for name, value in losses.items()}
        rate = runner.optim_wrapper.get_lr()["lr"][0]
        self.rows.append({"epoch": runner.epoch + 1, "step": runner.iter + 1, "lr": rate, **losses})

    def after_train_epoch(self, runner) -> None:
        done, last = runner.epoch + 1, runner.max_epochs
        rows = [row for row in self.rows if row["epoch"] == done]
        means = {key: sum(row[key] for row in rows) / len(rows) for key in rows[0] if key not in ("epoch", "step", "lr")}
        line = f"{self.name}: epoch {done}/{last} " + " ".join(f"{key} {value:.4g}" for key, value in means.items())
        LOG.info(line)
        if get_dist_info()[0] == 0 and (done == last or done % max(1, last // self.shows) == 0):
            print(line, file=sys.stderr, flush=True)

    def before_save_checkpoint(self, runner, checkpoint) -> None:
        checkpoint["message_hub"] = {"log_scalars": {}, "runtime_info": {}, "resumed_keys": {}}
        checkpoint["curve"] = self.rows

    def after_load_checkpoint(self, runner, checkpoint) -> None:
        self.rows = checkpoint["curve"]

    @master_only
    def after_train(self, runner) -> None:
        write_curve(self.rows, self.csv)


class AverageHook(Hook):
    """Ends a training with the mean of the weights after each of its last `epochs` epochs (Izmailov et al., UAI 2018).

    The last step's weights still jump about the optimum; their mean lies nearer to it. Kept through checkpoints and resumes.
    """

    priority = "LOW"  # before the checkpoint of the epoch is written

    def __init__(self, epochs: int):
        self.epochs, self.count, self.means = epochs, 0, []

    def after_train_epoch(self, runner) -> None:
        if runner.epoch < runner.max_epochs - self.epochs:
            return
        weights = [parameter.detach() for parameter in runner.model.parameters()]
        self.means = self.means or [torch.zeros_like(weight) for weight in weights]
        self.count += 1
        for mean, weight in zip(self.means, weights, strict=True):
            mean += (weight - mean) / self.count

    def before_save_checkpoint(self, runner, checkpoint) -> None:
        checkpoint["average"] = {"count": self.count, "means": self.means}

    def after_load_checkpoint(self, runner, checkpoint) -> None:
        self.count, self.means = checkpoint["average"]["count"], checkpoint["average"]["means"]

    def after_train(self, runner) -> None:
        with torch.no_grad():
            for parameter, mean in zip(runner.model.parameters(), self.means, strict=True):
                parameter.copy_(mean)


def write_curve(rows: list[dict], path: str | Path) -> None:
    """One line a step: epoch, step, lr, loss (the weighted sum), and each loss, unweighted, as loss_<name>."""
    names = list(dict.fromkeys(key for row in rows for key in row if key not in ("epoch", "step", "lr", "loss")))
    lines = [",".join(["epoch", "step", "lr", "loss", *(f"loss_{name}" for name in names)])]
    for row in rows:
        numbers = [f"{row['lr']:.6e}", f"{row['loss']:.6f}", *(f"{row[name]:.6f}" if name in row else "" for name in names)]
        lines.append(",".join([str(row["epoch"]), str(row["step"]), *numbers]))
    write_text(path, "\n".join(lines) + "\n")

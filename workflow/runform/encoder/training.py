"""Training through mmengine's Runner: epochs, checkpoints, resume, mixed precision, several
processes, the mean of the last weights, and the curve as CSV.
"""

import contextlib
import json
import logging
import os
import shutil
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import torch

from runform.encoder.objective import Objective
from runform.files import read_json, write_json, write_text
from runform.mmengine_import import (
    OPTIM_WRAPPERS,
    Hook,
    OptimWrapper,
    Runner,
    all_reduce_dict,
    get_dist_info,
    is_distributed,
    master_only,
)

LOG = logging.getLogger(__name__)
SHOWN_EVERY_S = 60
MARK = "settings.json"  # in the working folder: what the checkpoints beside it were trained with


@dataclass(frozen=True)
class TrainingSettings:
    """How long and how fast; the published values but for the length: a small corpus needs less."""

    epochs: int = 60
    batch_size: int = 32
    learning_rate: float = 2e-4
    weight_decay: float = 0.01
    decay_per_epoch: float = 0.99  # of the learning rate
    warmup_epochs: int = 0
    precision: str = "fp32"  # or "bf16"
    recompute: str = "none"  # or "mlp", "all": `DSTformer.recompute`
    max_gradient_norm: float = 0.0  # 0: gradients are not clipped
    averaged_epochs: int = 0  # the encoder is the mean of the weights after so many last epochs
    torch_threads: int = 2  # fixed, not the machine's: sums depend on it
    seed: int = 0


class SetEpochHook(Hook):
    """Tells the dataset which epoch it is: its augmentation is then the same after a resume."""

    def before_train_epoch(self, runner) -> None:
        runner.train_dataloader.dataset.set_epoch(runner.epoch)


class CurveHook(Hook):
    """Keeps each step's losses, through a resume too, and writes them as CSV.

    A long training shows a line a minute on the screen; the log has one for each epoch.

    Checkpoints hold only tensors and plain numbers, so that they open with `weights_only=True`.
    """

    priority = "LOW"

    def __init__(self, csv: str | Path, name: str):
        self.csv, self.name, self.rows, self.shown_s = csv, name, [], time.monotonic()

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        losses = {name: value.detach().clone() for name, value in outputs.items()}
        all_reduce_dict(losses, op="mean")
        losses = {name: value.item() for name, value in losses.items()}
        rate = runner.optim_wrapper.get_lr()["lr"][0]
        self.rows.append({"epoch": runner.epoch + 1, "step": runner.iter + 1, "lr": rate, **losses})

    def after_train_epoch(self, runner) -> None:
        done = runner.epoch + 1
        rows = [row for row in self.rows if row["epoch"] == done]
        means = {
            key: sum(row[key] for row in rows) / len(rows)
            for key in rows[0]
            if key not in ("epoch", "step", "lr")
        }
        line = f"{self.name}: epoch {done}/{runner.max_epochs} " + " ".join(
            f"{key} {value:.4g}" for key, value in means.items()
        )
        LOG.info(line)
        if get_dist_info()[0] == 0 and time.monotonic() - self.shown_s > SHOWN_EVERY_S:
            print(line, file=sys.stderr, flush=True)
            self.shown_s = time.monotonic()

    def before_save_checkpoint(self, runner, checkpoint) -> None:
        checkpoint["message_hub"] = {"log_scalars": {}, "runtime_info": {}, "resumed_keys": {}}
        checkpoint["curve"] = self.rows

    def after_load_checkpoint(self, runner, checkpoint) -> None:
        self.rows = checkpoint["curve"]

    @master_only
    def after_train(self, runner) -> None:
        write_curve(self.rows, self.csv)


class AverageHook(Hook):
    """Ends a training with the mean of the weights after each of its last `epochs` epochs (Izmailov
    et al., UAI 2018), which lies nearer to the optimum than the last weights.
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
    """One row per step: epoch, step, lr, loss (the weighted sum), and loss_<name> unweighted."""
    not_losses = ("epoch", "step", "lr", "loss")
    names = list(dict.fromkeys(key for row in rows for key in row if key not in not_losses))
    lines = [",".join([*not_losses, *(f"loss_{name}" for name in names)])]
    for row in rows:
        losses = [f"{row[name]:.6f}" if name in row else "" for name in names]
        numbers = [f"{row['lr']:.6e}", f"{row['loss']:.6f}", *losses]
        lines.append(",".join([str(row["epoch"]), str(row["step"]), *numbers]))
    write_text(path, "\n".join(lines) + "\n")


# Without a GPU there is no device to name, but mmengine names one.
CPU_PROCESSES = {"model_wrapper_cfg": {"type": "MMDistributedDataParallel", "device_ids": None}}


@OPTIM_WRAPPERS.register_module()
class AutocastOptimWrapper(OptimWrapper):
    """bf16 autocast on any device, where mmengine's own mixed precision needs a GPU; bf16 needs no
    loss scaling.
    """

    @contextlib.contextmanager
    def optim_context(self, model):
        device = next(model.parameters()).device.type
        with super().optim_context(model), torch.autocast(device, dtype=torch.bfloat16):
            yield


class _Runner(Runner):
    """mmengine's, without its look at the machine. That asks the compiler of Python for its
    version, and where there is none the shell complains on the user's screen.
    """

    def _log_env(self, env_cfg: dict) -> None:
        pass


def train(
    objective: Objective,
    dataset,
    settings: TrainingSettings,
    work_dir: str | Path,
    csv: str | Path,
    mark: dict,
) -> None:
    """Train `objective` in place on `dataset` (items are dicts of arrays; has `set_epoch`), and
    write the curve to `csv`.

    work_dir: holds a checkpoint of each epoch until the end. A training that was cut off resumes
    there, with the same result as without the interruption, if `mark` (JSON-able: all that it
    depends on) is the same; otherwise it starts from the beginning. Under torchrun each process
    takes its share of a batch.
    """
    work_dir = Path(work_dir)
    torch.set_num_threads(settings.torch_threads)
    objective.encoder.recompute(settings.recompute)
    world = _join_processes()
    _prepare(work_dir, mark)
    hooks: list[Hook] = [SetEpochHook(), CurveHook(csv, work_dir.name)]
    if settings.averaged_epochs > 1:
        hooks.append(AverageHook(settings.averaged_epochs))
    runner = _Runner(
        model=objective,
        work_dir=str(work_dir),
        train_dataloader={
            "dataset": dataset,
            "batch_size": settings.batch_size // world,
            "sampler": {"type": "DefaultSampler", "shuffle": True},
            "collate_fn": {"type": "default_collate"},
            "num_workers": 0,
        },
        train_cfg={"by_epoch": True, "max_epochs": settings.epochs},
        optim_wrapper=_optimiser(settings),
        param_scheduler=_schedule(settings),
        default_hooks={
            "logger": None,
            "checkpoint": {"type": "CheckpointHook", "interval": 1, "max_keep_ckpts": 1},
        },
        custom_hooks=hooks,
        randomness={"seed": settings.seed, "deterministic": not torch.cuda.is_available()},
        resume=True,
        launcher="pytorch" if is_distributed() else "none",
        cfg={} if torch.cuda.is_available() else CPU_PROCESSES,
        log_level="WARNING",
        experiment_name=uuid.uuid4().hex,  # mmengine keeps one logger per name and second
    )
    runner.train()
    _clean(work_dir)


def _optimiser(settings: TrainingSettings) -> dict:
    optimiser = {
        "type": "AdamW",
        "lr": settings.learning_rate,
        "weight_decay": settings.weight_decay,
    }
    clip = {"max_norm": settings.max_gradient_norm} if settings.max_gradient_norm else None
    kinds = {"fp32": "OptimWrapper", "bf16": "AutocastOptimWrapper"}
    return {"type": kinds[settings.precision], "optimizer": optimiser, "clip_grad": clip}


def _schedule(settings: TrainingSettings) -> list[dict]:
    """Linear warm-up, if any, then exponential decay."""
    warmup = {
        "type": "LinearLR",
        "start_factor": 0.01,
        "begin": 0,
        "end": settings.warmup_epochs,
        "convert_to_iter_based": True,
    }
    decay = {
        "type": "ExponentialLR",
        "gamma": settings.decay_per_epoch,
        "begin": settings.warmup_epochs,
        "end": settings.epochs,
        "by_epoch": True,
    }
    return [warmup, decay] if settings.warmup_epochs else [decay]


def _join_processes() -> int:
    """Join the group that torchrun started, over NCCL or without GPUs gloo; the processes in it."""
    if int(os.environ.get("WORLD_SIZE", 1)) > 1 and not is_distributed():
        torch.distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return get_dist_info()[1]


@master_only
def _prepare(work_dir: Path, mark: dict) -> None:
    """Keep the checkpoints in `work_dir` only if they bear the same mark."""
    file = work_dir / MARK
    mark = json.loads(json.dumps(mark))  # as it will be read: tuples become lists
    if work_dir.exists() and not (file.exists() and read_json(file) == mark):
        shutil.rmtree(work_dir)
    write_json(file, mark)


@master_only
def _clean(work_dir: Path) -> None:
    shutil.rmtree(work_dir)

"""Training through mmengine: it learns, repeats itself to the byte, survives a kill, and takes
several processes.
"""

import csv
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import training_job

from runform.encoder.checkpoint import load_encoder
from runform.encoder.dstformer import DSTformer
from runform.encoder.objective import LossWeights, Objective
from runform.encoder.training import train

HERE = Path(__file__).parent
LIBRARY = HERE.parents[2] / "workflow"


def start(folder: Path, *more: str, launcher: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
    """Run training_job.py with its files in `folder`, on a machine without a compiler."""
    files = (str(folder / name) for name in ("work", "curve.csv", "out.safetensors"))
    command = [sys.executable, *launcher, str(HERE / "training_job.py"), *files]
    environment = os.environ | {"PYTHONPATH": str(LIBRARY), "OMP_NUM_THREADS": "1", "PATH": ""}
    return subprocess.run([*command, *more], env=environment, capture_output=True, text=True)


def curve(path: Path) -> list[dict[str, float]]:
    return [
        {name: float(value) for name, value in row.items()} for row in csv.DictReader(path.open())
    ]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Path:
    """A training from start to end."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = start(folder)
    assert done.returncode == 0 and "not found" not in done.stderr, done.stderr
    return folder


def test_it_learns_and_leaves_only_results(undisturbed):
    rows = curve(undisturbed / "curve.csv")
    assert [(row["epoch"], row["step"]) for row in rows] == [
        (1, 1),
        (1, 2),
        (2, 3),
        (2, 4),
        (3, 5),
        (3, 6),
        (4, 7),
        (4, 8),
    ]
    assert rows[-1]["loss"] < 0.8 * rows[0]["loss"]
    assert rows[-1]["lr"] == pytest.approx(1e-2 * 0.99**3)
    assert sorted(path.name for path in undisturbed.iterdir()) == ["curve.csv", "out.safetensors"]


def test_killed_and_resumed_gives_the_same_bytes(undisturbed, tmp_path):
    assert start(tmp_path, "die").returncode == -signal.SIGKILL
    assert not (tmp_path / "curve.csv").exists()
    assert (tmp_path / "work/epoch_2.pth").exists()
    resumed = start(tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert "epoch 3/4" in resumed.stderr
    assert "epoch 2/4" not in resumed.stderr  # it went on, and did not begin again
    for name in ("curve.csv", "out.safetensors"):
        assert (tmp_path / name).read_bytes() == (undisturbed / name).read_bytes()


def test_checkpoints_hold_nothing_but_tensors_and_plain_values(tmp_path):
    start(tmp_path, "die")
    checkpoint = torch.load(tmp_path / "work/epoch_2.pth", weights_only=True)
    assert len(checkpoint["curve"]) == 4


def test_two_processes_follow_the_curve_of_one_with_the_same_whole_batch(undisturbed, tmp_path):
    launcher = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    done = start(tmp_path, launcher=launcher)
    assert done.returncode == 0, done.stderr
    alone, together = curve(undisturbed / "curve.csv"), curve(tmp_path / "curve.csv")
    np.testing.assert_allclose(
        [row["loss"] for row in together], [row["loss"] for row in alone], rtol=1e-4
    )
    # weights whose true gradient is zero (keys' biases, the head's) take Adam's steps from
    # rounding: what counts is the output
    x = torch.rand(1, 6, 17, 3)
    one, other = (load_encoder(folder / "out.safetensors")(x) for folder in (undisturbed, tmp_path))
    torch.testing.assert_close(other - other[:, :, :1], one - one[:, :, :1], rtol=0, atol=1e-3)


def test_what_was_trained_with_other_settings_is_not_resumed(undisturbed, tmp_path):
    start(tmp_path, "die")
    (tmp_path / "work/settings.json").write_text('{"settings": [1, 3]}')
    again = start(tmp_path)
    assert again.returncode == 0, again.stderr
    assert "epoch 1/4" in again.stderr
    assert (tmp_path / "curve.csv").read_bytes() == (undisturbed / "curve.csv").read_bytes()


def test_bf16_follows_fp32(tiny, tmp_path):
    curves = []
    for precision in ("fp32", "bf16"):
        objective = Objective(DSTformer(tiny.config), LossWeights())
        objective.encoder.load_state_dict(tiny.state_dict())
        settings = replace(training_job.SETTINGS, precision=precision)
        train(
            objective,
            training_job.Motions(False),
            settings,
            tmp_path / precision,
            tmp_path / f"{precision}.csv",
            {},
        )
        curves.append([row["loss"] for row in curve(tmp_path / f"{precision}.csv")])
    np.testing.assert_allclose(curves[1], curves[0], rtol=0.05)
    assert curves[0] != curves[1]


def test_the_end_is_the_mean_over_the_last_epochs(tiny, tmp_path):
    ends = {}
    for epochs, averaged in ((3, 0), (4, 0), (4, 2)):
        objective = Objective(DSTformer(tiny.config), LossWeights())
        objective.encoder.load_state_dict(tiny.state_dict())
        settings = replace(training_job.SETTINGS, epochs=epochs, averaged_epochs=averaged)
        train(
            objective,
            training_job.Motions(False),
            settings,
            tmp_path / "work",
            tmp_path / "curve.csv",
            {"averaged": averaged},
        )
        ends[epochs, averaged] = [parameter.detach() for parameter in objective.parameters()]
    for third, fourth, mean in zip(*(ends[key] for key in ((3, 0), (4, 0), (4, 2))), strict=True):
        torch.testing.assert_close(mean, (third + fourth) / 2)
    assert any(
        (third != fourth).any() for third, fourth in zip(ends[3, 0], ends[4, 0], strict=True)
    )

"""Fine-tuning from files to files."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.torch import load_file

from runform.encoder.checkpoint import load_encoder, save_encoder
from runform.encoder.clip_data import SegmentSettings
from runform.encoder.finetune import finetune_encoder
from runform.encoder.objective import LossWeights
from runform.encoder.simulated_data import SimulationSettings, windows_beside_segments
from runform.encoder.training import TrainingSettings
from runform.errors import InputError
from runform.sequence import empty_sequence, save_sequence

TRAINING = TrainingSettings(epochs=2, batch_size=4, learning_rate=1e-3, torch_threads=1)
RUNNERS = SimulationSettings(runners=3, duration_s=1.5)


@pytest.fixture
def corpus(tmp_path, tiny, runner_sequence):
    """An encoder and the pose files of two clips and a receipt."""
    save_encoder(tiny, tmp_path / "start.safetensors")
    sequences = [runner_sequence(60, 0), empty_sequence("private"), runner_sequence(60, 1)]
    poses = [tmp_path / f"{row}.npz" for row in range(3)]
    for sequence, path in zip(sequences, poses, strict=True):
        save_sequence(sequence, path)
    return tmp_path, poses


def finetune(
    folder, poses, name="out", weights=None, segments=None, training=TRAINING, min_available=0.0
) -> dict:
    segments, weights = segments or SegmentSettings(), weights or LossWeights()
    simulated = (
        windows_beside_segments(RUNNERS, segments.frames, training.seed)
        if weights.anchored
        else None
    )
    finetune_encoder(
        folder / "start.safetensors",
        poses,
        folder / f"{name}.safetensors",
        folder / f"{name}.csv",
        folder / f"{name}-work",
        training,
        segments,
        weights,
        simulated,
        min_available,
        code="abc",
    )
    return load_file(folder / f"{name}.safetensors")


def test_every_part_moves_and_the_curve_has_a_row_a_step(corpus):
    folder, poses = corpus
    before, after = load_file(folder / "start.safetensors"), finetune(folder, poses)
    assert not [
        name for name in before if name != "temp_embed" and (before[name] == after[name]).all()
    ]
    lines = (folder / "out.csv").read_text().splitlines()
    assert lines[0] == "epoch,step,lr,loss,loss_reprojection_2d"
    assert len(lines) == 3  # 4 segments, one batch of 4, 2 epochs
    assert not (folder / "out-work").exists()


def test_the_same_bytes_again(corpus):
    folder, poses = corpus
    for name in ("one", "two"):
        finetune(folder, poses, name, LossWeights(mpjpe=1.0))
    for suffix in (".safetensors", ".csv"):
        assert (folder / f"one{suffix}").read_bytes() == (folder / f"two{suffix}").read_bytes()


def test_anchors_add_their_losses(corpus):
    folder, poses = corpus
    finetune(folder, poses, weights=LossWeights(mpjpe=1.0, velocity=2.0, limb_symmetry=0.1))
    header = (folder / "out.csv").read_text().splitlines()[0]
    assert (
        header
        == "epoch,step,lr,loss,loss_reprojection_2d,loss_limb_symmetry,loss_mpjpe,loss_velocity"
    )


def test_without_a_usable_segment_the_encoder_stays_and_the_study_goes_on(corpus):
    folder, poses = corpus
    before, after = (
        load_file(folder / "start.safetensors"),
        finetune(folder, poses, segments=SegmentSettings(frames=100)),
    )
    assert all((before[name] == after[name]).all() for name in before)
    assert (folder / "out.csv").read_text() == "epoch,step,lr,loss\n"
    assert load_encoder(folder / "out.safetensors").config.dim_feat == 16


def test_with_too_few_available_clips_nothing_is_trained(corpus):
    folder, poses = corpus
    with pytest.raises(InputError, match="2 of 3 corpus clips are available: expected at least 90"):
        finetune(folder, poses, min_available=0.9)
    assert not (folder / "out.safetensors").exists()


def test_a_smaller_last_batch_is_used_too(corpus):
    folder, poses = corpus
    finetune(folder, poses, training=replace(TRAINING, batch_size=3))
    assert len((folder / "out.csv").read_text().splitlines()) == 1 + 2 * 2


def test_fine_tuning_with_the_2d_loss_alone_does_not_import_the_simulator():
    command = "import sys, runform.encoder.finetune; print(*sys.modules)"
    path = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3] / "workflow")}
    done = subprocess.run(
        [sys.executable, "-c", command], env=path, capture_output=True, text=True, check=True
    )
    modules = done.stdout.split()
    assert "runform.encoder.finetune" in modules
    assert not [name for name in modules if name.startswith("runform.simulate")]

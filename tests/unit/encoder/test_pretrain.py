"""Pretraining from nothing to files, small; and the shipped encoder: made as the config states."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml

from runform.encoder import pretrain
from runform.encoder.checkpoint import SUPERVISION, load_encoder, read_recipe, supervision_of
from runform.encoder.dstformer import DSTformerConfig
from runform.encoder.objective import LossWeights
from runform.encoder.pretrain import pretrain_encoder
from runform.encoder.simulated_data import SimulationSettings
from runform.encoder.training import TrainingSettings
from runform.files import read_json

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "resources/encoders/runner-small.safetensors"
MODEL = DSTformerConfig(dim_feat=16, dim_rep=8, depth=1, num_heads=2, mlp_ratio=2)
TRAINING = TrainingSettings(
    epochs=2, batch_size=2, learning_rate=1e-3, warmup_epochs=1, torch_threads=1
)
SIMULATION = SimulationSettings(
    runners=4, duration_s=2.0, items=4, item_frames=60, frames=(30, 60), fps=(30.0, 60.0)
)
WEIGHTS = LossWeights(
    reprojection_2d=0.0, mpjpe=1.0, n_mpjpe=0.5, velocity=2.0, frame_heads=0.1, window_heads=0.1
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two pretrainings with the same settings."""
    folder = tmp_path_factory.mktemp("pretrain")
    for name in ("one", "two"):
        files = (
            folder / f"{name}{suffix}" for suffix in (".safetensors", ".json", ".csv", "-work")
        )
        pretrain_encoder(*files, MODEL, TRAINING, SIMULATION, WEIGHTS, code="abc")
    return folder


def test_the_same_bytes_again(trained):
    for suffix in (".safetensors", ".json", ".csv"):
        assert (trained / f"one{suffix}").read_bytes() == (trained / f"two{suffix}").read_bytes()


def test_the_recipe_says_how_it_was_made_and_how_good_it_is(trained):
    recipe = read_json(trained / "one.json")
    assert recipe["code"] == "abc"
    assert recipe["training"]["learning_rate"] == 1e-3
    assert set(recipe["validation"]) == {"30_frames", "60_frames"}
    scores = recipe["validation"]["30_frames"]
    assert 0 < scores["n_mpjpe"] <= scores["mpjpe"]
    assert scores["r2"]["overstriding"] <= 1
    assert read_recipe(trained / "one.safetensors")["simulation"]["runners"] == 4
    assert load_encoder(trained / "one.safetensors").config == MODEL


def test_the_curve_has_every_loss(trained):
    lines = (trained / "one.csv").read_text().splitlines()
    losses = ("mpjpe", "n_mpjpe", "velocity", "frame_heads", "window_heads")
    assert lines[0] == ",".join(["epoch,step,lr,loss", *(f"loss_{name}" for name in losses)])
    assert len(lines) == 1 + 2 * 2


def test_with_films_of_one_form_together_the_curve_has_their_loss(tmp_path):
    files = (tmp_path / f"one{end}" for end in (".safetensors", ".json", ".csv", "-work"))
    weights = replace(WEIGHTS, same_form=0.1)
    pretrain_encoder(*files, MODEL, TRAINING, SIMULATION, weights, code="abc")
    head, *rows = (tmp_path / "one.csv").read_text().splitlines()
    assert head.endswith(",loss_window_heads,loss_same_form")
    column = [float(row.rpartition(",")[2]) for row in rows]
    assert column[0] > 0  # two windows of 30 frames, a pair
    assert supervision_of(tmp_path / "one.safetensors") == SUPERVISION[2]


def test_a_training_is_marked_with_what_was_captured(tmp_path, monkeypatch):
    marks = []

    def stop(*arguments):
        marks.append(arguments[-1])
        raise InterruptedError

    monkeypatch.setattr(pretrain, "train", stop)
    monkeypatch.setattr(pretrain, "capture_runners", lambda folder: [])
    files = [tmp_path / f"one{end}" for end in (".safetensors", ".json", ".csv", "-work")]
    captured = replace(SIMULATION, captured=str(tmp_path))
    for content in ("one", "two", "two"):
        (tmp_path / "a.bvh").write_text(content)
        with pytest.raises(InterruptedError):
            pretrain_encoder(*files, MODEL, TRAINING, captured, WEIGHTS, code="abc")
    assert marks[0] != marks[1] == marks[2]


def plain(settings) -> dict:
    return json.loads(json.dumps(asdict(settings)))


@pytest.fixture(scope="module")
def shipped_recipe():
    return json.loads(SHIPPED.with_suffix(".json").read_text())


def test_the_shipped_recipe_is_that_of_the_config(shipped_recipe):
    encoder = yaml.safe_load((ROOT / "config/config.yaml").read_text())["encoder"]
    stated, view = encoder["pretrain"], {key: encoder[key] for key in ("smooth_s", "one_direction")}
    assert shipped_recipe["model"] == plain(DSTformerConfig(**stated["model"]))
    assert shipped_recipe["training"] == plain(TrainingSettings(**stated["training"]))
    assert shipped_recipe["simulation"] == plain(SimulationSettings(**stated["simulation"], **view))
    # a loss that came later had no weight
    assert LossWeights(**shipped_recipe["losses"]) == LossWeights(**stated["losses"])


def test_shipped_file_recipe_and_curve_belong_together(shipped_recipe):
    assert SHIPPED.stat().st_size <= 10e6
    assert {name: shipped_recipe[name] for name in read_recipe(SHIPPED)} == read_recipe(SHIPPED)
    assert asdict(load_encoder(SHIPPED).config) == shipped_recipe["model"]
    rows = SHIPPED.with_suffix(".csv").read_text().splitlines()
    training = shipped_recipe["training"]
    assert (
        len(rows) - 1
        == training["epochs"] * shipped_recipe["simulation"]["items"] // training["batch_size"]
    )

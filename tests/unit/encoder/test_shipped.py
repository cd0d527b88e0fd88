"""The shipped encoder: small, loadable, and made by the recipe that the config states."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from runform.encoder.checkpoint import load_encoder, read_recipe
from runform.encoder.dstformer import DSTformerConfig
from runform.encoder.objective import LossWeights
from runform.encoder.simulated_data import SimulationSettings
from runform.encoder.training import TrainingSettings

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "resources/encoders/runner-small.safetensors"


def plain(settings) -> dict:
    return json.loads(json.dumps(asdict(settings)))


@pytest.fixture(scope="module")
def recipe():
    return json.loads(SHIPPED.with_suffix(".json").read_text())


def test_the_recipe_is_that_of_the_config(recipe):
    encoder = yaml.safe_load((ROOT / "config/config.yaml").read_text())["encoder"]
    stated, view = encoder["pretrain"], {key: encoder[key] for key in ("smooth_s", "one_direction")}
    assert recipe["model"] == plain(DSTformerConfig(**stated["model"]))
    assert recipe["training"] == plain(TrainingSettings(**stated["training"]))
    assert recipe["simulation"] == plain(SimulationSettings(**stated["simulation"], **view))
    assert recipe["losses"] == plain(LossWeights(**stated["losses"]))


def test_file_recipe_and_curve_belong_together(recipe):
    assert SHIPPED.stat().st_size <= 10e6
    assert {name: recipe[name] for name in read_recipe(SHIPPED)} == read_recipe(SHIPPED)
    assert asdict(load_encoder(SHIPPED).config) == recipe["model"]
    rows = SHIPPED.with_suffix(".csv").read_text().splitlines()
    training = recipe["training"]
    assert (
        len(rows) - 1
        == training["epochs"] * recipe["simulation"]["items"] // training["batch_size"]
    )

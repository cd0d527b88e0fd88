"""Films of simulated runners, and readings of a small encoder fitted on them."""

from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from runform.encoder import form_films
from runform.encoder.checkpoint import load_encoder, save_encoder
from runform.encoder.embed import embed_motions, mean_and_spread
from runform.encoder.form_films import (
    CADENCE,
    READ_METRICS,
    FormFilmSettings,
    film_runners,
    fit_encoder_readings,
)
from runform.encoder.inputs import split_films
from runform.encoder.readings import load_readings, pool
from runform.limits import SPEED

SHIPPED = Path(__file__).parents[3] / "resources/encoders/runner-small"
FEW = FormFilmSettings(fitted=24, chosen_on=8, unseen=12)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    path = tmp_path_factory.mktemp("films") / "films.npz"
    film_runners(FEW, path)
    return path


def test_every_runner_is_filmed_once_and_no_two_blocks_share_one(films):
    with np.load(films) as file:
        runners, block = file["runner"], file["block"]
        assert len(set(runners.tolist())) == len(runners) == 44
        assert [int((block == name).sum()) for name in ("fitted", "chosen_on", "unseen")] == [
            24,
            8,
            12,
        ]
        assert file["metrics"].shape == (44, len(READ_METRICS), 3)
        assert np.isfinite(file["metrics"]).all() and np.isfinite(file["frames"]).all()
        larger, smaller = file["metrics"][..., 1], file["metrics"][..., 2]
        assert (larger >= smaller).all()


def test_films_have_the_encoders_rate(films):
    with np.load(films) as file:
        parts = {film: file["lengths"][file["film"] == film] for film in np.unique(file["film"])}
        for film, lengths in parts.items():
            frames = int(file["duration_s"][film] * file["fps"][film])
            plain = split_films(np.zeros((frames, 17, 3), np.float32), file["fps"][film], 30.0)
            assert lengths.tolist() == [len(part) for part in plain]


def test_the_runners_run(films):
    with np.load(films) as file:
        cadence = file["metrics"][:, READ_METRICS.index(CADENCE), 0]
        speed = file["metrics"][:, READ_METRICS.index(SPEED)]
    assert cadence.min() > 120 and cadence.max() < 230
    assert speed.min() > 1.9 and speed.max() < 5.6 and (speed[:, 0] == speed.T).all()


def test_the_same_bytes_again(tmp_path):
    few = FormFilmSettings(fitted=2, chosen_on=1, unseen=2)
    for name in ("a.npz", "b.npz"):
        film_runners(few, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_readings_of_any_encoder_are_fitted_and_the_same_again(films, tiny, tmp_path):
    save_encoder(tiny, tmp_path / "encoder.safetensors")
    for name in ("a", "b"):
        output = tmp_path / f"{name}.safetensors"
        fit_encoder_readings(tmp_path / "encoder.safetensors", films, output, True, 1)
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    readings = load_readings(tmp_path / "a.safetensors")
    assert readings.names == READ_METRICS
    assert readings.unseen_readings.shape == (12, len(READ_METRICS), 3)
    truth = readings.unseen_metrics[:, READ_METRICS.index("elbow_angle_deg"), 0]
    read = readings.unseen_readings[:, READ_METRICS.index("elbow_angle_deg"), 0]
    assert np.corrcoef(truth, read)[0, 1] > 0  # a random network of eight channels carries it too


def test_readings_are_fitted_in_one_thread(films, tiny, tmp_path, monkeypatch):
    threads, fit = [], form_films.fit_readings

    def watched(*args):
        threads.extend(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")
        return fit(*args)

    monkeypatch.setattr(form_films, "fit_readings", watched)
    save_encoder(tiny, tmp_path / "encoder.safetensors")
    with threadpool_limits(2, "blas"):
        fit_encoder_readings(tmp_path / "encoder.safetensors", films, tmp_path / "a", True, 1)
    assert set(threads) == {1}


def test_the_shipped_readings_are_those_of_the_shipped_encoder_and_these_films(films):
    # Filmed and read again, the first of the unseen runners give the readings in the file: it was
    # fitted to this encoder, and the simulator films as it did then. Else: `make readings`.
    readings = load_readings(f"{SHIPPED}.readings.safetensors")
    with np.load(films) as file:
        parts = np.split(file["frames"], np.cumsum(file["lengths"])[:-1])
        unseen = np.flatnonzero(file["block"] == "unseen")
        metrics, film_of = file["metrics"][unseen], file["film"]
    assert readings.names == READ_METRICS
    np.testing.assert_allclose(readings.unseen_metrics[: len(unseen)], metrics, rtol=1e-5)
    model = load_encoder(f"{SHIPPED}.safetensors")
    frames = embed_motions(model, parts, one_direction=True)
    pooled = [
        mean_and_spread(np.concatenate([frames[part] for part in np.flatnonzero(film_of == film)]))
        for film in unseen
    ]
    mean, spread = map(np.array, zip(*pooled, strict=True))
    read = readings.read(pool(mean, spread, readings.pooling))
    expected = readings.unseen_readings[: len(unseen)]
    assert (np.abs(read - expected) < 1e-3 * expected.std(axis=(0, 2))[:, None]).all()

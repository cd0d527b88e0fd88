"""Readings of form from embeddings that are made by hand: linear in form, in what is not form, and
in the camera.
"""

import numpy as np
import pytest
from safetensors.numpy import save_file

from runform.encoder.readings import (
    MEAN,
    SPREAD,
    Films,
    fit_readings,
    load_readings,
    pool,
    save_readings,
)
from runform.errors import InputError

NAMES = ("shank", "reach", "lean")
NUMBERS = 200
OTHERS = 12  # directions of what is not form


def make_films(count, seed, shift=0.0, in_spread=False, noise=0.1):
    """Embeddings that hold form weakly beside what else differs between runners."""
    maps = np.random.default_rng(0)
    of_form = maps.normal(size=(len(NAMES), NUMBERS))
    of_others, of_camera = maps.normal(size=(OTHERS, NUMBERS)), maps.normal(size=NUMBERS)
    rng = np.random.default_rng(seed)
    form, others = rng.normal(size=(count, len(NAMES))), rng.normal(size=(count, OTHERS))
    azimuth_deg = rng.uniform(0, 360, count)
    embedding = 4 * others @ of_others + rng.normal(size=(count, NUMBERS)) * noise + shift
    embedding += np.abs(np.sin(np.radians(azimuth_deg)))[:, None] * of_camera
    signal, nothing = form @ of_form, 0.01 * rng.normal(size=(count, NUMBERS))
    mean, spread = (embedding, signal + nothing) if in_spread else (embedding + signal, nothing)
    metrics = np.stack([form, form + 0.5, form - 0.5], axis=-1)
    runner = np.array([f"{seed}-{number}" for number in range(count)])
    times = rng.choice([1.5, 3.0], count), rng.choice([25.0, 60.0], count)
    return Films(mean, spread, metrics, runner, azimuth_deg, *times)


@pytest.fixture(scope="module")
def readings():
    return fit_readings(
        NAMES, *(make_films(count, seed) for seed, count in ((1, 150), (2, 60), (3, 120)))
    )


def test_form_is_read_from_runners_that_no_fit_saw(readings):
    fresh = make_films(80, 9)
    assert readings.pooling == MEAN
    read = readings.read(fresh.pooled(MEAN))
    np.testing.assert_allclose(read, fresh.metrics, atol=0.25)
    assert np.sqrt(np.mean((read - fresh.metrics) ** 2)) < 0.1


def test_the_spread_over_frames_is_read_where_form_shows_there_alone():
    blocks = (
        make_films(count, seed, in_spread=True) for seed, count in ((1, 150), (2, 60), (3, 90))
    )
    readings = fit_readings(NAMES, *blocks)
    fresh = make_films(50, 9, in_spread=True)
    assert readings.pooling == SPREAD
    np.testing.assert_allclose(readings.read(fresh.pooled(SPREAD)), fresh.metrics, atol=0.4)


def test_the_stated_uncertainty_is_the_error_on_fresh_runners(readings):
    fresh = make_films(400, 11)
    pooled = fresh.pooled(MEAN)
    stated = readings.standard_uncertainty(pooled, fresh.duration_s, fresh.fps)
    errors = readings.read(pooled) - fresh.metrics
    assert stated.shape == errors.shape
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(np.sqrt(np.mean(stated**2)), rel=0.25)


def test_a_view_that_shows_less_has_a_larger_uncertainty():
    """From ahead and behind the embedding of these films is noisier."""

    def noisy_ahead(count, seed):
        films = make_films(count, seed)
        ahead = np.abs(np.sin(np.radians(films.azimuth_deg))) < 0.5
        noise = np.random.default_rng(seed + 50).normal(size=films.mean.shape)
        films.mean[ahead] += 3 * noise[ahead]
        return films

    readings = fit_readings(NAMES, *(noisy_ahead(n, s) for s, n in ((1, 200), (2, 60), (3, 200))))
    fresh = noisy_ahead(200, 9)
    stated = readings.standard_uncertainty(fresh.mean, fresh.duration_s, fresh.fps)[:, 0, 0]
    side_on = np.abs(np.sin(np.radians(fresh.azimuth_deg)))
    assert stated[side_on < 0.3].mean() > 1.5 * stated[side_on > 0.8].mean()


def test_validity_is_high_within_the_simulation_and_nothing_outside(readings):
    like, unlike = make_films(100, 21), make_films(100, 22, shift=20.0)
    assert 0.3 < readings.validity(like.pooled(MEAN)).mean() < 0.7
    assert readings.validity(unlike.pooled(MEAN)).max() < 0.01


def test_the_form_metric_keeps_form_and_drops_what_is_not_form(readings):
    """Two films of one form with other bodies and cameras lie nearer than two forms."""
    one, other = make_films(100, 31), make_films(100, 32)
    maps = np.random.default_rng(0)
    of_form = maps.normal(size=(len(NAMES), NUMBERS))
    same_form = other.mean + (one.metrics[:, :, 0] - other.metrics[:, :, 0]) @ of_form
    a, b, c = (readings.in_form_metric(X) for X in (one.mean, same_form, other.mean))
    assert a.shape[1] == len(NAMES)
    nearer = np.linalg.norm(a - b, axis=1) < np.linalg.norm(a - c, axis=1)
    plain = np.linalg.norm(one.mean - same_form, axis=1) < np.linalg.norm(
        one.mean - other.mean, axis=1
    )
    assert nearer.mean() > 0.95 and plain.mean() < 0.85


def test_what_is_written_is_read_back(readings, tmp_path):
    save_readings(readings, tmp_path / "a.safetensors")
    again = load_readings(tmp_path / "a.safetensors")
    fresh = make_films(5, 41).pooled(MEAN)
    assert (again.names, again.pooling) == (readings.names, readings.pooling)
    np.testing.assert_allclose(again.read(fresh), readings.read(fresh), atol=1e-3)
    save_readings(again, tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_another_file_is_refused_in_one_line(tmp_path):
    save_file({"a": np.zeros(3, np.float32)}, tmp_path / "other.safetensors")
    (tmp_path / "no.safetensors").write_text("no")
    for name, why in (("other", "format"), ("no", "not readings"), ("gone", "no such file")):
        with pytest.raises(InputError, match=why) as error:
            load_readings(tmp_path / f"{name}.safetensors")
        assert "\n" not in str(error.value)


def test_pooled_embeddings():
    mean, spread = np.ones((2, 3)), np.zeros((2, 3))
    assert pool(mean, spread, MEAN).shape == (2, 3)
    assert pool(mean, spread, SPREAD).tolist() == [[1, 1, 1, 0, 0, 0]] * 2

"""Readings of form fitted on embeddings that are made by hand, for tests that need no encoder."""

import numpy as np

from runform.encoder.readings import Films, Readings, fit_readings, save_readings

NAMES = ("shank_angle_ic_deg", "reach_ic_leg", "trunk_lean_deg")
MIDDLE, SPREAD = np.array([12.0, 0.3, 10.0]), np.array([5.0, 0.08, 4.0])


def embed_form(form, rng, numbers=32):
    """(N, numbers) embeddings that hold form (N, 3), in standard deviations, among other things."""
    maps = np.random.default_rng(0)
    of_form, of_others = maps.normal(size=(3, numbers)), maps.normal(size=(6, numbers))
    others = rng.normal(size=(len(form), 6))
    return form @ of_form + 2 * others @ of_others + 0.05 * rng.normal(size=(len(form), numbers))


def make_films(count, seed, numbers=32):
    """Films of `count` runners whose form is drawn from a normal distribution."""
    rng = np.random.default_rng(seed)
    form = rng.normal(size=(count, 3))
    value = MIDDLE + SPREAD * form
    metrics = np.stack([value, value + 0.1 * SPREAD, value - 0.1 * SPREAD], axis=-1)
    mean = embed_form(form, rng, numbers)
    return Films(
        mean,
        np.zeros_like(mean),
        metrics,
        np.array([f"{seed}-{number}" for number in range(count)]),
        rng.uniform(0, 360, count),
        rng.choice([1.5, 3.0], count),
        rng.choice([25.0, 60.0], count),
    )


def make_readings(numbers=32) -> Readings:
    """Readings of embeddings of that many numbers."""
    blocks = [make_films(count, seed, numbers) for seed, count in ((1, 100), (2, 40), (3, 150))]
    return fit_readings(NAMES, *blocks)


def write_readings(path, numbers=32):
    """The same in a file."""
    save_readings(make_readings(numbers), path)
    return path

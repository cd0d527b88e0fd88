"""Errors of form readings on simulated runners that no fit saw, by view, length and frame rate.

    .venv/bin/python benchmarks/form_readings.py [--encoder FILE] [--readings FILE]

Root mean square error of each metric, from noisy 2D of detectors from good to bad; beside it the
spread of the metric over these runners and the error of the metric measured by geometry from the
side (resources/metrics.yaml). `--readings`: of a finished study; without it they are fitted here.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from runform.encoder.form_films import FormFilmSettings, film_runners, fit_encoder_readings  # noqa: E402
from runform.encoder.readings import Readings, load_readings  # noqa: E402
from runform.metric_definitions import load_metrics  # noqa: E402

# Metrics whose reading from the side should err at most so many times as much as the measurement.
ALLOWED, JUDGED = 1.5, (
    "shank_angle_ic_deg", "reach_ic_leg", "trunk_lean_deg", "vertical_oscillation_leg",
    "knee_flexion_stance_deg", "cadence_steps_min",
)  # fmt: skip


def fitted(encoder: Path) -> Readings:
    """The readings of an encoder as `make run` fits them."""
    with tempfile.TemporaryDirectory() as folder:
        films, output = Path(folder) / "films.npz", Path(folder) / "readings.safetensors"
        film_runners(FormFilmSettings(), films)
        fit_encoder_readings(encoder, films, output, True, 1)
        return load_readings(output)


def groups_of(readings: Readings) -> dict[str, np.ndarray]:
    """Name -> (N,) bool: which of the unseen films belong to it."""
    aside = np.abs(np.sin(np.radians(readings.azimuth_deg)))
    side, ahead = aside >= np.sin(np.radians(60)), aside <= np.sin(np.radians(30))
    return {
        "all": np.ones(len(aside), bool),
        "side": side,
        "oblique": ~side & ~ahead,
        "front, rear": ahead,
        "up to 2 s": readings.duration_s <= 2.05,
        "3 s and more": readings.duration_s >= 2.95,
        "24 to 30 fps": readings.fps < 31,
        "50 fps and more": readings.fps > 49,
    }


def root_mean_square(errors: np.ndarray) -> float:
    """Of (n,) numbers."""
    return float(np.sqrt(np.mean(errors**2)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    default = ROOT / "resources/encoders/runner-small.safetensors"
    parser.add_argument("--encoder", type=Path, default=default)
    parser.add_argument("--readings", type=Path)
    arguments = parser.parse_args()
    given = arguments.readings
    readings = load_readings(given) if given else fitted(arguments.encoder)
    groups, definitions = groups_of(readings), load_metrics()
    counted = [f"{name} ({int(chosen.sum())})" for name, chosen in groups.items()]
    heads = ["metric", "SD", "measured, side", *counted, f"side, at most {ALLOWED} times measured"]
    print(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
    for column, name in enumerate(readings.names):
        errors = readings.errors[:, column, 0]
        definition = definitions.get(name)
        measured = definition.error_side.value if definition and definition.error_side else None
        cells = [f"{root_mean_square(errors[chosen]):.3g}" for chosen in groups.values()]
        ratio = root_mean_square(errors[groups["side"]]) / measured if measured else np.nan
        verdict = ""
        if name in JUDGED:
            verdict = f"{ratio:.1f}, {'met' if ratio <= ALLOWED else 'missed'}"
        spread = f"{readings.unseen_metrics[:, column, 0].std():.3g}"
        known = "–" if measured is None else f"{measured:.3g}"
        print(f"| {name} | {spread} | {known} | {' | '.join(cells)} | {verdict} |")
    print(
        f"\nPooling: {readings.pooling}. Directions of the form metric: {readings.form.shape[1]}."
    )


if __name__ == "__main__":
    main()

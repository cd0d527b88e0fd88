"""Pelvic drop, asymmetry and arm crossing: what exact 2D allows, and what the pose network makes of
it, in films of 2 s and of 6 s.

    .venv/bin/python benchmarks/hardly_seen.py [--runners 40] [--folder FOLDER]

Simulated runners of evenly spread severities, each filmed for 6 s at 30 frames a second from where
the deficiency shows; the films of 2 s are their beginnings. The true value is the mean over the
6 s. Measured by the gait stage from the joints as drawn (exact 2D) and from the keypoints of
BlazePose heavy, and read by the shipped encoder. A runner is `yes` from the limit `flag` on and
`no` on the safe side of `watch`; the answer is the side of the middle between the limits, and a
film without a value counts half.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks")]

from filmed import BLAZEPOSE, as_rendered  # noqa: E402

from runform.encoder.checkpoint import load_encoder  # noqa: E402
from runform.encoder.embed import embed_motions, mean_and_spread  # noqa: E402
from runform.encoder.form_films import FormFilmSettings  # noqa: E402
from runform.encoder.inputs import encoder_films  # noqa: E402
from runform.encoder.readings import load_readings, pool  # noqa: E402
from runform.errors import Unavailable  # noqa: E402
from runform.gait.measure import GaitSettings, gait_of  # noqa: E402
from runform.limits import rule_position  # noqa: E402
from runform.pose.estimate import PoseSettings, estimate_pose  # noqa: E402
from runform.sequence import PoseSequence, load_sequence  # noqa: E402
from runform.simulate.parameters import DEFICIENCIES, SimulationParameters, format_simulated  # noqa: E402
from runform.simulate.recording import Truth, load_truth, simulate_video  # noqa: E402

VIEW = {"pelvic_drop": "rear", "asymmetry": "left", "arm_crossing": "front"}
FIRST_SEED, FPS, SECONDS = 7500, 30.0, (2.0, 6.0)
EXACT, NETWORK, READ = "exact 2D", "BlazePose heavy", "read by the encoder"
ENCODER = ROOT / "resources/encoders/runner-small"


def film(seed: int, view: str, folder: Path) -> tuple[PoseSequence, Truth]:
    """One runner as the pose network sees them; kept in `folder` for the next time."""
    rng = np.random.default_rng([seed, 23])
    parameters = SimulationParameters(
        seed=seed, duration_s=max(SECONDS), fps=FPS, view=view, noise=0.15, quality=0.75,
        speed_m_s=round(float(np.clip(rng.normal(3.0, 0.3), 2.2, 6.0)), 2),
        severities={name: round(float(rng.uniform(-0.5, 1.5)), 2) for name in DEFICIENCIES},
    )  # fmt: skip
    stem = folder / f"{view}-{seed}"
    video, truth, receipt, pose = (
        stem.with_suffix(end) for end in (".mp4", ".truth.npz", ".json", ".npz")
    )
    if not receipt.exists():
        simulate_video(format_simulated(parameters), video, truth, receipt)
    if not pose.exists():
        estimate_pose(video, receipt, pose, PoseSettings(), BLAZEPOSE)
    return load_sequence(pose), load_truth(truth)


def measured(sequence: PoseSequence, view: str, metric: str) -> float:
    """What the gait stage measures; NaN where it cannot."""
    try:
        value = gait_of(sequence, GaitSettings(), {}, view)["metrics"][metric]["value"]
    except Unavailable:
        value = None
    return float("nan") if value is None else float(value)


def reader(metric: str):
    """A function from a sequence to what the shipped encoder reads of the metric."""
    model, settings = load_encoder(ENCODER.with_suffix(".safetensors")), FormFilmSettings()
    readings = load_readings(ENCODER.with_suffix(".readings.safetensors"))

    def read(sequence: PoseSequence) -> float:
        films = encoder_films(
            sequence, settings.rate_fps, settings.smooth_s, settings.one_direction
        )
        frames = np.concatenate(embed_motions(model, films, settings.one_direction))
        mean, spread = mean_and_spread(frames)
        values = readings.read(pool(mean[None], spread[None], readings.pooling))
        return float(values[0, readings.names.index(metric), 0])

    return read


def values_of(
    sequence: PoseSequence, truth: Truth, view: str, metric: str, read
) -> dict[tuple[str, float], float]:
    """(source, seconds) -> value of the metric in one film."""
    values = {}
    for seconds in SECONDS:
        frames = round(seconds * FPS)
        seen = sequence.part(0, frames)
        exact = as_rendered(truth, sequence).part(0, frames)
        values[EXACT, seconds] = measured(exact, view, metric)
        values[NETWORK, seconds] = measured(seen, view, metric)
        values[READ, seconds] = read(seen)
    return values


def table_row(values: np.ndarray, true: np.ndarray, rule: dict) -> list[str]:
    """Share with a value, error, bias and correlation with the truth, and balanced accuracy."""
    metric = rule["metric"]
    seen = np.isfinite(values)
    cells = [f"{100 * seen.mean():.0f}"]
    if seen.sum() > 2:
        error = (values - true)[seen]
        correlation = np.corrcoef(values[seen], true[seen])[0, 1]
        rms = np.sqrt(np.mean(error**2))
        cells += [f"{rms:.3g}", f"{error.mean():+.2g}", f"{correlation:.2f}"]
    else:
        cells += ["–"] * 3
    position = np.array([rule_position({metric: one}, rule) for one in values])
    exact = np.array([rule_position({metric: one}, rule) for one in true])
    right = []
    for of_class, sign in ((exact >= 1, 1), (exact <= -1, -1)):
        answers = np.where(seen, sign * position > 0, 0.5)[of_class]
        right.append(answers.mean() if len(answers) else np.nan)
    balanced = np.mean(right)
    return [*cells, f"{balanced:.2f}".removeprefix("0") if np.isfinite(balanced) else "–"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runners", type=int, default=40)
    parser.add_argument("--folder", type=Path, help="where films are kept; else a temporary one")
    chosen = parser.parse_args()
    rules = yaml.safe_load((ROOT / "config/config.yaml").read_text())["deficiencies"]
    heads = "deficiency", "by", "film, s", "measured, %", "error", "bias", "r", "balanced accuracy"
    print(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for name, view in VIEW.items():
            metric, rows, true = rules[name]["metric"], [], []
            read = reader(metric)
            for number in range(chosen.runners):
                sequence, truth = film(FIRST_SEED + number, view, folder)
                rows.append(values_of(sequence, truth, view, metric, read))
                true.append(float(np.mean(truth.metrics[metric]["values"])))
            spread, counted = np.std(true), np.array(true)
            for source in (EXACT, NETWORK, READ):
                for seconds in SECONDS:
                    of_source = np.array([row[source, seconds] for row in rows])
                    cells = table_row(of_source, counted, rules[name])
                    title = f"{name.replace('_', ' ')} ({view}, SD {spread:.3g})"
                    print(f"| {title} | {source} | {seconds:g} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()

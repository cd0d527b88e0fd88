"""How good the encoder is: lifting of motion capture it never saw, and what a linear probe reads
off its embedding.

    .venv/bin/python benchmarks/encoder_quality.py [--encoder
    resources/encoders/runner-small.safetensors] [--mocap FOLDER]

Lifting: every take filmed by virtual cameras from the side and obliquely, with the fitted detector
noise and without; scale-normalised MPJPE in millimetres, per joint. Runners are turned to one
direction, or seen both ways round, as the encoder was trained. The same over lengths of windows and
frame rates, on simulated runners that no pretraining saw; there also how far the embedding of a
runner moves with them.
Probe: ridge regression from the embedding (mean over frames) of simulated runners that no
pretraining saw, from noisy 2D at 30 fps, to each severity and, below it, to the metric that the
severity moves. Beside it what the same regression makes of the simulator's exact metrics, and of
those with speed and height, their squares and products: bounds, since runners differ in what they
are before any severity moves it.
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from runform.encoder.checkpoint import load_encoder, read_recipe  # noqa: E402
from runform.encoder.embed import embed_motions  # noqa: E402
from runform.encoder.inputs import split_films  # noqa: E402
from runform.encoder.runners_3d import (  # noqa: E402
    METRICS,
    PER_WINDOW,
    STEPS,
    Runner,
    capture_runners,
    simulate_runners,
)
from runform.encoder.simulated_data import Shot, SimulationSettings, film  # noqa: E402
from runform.skeleton import get_skeleton, mirrored  # noqa: E402

AZIMUTHS_DEG = (90.0, 270.0, 45.0, 315.0)  # left, right, and two oblique ones from ahead
PROBE_BLOCK = 7  # seed of runners; pretraining uses 0 and 1
PROBE_TRAIN, PROBE_TEST, PROBE_FRAMES = 1500, 500, 60
VIEWS_DEG = {
    "all round": (0.0, 360.0),
    "from the side": (60.0, 120.0, 240.0, 300.0),
}  # pairs: from, to
# The metric that a severity moves most.
MOVED = {
    "overstriding": "shank_angle_ic_deg",
    "bouncing": "vertical_oscillation_leg",
    "trunk_lean": "trunk_lean_deg",
    "stiff_knee": "knee_flexion_stance_deg",
    "low_cadence": "steps_per_frame",
    "pelvic_drop": "pelvic_drop_deg",
    "crossover": "step_width_leg",
    "arm_crossing": "arm_crossing_leg",
    "asymmetry": "step_time_asymmetry",
}
LENGTHS, RATES, WINDOW_RUNNERS = (30, 60, 120, 243), (24.0, 30.0, 60.0), 60
RATE_FPS = 30.0  # encoder.rate_fps of the config
THIGH = (1, 2)  # rows of a limb of fixed length, by which a target's scale is known


def predict(model, motion: np.ndarray, one_direction: bool) -> np.ndarray:
    """(F, 17, 3) root-relative joints; unless runners are turned to one direction, the mean of both
    ways round.
    """
    copies = (motion,) if one_direction else (motion, mirrored(motion))
    with torch.inference_mode():
        found = [model(torch.from_numpy(copy[None].copy()))[0].numpy() for copy in copies]
    joints = found[0] if one_direction else (found[0] + mirrored(found[1])) / 2
    return joints - joints[:, :1]


def lifting_errors_mm(
    model, runner: Runner, azimuth_deg: float, settings: SimulationSettings, seed: int
) -> np.ndarray:
    """(F, 17) distance of each joint after the best scale of each frame, mm."""
    rng = np.random.default_rng(seed)
    frames = min(len(runner.joints), model.config.maxlen)
    shot = film(runner, runner.joints[:frames], runner.rate_hz, azimuth_deg, settings, rng)
    length_m = np.linalg.norm(
        runner.joints[:frames, THIGH[0]] - runner.joints[:frames, THIGH[1]], axis=-1
    )
    unit_mm = (
        1000
        * length_m
        / np.linalg.norm(shot.joints[:, THIGH[0]] - shot.joints[:, THIGH[1]], axis=-1)
    )
    return distances(model, shot, settings.one_direction) * unit_mm[:, None]


def distances(model, shot: Shot, one_direction: bool) -> np.ndarray:
    """(F, 17) distance of each joint of a shot after the best scale of each frame, in the box's
    unit.
    """
    guess, truth = predict(model, shot.motion, one_direction), shot.joints
    scale = (guess * truth).sum(axis=(1, 2)) / np.maximum((guess**2).sum(axis=(1, 2)), 1e-9)
    return np.linalg.norm(guess * scale[:, None, None] - truth, axis=-1)


def print_lifting(model, settings: SimulationSettings, folder: Path) -> None:
    runners = [runner for runner in capture_runners(folder) if runner.parameters.gait == "run"]
    columns = {}
    for noisy in (True, False):
        views = [(runner, azimuth) for runner in runners for azimuth in AZIMUTHS_DEG]
        seen = replace(settings, noisy_share=float(noisy))
        errors = [
            lifting_errors_mm(model, runner, azimuth, seen, seed)
            for seed, (runner, azimuth) in enumerate(views)
        ]
        columns["noisy 2D" if noisy else "clean 2D"] = np.concatenate(errors).mean(axis=0)
    print(
        f"Lifting of {len(runners)} running takes of motion capture, {len(AZIMUTHS_DEG)} cameras"
        " each: scale-normalised MPJPE, mm\n"
    )
    print(f"| joint | {' | '.join(columns)} |\n|{' --- |' * (len(columns) + 1)}")
    for row, joint in enumerate(get_skeleton("h36m17").joints):
        print(row_of(joint, [f"{values[row]:.1f}" for values in columns.values()]))
    print(row_of("all 17", [f"{values.mean():.1f}" for values in columns.values()]))


def row_of(name: str, cells: list[str]) -> str:
    """One row of a Markdown table."""
    return f"| {name} | {' | '.join(cells)} |"


def print_windows(model, settings: SimulationSettings) -> None:
    """Per length and frame rate: the error as a share of the figure's height, and how far the
    embedding strays.

    The latter is the distance from the runner's embedding at 60 frames and 30 fps over that between
    two runners, medians: 1 would mean that the recording decides as much as the runner.
    """
    runners = simulate_runners(WINDOW_RUNNERS, LENGTHS[-1] / RATES[0] + 0.1, 60.0, (0, PROBE_BLOCK))
    noisy = replace(settings, noisy_share=1.0)
    errors, embedded = {}, {}
    for frames in LENGTHS:
        for fps in RATES:
            shots = [
                film(
                    runner,
                    runner.at(np.arange(frames) / fps)[0],
                    fps,
                    AZIMUTHS_DEG[seed % 4],
                    noisy,
                    np.random.default_rng(seed),
                )
                for seed, runner in enumerate(runners)
            ]
            heights = [np.ptp(shot.joints[..., 1], axis=1).mean() for shot in shots]
            shares = [
                distances(model, shot, settings.one_direction).mean() / height
                for shot, height in zip(shots, heights, strict=True)
            ]
            errors[frames, fps] = 100 * float(np.mean(shares))
            for rate_fps in (fps, RATE_FPS):
                embedded[frames, fps, rate_fps] = np.stack(
                    [embed(model, shot, fps, rate_fps, settings) for shot in shots]
                )
    usual = embedded[60, 30.0, RATE_FPS]
    between = np.median(
        np.linalg.norm(usual - np.roll(usual, 4, axis=0), axis=-1)
    )  # 4: the next one seen from the same side
    print(
        f"\nWindows of {WINDOW_RUNNERS} simulated runners, noisy 2D. Error: % of the figure's"
        " height. Stray: distance from the embedding at 60 frames and 30 fps, over that between"
        f" two runners; the last three in films of {RATE_FPS:.0f} fps, as the study embeds them.\n"
    )
    heads = [f"{what} at {fps:.0f} fps" for what in ("error", "stray", "film") for fps in RATES]
    print(f"{row_of('frames', heads)}\n|{' --- |' * (len(heads) + 1)}")
    for frames in LENGTHS:
        ways = [(frames, fps, fps) for fps in RATES] + [(frames, fps, RATE_FPS) for fps in RATES]
        strays = [
            np.median(np.linalg.norm(embedded[way] - usual, axis=-1)) / between for way in ways
        ]
        values = [errors[frames, fps] for fps in RATES] + strays
        print(row_of(str(frames), [f"{value:.2f}" for value in values]))


def embed(model, shot, fps: float, rate_fps: float, settings: SimulationSettings) -> np.ndarray:
    """(17*R,) mean embedding of one shot filmed at `fps`, in films of `rate_fps`."""
    films = split_films(shot.motion, fps, rate_fps)
    return np.concatenate(embed_motions(model, films, settings.one_direction)).mean(axis=0)


def print_probe(model, settings: SimulationSettings) -> None:
    runners = simulate_runners(
        PROBE_TRAIN + PROBE_TEST, PROBE_FRAMES / 30 + 0.1, 60.0, (0, PROBE_BLOCK)
    )
    values = np.stack([runner.targets(30.0) for runner in runners])
    inputs = {
        name: embed_runners(model, settings, runners, azimuths)
        for name, azimuths in VIEWS_DEG.items()
    }
    inputs["exact metrics"] = values[:, : STEPS + 1]
    known = np.array([[runner.parameters.speed_m_s, runner.height_m] for runner in runners])
    both = StandardScaler().fit_transform(np.hstack([values[:, : STEPS + 1], known]))
    inputs["and all known"] = PolynomialFeatures(2).fit_transform(both)
    explained = {name: read_off(columns, values) for name, columns in inputs.items()}
    print(
        f"\nLinear probe of the mean embedding: R2, {PROBE_TRAIN} runners to fit and {PROBE_TEST}"
        f" to test, {PROBE_FRAMES} frames; below each severity the metric that it moves.\n"
    )
    print(f"{row_of('target', list(explained))}\n|{' --- |' * (len(explained) + 1)}")
    alone = sorted(set(METRICS) - set(MOVED.values()))
    for target in [name for pair in MOVED.items() for name in pair] + alone:
        ways = explained if target in MOVED else VIEWS_DEG
        cells = [f"{explained[name][target]:.2f}" if name in ways else "" for name in explained]
        print(row_of(target, cells))


def embed_runners(
    model, settings: SimulationSettings, runners: list[Runner], azimuths_deg: tuple[float, ...]
) -> np.ndarray:
    """(N, 17*R) mean embedding of a noisy window of each runner, seen from an azimuth between two
    of `azimuths_deg`.
    """
    rng = np.random.default_rng(PROBE_BLOCK)
    noisy, times_s = replace(settings, noisy_share=1.0), np.arange(PROBE_FRAMES) / 30
    motions = []
    for runner in runners:
        low, high = azimuths_deg[int(rng.integers(len(azimuths_deg) // 2)) * 2 :][:2]
        motions.append(
            film(runner, runner.at(times_s)[0], 30.0, float(rng.uniform(low, high)), noisy, rng)[0]
        )
    return np.stack(
        [frames.mean(axis=0) for frames in embed_motions(model, motions, settings.one_direction)]
    )


def read_off(inputs: np.ndarray, values: np.ndarray) -> dict[str, float]:
    """R2, on runners not fitted, of a ridge regression from `inputs` (N, …) to each of the
    per-window targets (N, M).
    """
    probe = make_pipeline(
        StandardScaler(), RidgeCV(alphas=np.logspace(-1, 5, 13), alpha_per_target=True)
    )
    guess = probe.fit(inputs[:PROBE_TRAIN], values[:PROBE_TRAIN]).predict(inputs[PROBE_TRAIN:])
    return dict(
        zip(
            PER_WINDOW, r2_score(values[PROBE_TRAIN:], guess, multioutput="raw_values"), strict=True
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--encoder", default=ROOT / "resources" / "encoders" / "runner-small.safetensors"
    )
    shared = Path(os.environ.get("RUNFORM_SHARED", ROOT / ".." / "shared"))
    parser.add_argument("--mocap", type=Path, default=shared / "data" / "mocap" / "bandai-namco")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # a network of this size gains little from more
    model = load_encoder(arguments.encoder)
    settings = SimulationSettings(
        one_direction=read_recipe(arguments.encoder)["simulation"].get("one_direction", False)
    )
    if arguments.mocap.is_dir():
        print_lifting(model, settings, arguments.mocap)
    else:
        print(f"no motion capture in {arguments.mocap}: lifting is not measured")
    print_windows(model, settings)
    print_probe(model, settings)


if __name__ == "__main__":
    main()

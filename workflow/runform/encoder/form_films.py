"""Simulated runners filmed for readings of form, and what an encoder makes of their films.

Runners of all speeds and bodies, with habits and joint placement beyond those rendered, from any
side, at common frame rates, by detectors from good to bad. Their keypoints are repaired as those of
a clip are. The films are made once; every encoder sees the same.

Legend: N films, T frames of a film in all its interleaved parts, J joints of H36M-17.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from scipy.signal import butter, filtfilt
from threadpoolctl import threadpool_limits

from runform.encoder.checkpoint import load_encoder
from runform.encoder.dstformer import DSTformer
from runform.encoder.embed import embed_motions
from runform.encoder.inputs import normalised, split_films
from runform.encoder.readings import PARTS, Films, fit_readings, save_readings
from runform.encoder.runners_3d import METRICS, simulated
from runform.encoder.simulated_data import Detected, detected, faces_left
from runform.files import written_aside
from runform.limits import SPEED
from runform.pose.quality import leg_length_px
from runform.pose.repair import RepairSettings, repair
from runform.simulate.detector_noise import DetectorNoise
from runform.simulate.population import random_parameters
from runform.simulate.true_metrics import TrueMetric
from runform.skeleton import Skeleton, interpolate_gaps, mirrored, to_h36m17

CADENCE = "cadence_steps_min"
# Speed is no form, but limits change with it.
READ_METRICS = (*METRICS, CADENCE, SPEED)
FITTED, CHOSEN_ON, UNSEEN = "fitted", "chosen_on", "unseen"
# Seeds of runners, those of no pretraining.
BLOCKS = {FITTED: 21, CHOSEN_ON: 22, UNSEEN: 23}
DURATIONS_S = (1.5, 2.0, 2.5, 3.0, 4.0)
FRAME_RATES = (24.0, 25.0, 30.0, 50.0, 60.0)
# Size of a detector's errors against the fitted ones: from the best to the worst in use.
NOISE = (0.5, 1.6)
SHORTEST_FILTERED = 12  # frames
# As for clips, but for what takes most of the time: all joints are smoothed at once, by the filter
# that the repair's splines amount to.
REPAIR = replace(RepairSettings(), cutoff_hz=0.0)
PARTS_AT_ONCE = 64
RATE_HZ = 60.0  # samples of a runner; frames lie between them


@dataclass(frozen=True)
class FormFilmSettings:
    """How many runners there are, each filmed once, and how their films become inputs.

    fitted, chosen_on, unseen: runners that readings are fitted on, that pooling and strength are
    chosen on, and that errors are measured on.  domain_randomisation: of the first two; of the
    last every other runner is as rendered.  rate_fps, smooth_s, one_direction: as for clips.
    """

    fitted: int = 300
    chosen_on: int = 60
    unseen: int = 200
    domain_randomisation: float = 1.0
    rate_fps: float = 30.0
    smooth_s: float = 0.25
    one_direction: bool = True
    seed: int = 0


def film_runners(settings: FormFilmSettings, output: str | Path) -> None:
    """Simulate and film the runners, and write their films to `output` (.npz).

    Arrays: frames (sum of lengths, J, 3) float32, lengths of the parts, film (parts,) their film;
    and of each film block, runner, metrics (M, 3), azimuth_deg, duration_s and fps.
    """
    counts = {FITTED: settings.fitted, CHOSEN_ON: settings.chosen_on, UNSEEN: settings.unseen}
    parts, part_film, rows = [], [], []
    for block, count in counts.items():
        for number in range(count):
            as_rendered = block == UNSEEN and number % 2 == 1
            amount = 0.0 if as_rendered else settings.domain_randomisation
            rng = np.random.default_rng((settings.seed, BLOCKS[block], number))
            films, row = _film_one(rng, amount, settings)
            part_film += [len(rows)] * len(films)
            parts += films
            rows.append((block, f"{block}-{number}", *row))
    block, runner, metrics, azimuth_deg, duration_s, fps = zip(*rows, strict=True)
    with written_aside(output) as aside:
        np.savez_compressed(
            aside,
            frames=np.concatenate(parts),
            lengths=np.array([len(part) for part in parts]),
            film=np.array(part_film),
            block=np.array(block),
            runner=np.array(runner),
            metrics=np.array(metrics),
            azimuth_deg=np.array(azimuth_deg),
            duration_s=np.array(duration_s),
            fps=np.array(fps),
        )


def _film_one(rng: np.random.Generator, amount: float, settings: FormFilmSettings):
    """The parts of one film (t, J, 3), and metrics, azimuth, duration and frame rate."""
    duration_s, fps = float(rng.choice(DURATIONS_S)), float(rng.choice(FRAME_RATES))
    parameters = random_parameters(rng, duration_s, walking_share=0.0)
    samples_s = np.arange(round(duration_s * RATE_HZ) + 2) / RATE_HZ
    runner = simulated(parameters, samples_s, RATE_HZ, amount)
    noise = draw_noise(rng)
    azimuth_deg = float(rng.uniform(0.0, 360.0))
    joints_m, _ = runner.at(np.arange(int(duration_s * fps)) / fps)
    shot = detected(runner, joints_m, fps, azimuth_deg, 1.0, noise, rng)
    films = encoder_films_of(*as_repaired(shot, fps), fps, settings)
    metrics = [_parts(runner.metrics[name]) for name in READ_METRICS if name != SPEED]
    metrics = np.array([*metrics, (parameters.speed_m_s,) * len(PARTS)])
    return films, (metrics, azimuth_deg, duration_s, fps)


def draw_noise(rng: np.random.Generator) -> DetectorNoise:
    """The noise of a random detector, from the best to the worst in use."""
    size, usual = float(np.exp(rng.uniform(*np.log(NOISE)))), DetectorNoise()
    return DetectorNoise(
        slow=size * usual.slow, fast=size * usual.fast, swaps_hz=size * usual.swaps_hz,
        lost_joints_hz=size * usual.lost_joints_hz, lost_frames_hz=size * usual.lost_frames_hz,
    )  # fmt: skip


def as_repaired(shot: Detected, fps: float) -> tuple[np.ndarray, np.ndarray, Skeleton]:
    """px (T, K, 2) and scores (T, K) of a shot as the pose stage would repair them, and their
    skeleton.
    """
    leg_px = leg_length_px(shot.xy_px, shot.skeleton)
    xy_px, score, _ = repair(shot.xy_px, shot.score, shot.skeleton, leg_px, fps, REPAIR)
    return _low_passed(xy_px, fps), score, shot.skeleton


def encoder_films_of(
    xy_px: np.ndarray, score: np.ndarray, skeleton: Skeleton, fps: float, settings: FormFilmSettings
) -> list[np.ndarray]:
    """The films (t, J, 3) of keypoints (T, K, 2), made as `inputs.encoder_films` does of a clip."""
    motion, _ = normalised(to_h36m17(xy_px, score, skeleton), fps, settings.smooth_s)
    if settings.one_direction and faces_left(xy_px, skeleton):
        motion = mirrored(motion)
    return [motion] if settings.rate_fps == 0 else split_films(motion, fps, settings.rate_fps)


def _low_passed(xy_px: np.ndarray, fps: float) -> np.ndarray:
    """(T, K, 2) through a second-order low-pass filter both ways; what is missing stays missing."""
    cutoff_hz = RepairSettings().cutoff_hz
    if cutoff_hz >= fps / 2 or len(xy_px) <= SHORTEST_FILTERED:
        return xy_px
    # run both ways, a filter loses its 3 dB twice
    b, a = butter(2, cutoff_hz / (np.sqrt(2) - 1) ** 0.25 / (fps / 2))
    smooth = filtfilt(b, a, interpolate_gaps(xy_px), axis=0)
    return np.where(np.isfinite(xy_px), smooth, np.nan)


def _parts(metric: TrueMetric) -> tuple[float, float, float]:
    """Value over all steps, and the larger and smaller of the sides' means."""
    sides = [side for side in (metric.left, metric.right) if np.isfinite(side)]
    return metric.mean, max(sides, default=metric.mean), min(sides, default=metric.mean)


def fit_encoder_readings(
    encoder: str | Path,
    films: str | Path,
    output: str | Path,
    one_direction: bool,
    torch_threads: int,
) -> None:
    """Embed the films of `film_runners` with an encoder, fit its readings, and write them."""
    torch.set_num_threads(torch_threads)
    torch.use_deterministic_algorithms(True)
    model = load_encoder(encoder)
    with np.load(films, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    parts = np.split(arrays["frames"], np.cumsum(arrays["lengths"])[:-1])
    mean, spread = _pooled(model, parts, arrays["film"], one_direction)
    keys = ("metrics", "runner", "azimuth_deg", "duration_s", "fps")
    every = Films(mean, spread, *(arrays[key] for key in keys))
    blocks = [every.take(np.flatnonzero(arrays["block"] == block)) for block in BLOCKS]
    # numpy takes as many threads as the job has, and the last digits of eigenvectors follow them
    with threadpool_limits(1, "blas"):
        readings = fit_readings(READ_METRICS, *blocks)
    save_readings(readings, output)


def _pooled(
    model: DSTformer, parts: list[np.ndarray], film: np.ndarray, one_direction: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (N, F) of the embedding over the frames of each film's parts.

    Parts of like length together, and sums alone kept: the frames of all films would take
    gigabytes.
    """
    width = 17 * model.config.dim_rep
    total, squares = np.zeros((2, film.max() + 1, width))
    count = np.zeros(film.max() + 1)
    order = np.argsort([len(part) for part in parts], kind="stable")
    for first in range(0, len(order), PARTS_AT_ONCE):
        chosen = order[first : first + PARTS_AT_ONCE]
        for row, frames in zip(
            film[chosen],
            embed_motions(model, [parts[part] for part in chosen], one_direction),
            strict=True,
        ):
            total[row] += frames.sum(axis=0, dtype=np.float64)
            squares[row] += (frames.astype(np.float64) ** 2).sum(axis=0)
            count[row] += len(frames)
    mean = total / count[:, None]
    return mean, np.sqrt(np.maximum(squares / count[:, None] - mean**2, 0.0))

"""Captured running: styles recognised from a few takes, and form read beside the capture's own 3D.

    .venv/bin/python benchmarks/captured_styles.py [--mocap FOLDER]

Every take of a folder of BVH files named <set>_<gait>_<style>_<number> is filmed from the side by
virtual cameras, with a random detector's noise, repaired and embedded. Styles: of 1, 3, 5 and 9
takes each, where there are more than that, a shrinkage LDA learns all styles and recognises the
other takes; all films of a take are on one side. Accuracy is the mean over styles, of 20 draws; the
interval of a difference is from a bootstrap over takes. Form: what the encoder reads of takes that
run, against the same metrics of the captured joints.
"""

import argparse
import os
import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from runform.angles import bend_deg, tilt_deg  # noqa: E402
from runform.encoder.checkpoint import load_encoder, save_encoder  # noqa: E402
from runform.encoder.dstformer import DSTformer  # noqa: E402
from runform.encoder.embed import embed_motions, mean_and_spread  # noqa: E402
from runform.encoder.form_films import (  # noqa: E402
    FormFilmSettings,
    as_repaired,
    draw_noise,
    encoder_films_of,
    film_runners,
    fit_encoder_readings,
)
from runform.encoder.readings import load_readings, pool  # noqa: E402
from runform.encoder.runners_3d import Runner, capture_runners  # noqa: E402
from runform.encoder.simulated_data import detected, faces_left  # noqa: E402
from runform.fewshot.features import mean_and_spread as pose_mean_and_spread  # noqa: E402
from runform.fewshot.models import Block, ScaledBlocks  # noqa: E402
from runform.sequence import PoseSequence  # noqa: E402
from runform.skeleton import get_skeleton  # noqa: E402

NAME = re.compile(r".*_(run|dash)_(?P<style>.+)_\d+$")
FILMS = 4  # of each take
SIZES, DRAWS, BOOTSTRAP = (1, 3, 5, 9), 20, 2000
ASIDE_DEG = 15.0  # cameras stand within this of a side view
JOINT = {name: row for row, name in enumerate(get_skeleton("h36m17").joints)}
LEAST_SPEED_M_S = 2.2
POSE, BOTH = "pose, one scale", "pose, one scale, and readings"


def film_take(runner: Runner, rng: np.random.Generator, settings: FormFilmSettings):
    """The encoder's films of one take from one side, and the features of its pose."""
    side = 90.0 if rng.random() < 0.5 else 270.0
    azimuth_deg = side + rng.uniform(-ASIDE_DEG, ASIDE_DEG)
    fps = runner.rate_hz
    shot = detected(
        runner, runner.joints.astype(float), fps, azimuth_deg, 1.0, draw_noise(rng), rng
    )
    xy, score, skeleton = as_repaired(shot, fps)
    xy = xy.astype(np.float32)
    sequence = PoseSequence(
        xy, score, np.zeros((len(xy), 4)), xy, score, skeleton.name, fps, fps, (640, 480)
    )
    facing = -1 if faces_left(xy, skeleton) else 1
    films = encoder_films_of(xy, score, skeleton, fps, settings)
    return films, pose_mean_and_spread(sequence, facing)


def captured_form(runner: Runner) -> dict[str, float]:
    """Metrics of the captured joints that need no contact."""
    joints = {name: runner.joints[:, row].astype(float) for name, row in JOINT.items()}
    knees = [
        bend_deg(joints[f"{side}_hip"], joints[f"{side}_knee"], joints[f"{side}_ankle"])
        for side in ("left", "right")
    ]
    elbows = [
        bend_deg(joints[f"{side}_shoulder"], joints[f"{side}_elbow"], joints[f"{side}_wrist"])
        for side in ("left", "right")
    ]
    leg_m = np.median(
        np.linalg.norm(joints["left_hip"] - joints["left_knee"], axis=1)
        + np.linalg.norm(joints["left_knee"] - joints["left_ankle"], axis=1)
    )
    height = joints["root"][:, 2]
    window = max(2, round(0.37 * runner.rate_hz))  # about one step
    travel = [np.ptp(height[first : first + window]) for first in range(len(height) - window)]
    return {
        "trunk_lean_deg": float(
            np.mean(tilt_deg(joints["root"][:, [0, 2]], joints["neck"][:, [0, 2]], 1))
        ),
        "knee_flexion_swing_deg": float(np.mean([knee.max() for knee in knees])),
        "elbow_angle_deg": float(np.mean(elbows)),
        "vertical_oscillation_leg": float(np.median(travel) / leg_m) if travel else np.nan,
    }


def features_of(runners, encoders, readings, settings) -> dict[str, np.ndarray]:
    """Feature set -> (takes x FILMS, F)."""
    rng = np.random.default_rng(0)
    shots = [film_take(runner, rng, settings) for runner in runners for _ in range(FILMS)]
    features = {POSE: np.stack([pose for _, pose in shots])}
    for name, model in encoders.items():
        flat = [film for films, _ in shots for film in films]
        embedded = iter(embed_motions(model, flat, settings.one_direction))
        both = [
            mean_and_spread(np.concatenate([next(embedded) for _ in films])) for films, _ in shots
        ]
        mean, spread = map(np.stack, zip(*both, strict=True))
        pooled = pool(mean, spread, readings[name].pooling)
        features[f"{name}, mean"] = mean
        features[f"{name}, form metric"] = readings[name].in_form_metric(pooled)
        if name == "encoder":
            features["readings"] = readings[name].read(pooled)[:, :, 0]
    return features


def accuracy(parts: list[tuple[np.ndarray, bool]], styles, takes, train: np.ndarray) -> np.ndarray:
    """(rows,) whether each row that is not in `train` is recognised; NaN for those that are.

    parts: blocks of features side by side, and whether each number of it has a scale of its own.
    """
    X = np.concatenate([part for part, _ in parts], axis=1)
    edges = np.cumsum([0, *(part.shape[1] for part, _ in parts)])
    blocks = tuple(
        Block(int(edges[row]), int(edges[row + 1]), each=each)
        for row, (_, each) in enumerate(parts)
    )
    scaler = ScaledBlocks(blocks).fit(X[train])
    Z = scaler.transform(X)
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.5)
    count = int(min(train.sum() - 1, Z.shape[1]))
    model = make_pipeline(PCA(count, svd_solver="full"), lda).fit(Z[train], styles[train])
    right = (model.predict(Z) == styles).astype(float)
    right[train] = np.nan
    return right


def print_styles(features: dict[str, np.ndarray], styles: np.ndarray, takes: np.ndarray) -> None:
    rows = {
        "encoder, mean": [(features["encoder, mean"], False)],
        "encoder, form metric": [(features["encoder, form metric"], False)],
        "random weights, mean": [(features["random weights, mean"], False)],
        "random weights, form metric": [(features["random weights, form metric"], False)],
        "pose, each number scaled": [(features[POSE], True)],
        POSE: [(features[POSE], False)],
        "readings": [(features["readings"], True)],
        BOTH: [(features[POSE], False), (features["readings"], True)],
        "pose, one scale, and form metric": [
            (features[POSE], False),
            (features["encoder, form metric"], False),
        ],
    }
    of_style = {style: np.unique(takes[styles == style]) for style in np.unique(styles)}
    cells, notes = defaultdict(dict), []
    for size in SIZES:
        enough = sorted(style for style, those in of_style.items() if len(those) > size)
        if len(enough) < 2:
            notes.append(f"{size}: fewer than two styles have more takes than that")
            continue
        used = np.isin(styles, enough)
        rng, by_row = np.random.default_rng(size), defaultdict(list)
        for _ in range(DRAWS):
            chosen = np.concatenate(
                [rng.choice(of_style[style], size, replace=False) for style in enough]
            )
            train = np.isin(takes[used], chosen)
            for name, parts in rows.items():
                some = [(part[used], each) for part, each in parts]
                by_row[name].append(accuracy(some, styles[used], takes[used], train))
        by_take = {name: _by_take(np.array(drawn), takes[used]) for name, drawn in by_row.items()}
        for name, shares in by_take.items():
            cells[name][size] = f"{100 * np.nanmean(shares):.1f}"
        gain = by_take[BOTH] - by_take[POSE]
        gain = gain[np.isfinite(gain)]
        draws = rng.choice(gain, (BOOTSTRAP, len(gain))).mean(axis=1)
        low, high = 100 * np.percentile(draws, [2.5, 97.5])
        notes.append(
            f"{size}: {len(enough)} styles, {len(np.unique(takes[used]))} takes; {BOTH} over {POSE}"
            f" {100 * gain.mean():+.1f} points (95 % interval {low:+.1f} to {high:+.1f})"
        )
    sizes = [size for size in SIZES if any(size in row for row in cells.values())]
    print(f"\n| takes of a style | {' | '.join(map(str, sizes))} |\n|{' --- |' * (len(sizes) + 1)}")
    for name in rows:
        print(f"| {name} | {' | '.join(cells[name].get(size, '–') for size in sizes)} |")
    print("\n" + "\n".join(f"- {line}." for line in notes))


def _by_take(right: np.ndarray, takes: np.ndarray) -> np.ndarray:
    """(takes,) mean of rows (draws, rows) over draws and films; NaN for a take never tested."""
    with np.errstate(invalid="ignore"):
        return np.array(
            [
                np.nanmean(right[:, takes == take])
                if np.isfinite(right[:, takes == take]).any()
                else np.nan
                for take in np.unique(takes)
            ]
        )


def print_form(runners: list[Runner], read: np.ndarray, names: tuple[str, ...]) -> None:
    """read (takes, M): means over the films of a take."""
    truth = [captured_form(runner) for runner in runners]
    print(
        f"\nForm of {len(runners)} captured takes that run: read from noisy 2D from the side, "
        "against the captured joints.\n\n"
        "| metric | SD over takes | error, RMS | of it bias | correlation |\n|" + " --- |" * 5
    )
    for name in truth[0]:
        exact = np.array([one[name] for one in truth])
        error = read[:, names.index(name)] - exact
        known = np.isfinite(error)
        exact, error = exact[known], error[known]
        correlation = np.corrcoef(exact, exact + error)[0, 1]
        print(
            f"| {name} | {exact.std():.3g} | {np.sqrt(np.mean(error**2)):.3g} "
            f"| {error.mean():+.3g} | {correlation:.2f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--encoder", default=ROOT / "resources" / "encoders" / "runner-small.safetensors"
    )
    shared = Path(os.environ.get("RUNFORM_SHARED", ROOT / ".." / "shared"))
    parser.add_argument("--mocap", type=Path, default=shared / "data" / "mocap" / "bandai-namco")
    parser.add_argument("--films", type=Path, help="films of `film_runners`, if they are there")
    arguments = parser.parse_args()
    if not arguments.mocap.is_dir():
        print(f"no motion capture in {arguments.mocap}: captured running is not measured")
        return
    torch.set_num_threads(1)
    settings = FormFilmSettings()
    torch.manual_seed(0)
    encoders = {"encoder": load_encoder(arguments.encoder)}
    encoders["random weights"] = DSTformer(encoders["encoder"].config).eval()
    with tempfile.TemporaryDirectory() as folder:
        films = arguments.films or Path(folder) / "films.npz"
        if not films.is_file():
            film_runners(settings, films)
        readings = {}
        for name, model in encoders.items():
            file, output = (Path(folder) / f"{name}{end}.safetensors" for end in ("", " readings"))
            save_encoder(model, file)
            fit_encoder_readings(file, films, output, settings.one_direction, 1)
            readings[name] = load_readings(output)
    files = sorted(arguments.mocap.glob("*.bvh"))
    runners = dict(
        zip((file.stem for file in files), capture_runners(arguments.mocap), strict=True)
    )
    named = {stem: NAME.fullmatch(stem) for stem in runners}
    kept = [
        stem for stem, match in named.items() if match and runners[stem].parameters.gait == "run"
    ]
    features = features_of([runners[stem] for stem in kept], encoders, readings, settings)
    styles = np.repeat([named[stem]["style"] for stem in kept], FILMS)
    # the takes of another set are of other people: "normal" of one is not that of the other
    sets = np.repeat([stem.partition("_")[0] for stem in kept], FILMS)
    takes = np.repeat(kept, FILMS)
    first = sets == sets[0]
    print_styles({name: X[first] for name, X in features.items()}, styles[first], takes[first])
    read = features["readings"].reshape(len(kept), FILMS, -1).mean(axis=1)
    print_form([runners[stem] for stem in kept], read, readings["encoder"].names)


if __name__ == "__main__":
    main()

"""What the losses of pretraining are worth: encoders trained by four recipes on one budget.

    .venv/bin/python benchmarks/pretraining.py [--epochs 48] [--steps 80] [--weight 0.1]
        [--precision fp32] [--recipes heads ...] [--folder FOLDER] [--train-only]
        [--mocap FOLDER] [--study FOLDER]

Recipes: 3D losses alone; form heads too; a term that brings films of one form together as well; and
random weights. All else is as config/config.yaml states; the schedules of learning rate and
averaging are shortened to the epochs. bf16 is slow on a CPU without it. One core each: `--recipes`
and `--train-only` split the work, and encoders of the same budget in `--folder` are taken from
there.

Lifting: mean error of 3D joints after the best scale of each frame, and mean absolute error of
joint angles, on simulated runners that no pretraining saw, from all round, and on motion capture,
from the side and obliquely; all from noisy 2D. Knee: flexion in space. Shank, trunk: tilt in the
plane of the run. Readings: root mean square error on simulated runners that no fit saw. Examples:
those of config/benchmark_manifest.tsv, if `--study` is a folder with their results/pose; balanced
accuracy with one runner left out, mean over nine deficiencies. Test runners are never looked at.
"""

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import yaml
from encoder_quality import AZIMUTHS_DEG, THIGH, predict, row_of
from form_readings import groups_of, root_mean_square

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from runform.angles import bend_deg, tilt_deg  # noqa: E402
from runform.encoder.checkpoint import load_encoder, save_encoder  # noqa: E402
from runform.encoder.dstformer import DSTformer, DSTformerConfig  # noqa: E402
from runform.encoder.embed import embed_clips  # noqa: E402
from runform.encoder.form_films import FormFilmSettings, film_runners, fit_encoder_readings  # noqa: E402
from runform.encoder.objective import LossWeights  # noqa: E402
from runform.encoder.pretrain import pretrain_encoder  # noqa: E402
from runform.encoder.readings import load_readings  # noqa: E402
from runform.encoder.runners_3d import Runner, capture_runners, simulate_runners  # noqa: E402
from runform.encoder.simulated_data import SimulationSettings, film  # noqa: E402
from runform.encoder.training import TrainingSettings  # noqa: E402
from runform.fewshot.evaluate import EvaluationSettings, evaluate  # noqa: E402
from runform.fewshot.feature_sets import MAIN_ENCODER, make_feature_set  # noqa: E402
from runform.fewshot.form_features import form_feature_sets, read_clips  # noqa: E402
from runform.fewshot.labelled import examples_of, load_mean_embeddings  # noqa: E402
from runform.fewshot.models import LINEAR_SVM  # noqa: E402
from runform.fewshot.protocols import LEAVE_ONE_OUT  # noqa: E402
from runform.fewshot.statistics import balanced_accuracy  # noqa: E402
from runform.fewshot.study import StudyFiles, load_clips  # noqa: E402
from runform.manifest import read_manifest  # noqa: E402
from runform.skeleton import get_skeleton, joints_to_h36m17  # noqa: E402

NO_HEADS, HEADS, SAME_FORM, RANDOM = "no-heads", "heads", "heads-same-form", "random-weights"
RECIPES = (NO_HEADS, HEADS, SAME_FORM, RANDOM)
UNSEEN_BLOCK, UNSEEN = 31, 200  # seed of runners that are neither trained on nor read
FRAMES, FPS = 60, 30.0  # of the films of simulated runners
ANGLES = ("knee", "shank", "trunk")
READ = ("shank_angle_ic_deg", "reach_ic_leg")
HEADINGS = (
    *(f"{what}, {where}" for where in ("simulated", "captured") for what in ("mm", *ANGLES)),
    *(f"{name} read, {view}" for name in READ for view in ("side", "all")),
    "examples: embedding, SVM", "examples: form metric",
)  # fmt: skip
JOINT = {name: row for row, name in enumerate(get_skeleton("h36m17").joints)}
CONFIG = yaml.safe_load((ROOT / "config/config.yaml").read_text())


def train_encoder(recipe: str, encoder: Path, asked: argparse.Namespace) -> None:
    """Write the encoder of one recipe, with its curve and validation beside it."""
    epochs, steps = asked.epochs, asked.steps
    settings = CONFIG["encoder"]["pretrain"]
    model, usual = DSTformerConfig(**settings["model"]), TrainingSettings(**settings["training"])
    if recipe == RANDOM:
        torch.manual_seed(usual.seed)
        save_encoder(DSTformer(model), encoder, half=True)
        return
    share = epochs / usual.epochs
    training = replace(
        usual,
        epochs=epochs,
        precision=asked.precision,
        decay_per_epoch=usual.decay_per_epoch ** (1 / share),
        warmup_epochs=min(usual.warmup_epochs, epochs - 1),
        averaged_epochs=round(share * usual.averaged_epochs),
        torch_threads=1,
    )
    changed = {
        NO_HEADS: {"frame_heads": 0.0, "window_heads": 0.0},
        SAME_FORM: {"same_form": asked.weight},
    }
    files = (encoder.with_suffix(end) for end in (".json", ".csv", ".work"))
    pretrain_encoder(
        encoder,
        *files,
        model,
        training,
        replace(view(), **settings["simulation"] | {"items": steps * training.batch_size}),
        LossWeights(**settings["losses"] | changed.get(recipe, {})),
        code="",
    )


def view() -> SimulationSettings:
    """How films become inputs, as the config states; all of them noisy."""
    seen = {key: CONFIG["encoder"][key] for key in ("smooth_s", "one_direction")}
    return SimulationSettings(noisy_share=1.0, **seen)


def lifting(model, shots: list[tuple[Runner, np.ndarray, float, float]]) -> list[float]:
    """Mean joint error, mm, and mean absolute error of each of `ANGLES`, deg.

    shots: runner, times (F,) in s, frame rate, and azimuth of the camera, deg.
    """
    errors = []
    for seed, (runner, times_s, fps, azimuth_deg) in enumerate(shots):
        joints_m = runner.at(times_s)[0]
        shot = film(runner, joints_m, fps, azimuth_deg, view(), np.random.default_rng(seed))
        guess, truth = predict(model, shot.motion, view().one_direction), shot.joints
        scale = (guess * truth).sum(axis=(1, 2)) / np.maximum((guess**2).sum(axis=(1, 2)), 1e-9)
        distance = np.linalg.norm(guess * scale[:, None, None] - truth, axis=-1).mean(axis=-1)
        if joints_m.shape[1] != len(JOINT):
            joints_m = joints_to_h36m17(joints_m, get_skeleton("halpe26"))
        thigh_m, thigh = (
            np.linalg.norm(joints[:, THIGH[0]] - joints[:, THIGH[1]], axis=-1)
            for joints in (joints_m, truth)
        )
        difference = angles_deg(guess, truth) - angles_deg(truth, truth)
        difference = np.abs((difference + 180) % 360 - 180).mean(axis=1)
        errors.append([(1000 * distance * thigh_m / thigh).mean(), *difference])
    return np.mean(errors, axis=0).tolist()


def angles_deg(joints: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(3, 2 F) `ANGLES` of joints (F, J, 3), left then right; axes: right, down, away.

    Ahead is level and square to the mean line between the hips of `truth`.
    """
    across = (truth[:, JOINT["left_hip"]] - truth[:, JOINT["right_hip"]]).mean(axis=0)
    ahead = np.array([across[2], 0.0, -across[0]]) / np.hypot(across[0], across[2])
    flat = np.stack([joints @ ahead, -joints[..., 1]], axis=-1)
    knees, shanks = [], []
    for side in ("left", "right"):
        hip, knee, ankle = (JOINT[f"{side}_{part}"] for part in ("hip", "knee", "ankle"))
        knees.append(bend_deg(joints[:, hip], joints[:, knee], joints[:, ankle]))
        shanks.append(tilt_deg(flat[:, ankle], flat[:, knee], 1))
    trunk = tilt_deg(flat[:, JOINT["root"]], flat[:, JOINT["neck"]], 1)
    return np.array([np.concatenate(both) for both in (knees, shanks, [trunk, trunk])])


def simulated_shots() -> list[tuple[Runner, np.ndarray, float, float]]:
    """Simulated runners never seen, each from one side of all round."""
    seed, times_s = (0, UNSEEN_BLOCK), np.arange(FRAMES) / FPS
    runners = simulate_runners(UNSEEN, FRAMES / FPS + 0.1, 60.0, seed, 1.0, walking_share=0.0)
    azimuths = np.random.default_rng(seed).uniform(0, 360, UNSEEN)
    return [(one, times_s, FPS, float(az)) for one, az in zip(runners, azimuths, strict=True)]


def captured_shots(folder: Path, longest: int) -> list[tuple[Runner, np.ndarray, float, float]]:
    """Every running take of motion capture from four cameras; nothing without the folder."""
    takes = capture_runners(folder) if folder.is_dir() else []
    return [
        (take, np.arange(min(len(take.joints), longest)) / take.rate_hz, take.rate_hz, azimuth_deg)
        for take in takes
        if take.parameters.gait == "run"
        for azimuth_deg in AZIMUTHS_DEG
    ]


def reading_errors(readings) -> list[float]:
    """Errors of `READ` from the side and all round."""
    groups = groups_of(readings)
    errors = {name: readings.errors[:, readings.names.index(name), 0] for name in READ}
    return [
        root_mean_square(errors[name][groups[where]]) for name in READ for where in ("side", "all")
    ]


def example_scores(encoder: Path, readings_file: Path, study: Path) -> list[float]:
    """Balanced accuracy on the examples by the plain embedding and by the form metric."""
    settings, rules = CONFIG["encoder"], CONFIG["deficiencies"]
    rows = read_manifest(
        ROOT / "config/benchmark_manifest.tsv", (*rules, "overstriding_by_shank_angle")
    )
    labelled = {row.clip: row for row in rows if "labelled" in row.sets and "test" not in row.sets}
    poses = {clip: str(study / f"results/pose/{clip}.npz") for clip in labelled}
    clips = load_clips(StudyFiles(poses, {}, {}, {}), [])
    embeddings = encoder.with_suffix(".npz")
    seen = (settings[key] for key in ("rate_fps", "smooth_s", "one_direction"))
    embed_clips(encoder, poses, (), embeddings, *seen, 1, 0.0)
    read = read_clips(readings_file, embeddings, clips.ids, clips.poses)
    means = load_mean_embeddings(embeddings)
    X = np.stack([means[clip] for clip in clips.ids])
    embedding = make_feature_set(MAIN_ENCODER, {"mean": X}, (LINEAR_SVM,), each=False)
    runners = {clip: row.runner for clip, row in labelled.items()}
    only = EvaluationSettings(protocols=(LEAVE_ONE_OUT,), bootstrap_draws=0, curve_sizes=())
    scores = []
    for name, rule in rules.items():
        named = {clip: row.labels[name] for clip, row in labelled.items() if name in row.labels}
        examples, none = (examples_of(name, some, runners, clips.ids) for some in (named, {}))
        of_examples = np.array([clips.ids.index(clip) for clip in examples.clips])
        form = form_feature_sets(read, rule, main=False)[0]
        outcomes = (
            evaluate(one, of_examples, examples, none, only).outcomes[LEAVE_ONE_OUT]
            for one in (embedding, form)
        )
        scores.append([balanced_accuracy(one.labels, one.correct) for one in outcomes])
    return np.mean(scores, axis=0).tolist()


def row(encoder: Path, films: Path, shots: list[list], study: Path | None) -> list[str]:
    """The cells of one encoder."""
    model, readings_file = load_encoder(encoder), encoder.with_suffix(".readings")
    cells = []
    for some in shots:
        numbers = lifting(model, some) if some else [np.nan] * (1 + len(ANGLES))
        cells += [f"{number:.1f}" for number in numbers]
    fit_encoder_readings(encoder, films, readings_file, view().one_direction, 1)
    cells += [f"{error:.3g}" for error in reading_errors(load_readings(readings_file))]
    scores = example_scores(encoder, readings_file, study) if study else [np.nan, np.nan]
    return ["–" if cell == "nan" else cell for cell in (*cells, *(f"{one:.2f}" for one in scores))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=48)
    parser.add_argument("--steps", type=int, default=80, help="of an epoch")
    parser.add_argument("--weight", type=float, default=0.1, help="of the term of one form")
    usual = CONFIG["encoder"]["pretrain"]["training"]["precision"]
    parser.add_argument("--precision", choices=("fp32", "bf16"), default=usual)
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=RECIPES)
    parser.add_argument(
        "--folder", type=Path, help="for encoders; those in it are not trained again"
    )
    parser.add_argument("--train-only", action="store_true")
    shared = Path(os.environ.get("RUNFORM_SHARED", ROOT / ".." / "shared"))
    parser.add_argument("--mocap", type=Path, default=shared / "data" / "mocap" / "bandai-namco")
    parser.add_argument("--study", type=Path, help="folder of a study of the benchmark's examples")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        encoders = {}
        for name in asked.recipes:
            own = f"-{asked.weight:g}" if name == SAME_FORM else ""
            file = (
                folder / f"{name}{own}-{asked.epochs}x{asked.steps}-{asked.precision}.safetensors"
            )
            encoders[name] = file
            if not file.is_file():
                train_encoder(name, file, asked)
        if asked.train_only:
            return
        films = folder / "films.npz"
        if not films.is_file():
            film_runners(FormFilmSettings(), films)
        shots = [simulated_shots(), captured_shots(asked.mocap, 243)]
        print(
            f"{asked.epochs} epochs of {asked.steps} steps in {asked.precision}, same form with a"
            f" weight of {asked.weight:g}. {len(shots[0])} simulated films,"
            f" {len(shots[1])} captured. mm: n-MPJPE; knee, shank,"
            " trunk: mean absolute error, degrees.\n"
        )
        print(f"{row_of('recipe', list(HEADINGS))}\n|{' --- |' * (1 + len(HEADINGS))}")
        for name, file in encoders.items():
            print(row_of(name.replace("-", " "), row(file, films, shots, asked.study)), flush=True)


if __name__ == "__main__":
    main()

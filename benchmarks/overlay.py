"""How far the drawn skeleton lies from the runner: rendered clips of four shapes and their truth.

    .venv/bin/python benchmarks/overlay.py [--runners 4]

Each runner is rendered, trimmed, seen by BlazePose and drawn as a study does it with its default
settings. Distances are shares of the figure's height. `joints`: between the drawn and the true
joints that a skeleton shows. `picture`: how far the marks in the film lie from where the keypoints
are, by phase correlation with the same marks drawn on an empty picture.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks")]

from filmed import BLAZEPOSE, random_runner  # noqa: E402

from runform.acquire.trim import TrimSettings, trim_clip  # noqa: E402
from runform.files import read_json  # noqa: E402
from runform.gait.measure import GaitSettings, measure_gait  # noqa: E402
from runform.pose.estimate import PoseSettings, estimate_pose  # noqa: E402
from runform.present.drawing import stances  # noqa: E402
from runform.present.overlay import OverlaySettings, draw_pose, write_overlay  # noqa: E402
from runform.sequence import PoseSequence, load_sequence  # noqa: E402
from runform.simulate.parameters import format_simulated  # noqa: E402
from runform.simulate.recording import Truth, load_truth, simulate_video  # noqa: E402
from runform.skeleton import get_skeleton  # noqa: E402
from runform.video import read_frames  # noqa: E402

SHAPES = {
    "landscape": (1280, 720), "square": (1080, 1080), "portrait": (720, 1280), "4K": (3840, 2160),
}  # fmt: skip
FIRST_SEED, ASKED_PERCENT = 60_000, 3.0
DRAWN = [
    f"{side}_{joint}" for side in ("left", "right")
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "big_toe")
]  # fmt: skip
HALPE = get_skeleton("halpe26")  # of the truth
MARKED = 60  # a pixel of the film that differs from the clip by more was drawn on


def filmed(seed: int, size: tuple[int, int], folder: Path) -> dict[str, Path]:
    """Name -> file of every step from the rendered video to the overlay."""
    files = {
        name: folder / f"{seed}-{name}"
        for name in (
            *("video.mp4", "truth.npz", "video.json", "clip.mp4", "clip.json"),
            *("pose.npz", "gait.json", "overlay.mp4"),
        )
    }
    video, truth, receipt, clip, clip_receipt, pose, gait, overlay = files.values()
    runner = random_runner(seed, 30.0, ("left", "right")[seed % 2])
    width, height = size
    url = format_simulated(replace(runner, duration_s=2.0, width_px=width, height_px=height))
    simulate_video(url, video, truth, receipt)
    trim_clip(video, receipt, clip, clip_receipt, TrimSettings())
    estimate_pose(clip, clip_receipt, pose, PoseSettings(), BLAZEPOSE)
    measure_gait(pose, gait, GaitSettings(), {})
    write_overlay(clip, pose, gait, OverlaySettings(), overlay)
    return files


def joint_errors(sequence: PoseSequence, truth: Truth) -> np.ndarray:
    """Distances of the drawn from the true joints (T, joints), shares of the figure's height."""
    scale = sequence.size[1] / truth.camera["size"][1]
    true_px = truth.joints_px * scale
    tall_px = np.ptp(true_px[..., 1], axis=1)
    apart = [sequence.joint(name) - true_px[:, HALPE.index(name)] for name in DRAWN]
    return np.linalg.norm(np.stack(apart, axis=1), axis=2) / tall_px[:, None]


def picture_shifts(files: dict[str, Path], sequence: PoseSequence, truth: Truth) -> list[float]:
    """Of every frame, how far the film's marks lie from where the keypoints want them."""
    contacts = stances(read_json(files["gait.json"]))
    tall = np.median(np.ptp(truth.joints_px[..., 1], axis=1)) / truth.camera["size"][1]
    shifts = []
    pairs = zip(read_frames(files["clip.mp4"]), read_frames(files["overlay.mp4"]), strict=True)
    for frame, (clip, film) in enumerate(pairs):
        width = film.shape[1]
        height = 2 * round(clip.shape[0] * width / clip.shape[1] / 2)
        plain = cv2.resize(clip, (width, height), interpolation=cv2.INTER_AREA)
        wanted = plain.copy()
        draw_pose(wanted, sequence, frame, contacts, width / clip.shape[1])
        seen, asked = (
            (np.abs(picture.astype(int) - plain).max(axis=2) > MARKED).astype(np.float32)
            for picture in (film[:height], wanted)
        )
        (x_px, y_px), _ = cv2.phaseCorrelate(seen, asked)
        shifts.append(float(np.hypot(x_px, y_px)) / (tall * height))
    return shifts


def row(shape: str, runners: int, folder: Path) -> str:
    """A row of the table: medians over all frames and joints of all runners of one shape."""
    errors, shifts, lost = [], [], 0
    for seed in range(FIRST_SEED, FIRST_SEED + runners):
        files = filmed(seed, SHAPES[shape], folder / shape)
        sequence, truth = load_sequence(files["pose.npz"]), load_truth(files["truth.npz"])
        if not sequence.ok:
            lost += 1
            continue
        errors.append(100 * joint_errors(sequence, truth).ravel())
        shifts += picture_shifts(files, sequence, truth)
    error = np.concatenate(errors)
    error = error[np.isfinite(error)]
    median = float(np.median(error))
    cells = (
        f"{shape}, {' x '.join(map(str, SHAPES[shape]))}", f"{median:.1f} %",
        f"{np.percentile(error, 90):.1f} %", f"{100 * np.median(shifts):.2f} %", str(lost),
        "met" if median <= ASKED_PERCENT and not lost else "missed",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runners", type=int, default=4)
    runners = parser.parse_args().runners
    head = ("clips", "joints, median", "ninth decile", "picture", "not seen", "asked: 3 %")
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    with tempfile.TemporaryDirectory() as folder:
        for shape in SHAPES:
            (Path(folder) / shape).mkdir()
            print(row(shape, runners, Path(folder)), flush=True)


if __name__ == "__main__":
    main()

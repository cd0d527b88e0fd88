"""Three-dimensional runners for training: simulated once, then seen again and again from anywhere, at any frame rate.

Legend: N runners, S samples of each, F frames of a window, K = 26 keypoints of Halpe-26, J joints of H36M-17, P per-frame
targets, M per-window targets, G windows of an item. World axes in metres: x forward, y left, z up.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from torch.utils.data import Dataset

from runform.encoder.h36m import joints_to_h36m17, normalised, scores_to_h36m17
from runform.simulate.camera import plan_cameras
from runform.simulate.detector_noise import detect
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
BEHIND_M = 0.05  # a joint this much further away than the body's middle counts as hidden by it
CAMERAS, CAMERA_SHARES = ("following", "fixed", "treadmill"), (0.6, 0.2, 0.2)


@dataclass(frozen=True)
class SimulationSettings:
    """How many runners, and how they are looked at."""

    runners: int = 1200  # simulated once, then filmed anew each time
    duration_s: float = 6.0
    rate_hz: float = 60.0  # samples of a runner; frames are interpolated between them
    items: int = 400  # in an epoch, each of as many windows as make up about `item_frames`
    item_frames: int = 243
    frames: tuple[int, ...] = (30, 60, 30, 81, 30, 120, 30, 243)  # window lengths; one per epoch, in turn
    fps: tuple[float, float] = (24.0, 60.0)
    smooth_s: float = 0.25  # of the box that follows the runner
    seed: int = 0


class Runners:
    """A block of N simulated runners in memory."""

    def __init__(self, settings: SimulationSettings, seed: int):
        rng = np.random.default_rng((settings.seed, seed))
        self.time_s = np.arange(round(settings.duration_s * settings.rate_hz)) / settings.rate_hz
        self.parameters = [random_parameters(rng, settings.duration_s) for _ in range(settings.runners)]
        self.joints = np.zeros((settings.runners, len(self.time_s), len(HALPE.joints), 3), np.float32)  # (N, S, K, 3)
        self.per_frame = np.zeros((settings.runners, len(self.time_s), len(PER_FRAME)), np.float32)  # (N, S, P)
        self.height_m = np.zeros(settings.runners)
        measures = []
        for row, parameters in enumerate(self.parameters):
            runner = simulate_runner(parameters, self.time_s)
            self.joints[row], self.per_frame[row], self.height_m[row] = runner.joints, frame_targets(runner), runner.body.height_m
            measures.append({name: measure.mean for name, measure in runner.measures.items()})
        self.measures = np.array([[found[name] for name in MEASURES] for found in measures])
        self.steps_per_s = np.array([found["cadence_steps_min"] / 60 for found in measures])
        self.severities = np.array([[parameters.severities[name] for name in DEFICIENCIES] for parameters in self.parameters])

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
        return self.settings.items

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        """G windows, stacked: sim_motion (G, F, J, 3), sim_joints (G, F, J, 3), sim_frame (G, F, P), sim_window (G, M)."""
        count = max(1, self.settings.item_frames // self.frames)
        drawn = [self._window(np.random.default_rng((self.settings.seed, self.epoch, index, part))) for part in range(count)]
        return {name: np.stack([window[name] for window in drawn]) for name in drawn[0]}

    def _window(self, rng) -> dict[str, np.ndarray]:
        runners, settings = self.runners, self.settings
        row = int(rng.integers(len(runners.parameters)))
        low, high = settings.fps
        longest_s = runners.time_s[-1]
        fps = rng.uniform(max(low, self.frames / longest_s), high)
        start_s = rng.uniform(0, longest_s - (self.frames - 1) / fps)
        joints_m, per_frame = runners.at(row, start_s + np.arange(self.frames) / fps)
        motion, truth = film(joints_m, runners.parameters[row], runners.height_m[row], fps, settings, rng)
        values = np.concatenate([runners.measures[row], [runners.steps_per_s[row] / fps], runners.severities[row]])
        standardised = ((values - self.mean) / self.deviation).astype(np.float32)
        return {"sim_motion": motion, "sim_joints": truth, "sim_frame": per_frame, "sim_window": standardised}


def film(joints_m, parameters, height_m, fps, settings, rng) -> tuple[np.ndarray, np.ndarray]:
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
    image_px, depth_m = cameras.project(joints_m)
    convention = str(rng.choice(list(CONVENTIONS)))
    skeleton, keep = get_skeleton(convention), CONVENTIONS[convention]
    figure_px = np.median(np.ptp(image_px[..., 1], axis=1))
    hidden = depth_m > depth_m.mean(axis=1, keepdims=True) + BEHIND_M
    seen_px, score = detect(image_px[:, keep], figure_px, fps, skeleton, rng, visible=~hidden[:, keep])
    seen = np.concatenate([joints_to_h36m17(seen_px, skeleton), scores_to_h36m17(score, skeleton)[..., None]], axis=-1)
    motion, box = normalised(seen, fps, settings.smooth_s)
    truth_m = joints_to_h36m17(cameras.to_camera(joints_m)[:, keep], skeleton)
    scale = cameras.focal_px / (truth_m[:, 0, 2] * box.half_px)  # (F,)
    return motion, ((truth_m - truth_m[:, :1]) * scale[:, None, None]).astype(np.float32)

"""Runners in three dimensions with what is known of their form: simulated, or captured in BVH
files.

Legend: N runners, S samples of one, F frames of a window, K keypoints, P per-frame targets, M
per-window targets.
World axes in metres: x forward, y left, z up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from torch.utils.data import Dataset

from runform.encoder.inputs import normalised
from runform.encoder.mocap import load_motion
from runform.errors import InputError
from runform.pose.facing import facing_of_tracks
from runform.simulate.camera import plan_cameras
from runform.simulate.detector_noise import detect, draw_places, drawn_joints
from runform.simulate.parameters import DEFICIENCIES, SimulationParameters
from runform.simulate.population import random_parameters, varied_runner
from runform.simulate.runner import RunnerMotion, simulate_runner
from runform.skeleton import get_skeleton, joints_to_h36m17, mirrored, scores_to_h36m17

# What form is made of, as the simulator measures it.
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
PER_WINDOW = (
    *MEASURES,
    "steps_per_frame",
    *DEFICIENCIES,
)  # per frame, since the encoder never learns the frame rate
STEPS = len(MEASURES)  # column of steps_per_frame
WALK_M_S = 2.2  # below it a captured runner walks


@dataclass(frozen=True)
class Runner:
    """One runner over S samples.

    joints (S, K, 3) float32, m.  rate_hz: samples a second.  per_frame (S, P).  per_window (M,),
    steps a second for steps a frame, NaN where unknown.  parameters: speed and gait, and what a
    camera needs.
    """

    joints: np.ndarray
    rate_hz: float
    height_m: float
    parameters: SimulationParameters
    per_frame: np.ndarray
    per_window: np.ndarray

    @property
    def duration_s(self) -> float:
        """Time from the first sample to the last."""
        return (len(self.joints) - 1) / self.rate_hz

    def at(self, times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Joints (F, K, 3), interpolated linearly, and per-frame targets (F, P), of the nearest
        sample, at `times_s` (F,).
        """
        place = times_s * self.rate_hz
        before = np.minimum(place.astype(int), len(self.joints) - 2)
        share = (place - before)[:, None, None]
        joints = self.joints[before] * (1 - share) + self.joints[before + 1] * share
        return joints, self.per_frame[np.minimum(np.rint(place).astype(int), len(self.joints) - 1)]

    def targets(self, fps: float) -> np.ndarray:
        """(M,) per-window targets when filmed at `fps`."""
        values = self.per_window.copy()
        values[STEPS] /= fps
        return values

    @property
    def conventions(self) -> dict[str, slice]:
        """Skeletons a detector may see this runner in, and their keypoints' place in `joints`.

        Detectors name neck and head differently: COCO's, which BlazePose shares, are midpoints;
        Halpe's are joints.
        """
        return (
            {"coco17": slice(0, 17), "halpe26": slice(0, 26)}
            if self.joints.shape[1] == 26
            else {"h36m17": slice(0, 17)}
        )

    @property
    def root_row(self) -> int:
        """Row of the mid-hip in `joints`."""
        return get_skeleton("halpe26" if self.joints.shape[1] == 26 else "h36m17").index("root")


def simulate_runners(
    count: int, duration_s: float, rate_hz: float, seed: Sequence[int], variety: float = 0.0
) -> list[Runner]:
    """`count` runners from anywhere in the space of speeds, bodies and deficiencies, in Halpe-26.

    variety: 0 gives the people whom `simulate_video` films, more makes them differ more
    (`variety.py`, `drawn.py`).
    """
    rng = np.random.default_rng(tuple(seed))
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return [
        _simulated(random_parameters(rng, duration_s), time_s, rate_hz, variety)
        for _ in range(count)
    ]


def _simulated(
    parameters: SimulationParameters, time_s: np.ndarray, rate_hz: float, variety: float
) -> Runner:
    runner = (
        varied_runner(parameters, time_s, variety)
        if variety
        else simulate_runner(parameters, time_s)
    )
    joints = runner.joints
    if variety:
        joints = drawn_joints(
            joints, draw_places(variety, np.random.default_rng([parameters.seed, 7]))
        )
    measures = [runner.measures[name].mean for name in MEASURES] + [
        runner.measures["cadence_steps_min"].mean / 60
    ]
    per_window = np.array(measures + [parameters.severities[name] for name in DEFICIENCIES])
    return Runner(
        joints.astype(np.float32),
        rate_hz,
        runner.body.height_m,
        parameters,
        frame_targets(runner),
        per_window,
    )


def frame_targets(runner: RunnerMotion) -> np.ndarray:
    """(S, P): sine and cosine of the stride's phase, and whether each foot is on the ground (+1) or
    not (-1).
    """
    angle = 2 * np.pi * runner.phase
    touching = [
        np.where(
            ((runner.time_s[:, None] >= spans[:, 0]) & (runner.time_s[:, None] <= spans[:, 1])).any(
                axis=1
            ),
            1.0,
            -1.0,
        )
        for spans in (runner.contacts["left"], runner.contacts["right"])
    ]
    return np.stack([np.sin(angle), np.cos(angle), *touching], axis=-1).astype(np.float32)


def mirrored_frame_targets(per_frame: np.ndarray) -> np.ndarray:
    """(F, P) of the runner in a mirror: left and right contacts exchanged, and the phase, which
    counts from the right foot's contact, half a stride on."""
    return np.stack([-per_frame[:, 0], -per_frame[:, 1], per_frame[:, 3], per_frame[:, 2]], axis=-1)


def capture_runners(folder: str | Path, unit_m: float = 0.01) -> list[Runner]:
    """The runners in a folder's BVH files, in H36M-17; of their form nothing but the 3D joints is
    known.
    """
    files = sorted(Path(folder).glob("*.bvh"))
    if not files:
        raise InputError(f"{folder}: no .bvh file: expected a folder of motion capture")
    return [_captured(load_motion(file, unit_m)) for file in files]


def _captured(motion) -> Runner:
    joints, samples = motion.joints_m.astype(np.float32), len(motion.joints_m)
    speed_m_s = (
        float(np.linalg.norm(joints[-1, 0] - joints[0, 0])) / max(samples - 1, 1) * motion.fps
    )
    gait = "walk" if speed_m_s < WALK_M_S else "run"
    low, high = (0.5, 2.2) if gait == "walk" else (1.8, 6.5)
    parameters = SimulationParameters(gait=gait, speed_m_s=float(np.clip(speed_m_s, low, high)))
    height_m = float(
        np.clip(np.median(np.ptp(joints[..., 2], axis=1)) * 1.05, 1.0, 2.3)
    )  # the head's end is not its top
    nothing = np.full((samples, len(PER_FRAME)), np.nan, np.float32)
    return Runner(
        joints, motion.fps, height_m, parameters, nothing, np.full(len(PER_WINDOW), np.nan)
    )


# Windows of three-dimensional runners as a detector sees them: filmed from anywhere, at any frame
# rate, with its errors.
#
# Legend: F frames of a window, K keypoints, J joints of H36M-17, P per-frame targets, M per-window
# targets, G windows of an item.


BEHIND_M = 0.05  # a joint this much further away than the body's middle counts as hidden by it
CALIBRATION = (
    0.1,
    1.0,
)  # power of the scores: detectors that are as good differ in how sure they say they are
CAMERAS, CAMERA_SHARES = ("following", "fixed", "treadmill"), (0.6, 0.2, 0.2)


@dataclass(frozen=True)
class SimulationSettings:
    """How many runners, and how they are looked at."""

    runners: int = 800  # simulated once, then filmed anew each time
    duration_s: float = 6.0
    rate_hz: float = 60.0  # samples of a runner; frames are interpolated between them
    items: int = 400  # in an epoch, each of as many windows as make up about `item_frames`
    item_frames: int = 243
    frames: tuple[int, ...] = (
        30,
        60,
        30,
        81,
        30,
        120,
        30,
        243,
    )  # window lengths; one per epoch, in turn
    fps: tuple[float, float] = (24.0, 60.0)
    smooth_s: float = 0.25  # of the box that follows the runner
    one_direction: bool = (
        True  # runners who face left in the image are mirrored, so that all run to the right
    )
    noisy_share: float = (
        0.85  # of windows in which the detector errs; in the others all is seen, and surely
    )
    variety: float = (
        0.0  # how much more the runners differ than the rendered ones, whose likeness 0 gives
    )
    captured: str = ""  # folder of BVH files that are filmed too
    captured_share: float = 0.0  # share of windows that show them
    seed: int = 0


def spread_of(runners: Sequence[Runner]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (M,) of the per-window targets, at 30 frames a second."""
    values = np.stack([runner.targets(30.0) for runner in runners])
    return np.nanmean(values, axis=0), np.nanstd(values, axis=0)


class SimulatedWindows(Dataset):
    """Windows of runners with the 3D truth; fixed by seed, epoch and index. `spread` standardises
    the per-window targets.
    """

    def __init__(
        self,
        runners: Sequence[Runner],
        settings: SimulationSettings,
        spread: tuple[np.ndarray, np.ndarray],
        captured: Sequence[Runner] = (),
    ):
        self.runners, self.captured, self.settings, self.epoch = runners, captured, settings, 0
        self.mean, self.deviation = spread

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
        """G windows, stacked: sim_motion (G, F, J, 3), sim_joints (G, F, J, 3), sim_frame (G, F,
        P), sim_window (G, M).
        """
        count = max(1, self.settings.item_frames // self.frames)
        drawn = [
            self._window(np.random.default_rng((self.settings.seed, self.epoch, index, part)))
            for part in range(count)
        ]
        return {name: np.stack([window[name] for window in drawn]) for name in drawn[0]}

    def _window(self, rng) -> dict[str, np.ndarray]:
        low, high = self.settings.fps
        needed_s = self.frames / high
        runner = self._choose(needed_s, rng)
        fps = rng.uniform(max(low, self.frames / runner.duration_s), high)
        start_s = rng.uniform(0, max(0.0, runner.duration_s - (self.frames - 1) / fps))
        joints_m, per_frame = runner.at(start_s + np.arange(self.frames) / fps)
        shot = film(runner, joints_m, fps, float(rng.uniform(0, 360)), self.settings, rng)
        per_frame = mirrored_frame_targets(per_frame) if shot.mirrored else per_frame
        standardised = ((runner.targets(fps) - self.mean) / self.deviation).astype(np.float32)
        return {
            "sim_motion": shot.motion,
            "sim_joints": shot.joints,
            "sim_frame": per_frame,
            "sim_window": standardised,
        }

    def _choose(self, needed_s: float, rng) -> Runner:
        from_capture = rng.random() < self.settings.captured_share
        long_enough = (
            [runner for runner in self.captured if runner.duration_s >= needed_s]
            if from_capture
            else []
        )
        among = long_enough or self.runners
        return among[int(rng.integers(len(among)))]


def windows_beside_segments(
    settings: SimulationSettings, frames: int, seed: int
) -> SimulatedWindows:
    """Simulated runners for fine-tuning, an item for any index: one window of `frames` frames, the
    length of the segments.
    """
    settings = replace(settings, frames=(frames,), item_frames=frames)
    runners = simulate_runners(
        settings.runners, settings.duration_s, settings.rate_hz, (settings.seed, seed)
    )
    return SimulatedWindows(runners, settings, spread_of(runners))


class Shot(NamedTuple):
    """What one camera saw: the encoder's input (F, J, 3), its target (F, J, 3), and whether both
    were mirrored.
    """

    motion: np.ndarray
    joints: np.ndarray
    mirrored: bool


def film(
    runner: Runner,
    joints_m: np.ndarray,
    fps: float,
    azimuth_deg: float,
    settings: SimulationSettings,
    rng,
) -> Shot:
    """One camera's view of `runner` at joints (F, K, 3), turned to the right like a clip
    (`encoder_input`) if so set.

    The target is relative to the root and scaled, frame by frame, as the image of a point at the
    root's depth is: in it, x and y agree with the input's up to perspective, and z, away from the
    camera, has their unit.
    """
    camera = str(rng.choice(CAMERAS, p=CAMERA_SHARES))
    chosen = replace(
        runner.parameters,
        seed=int(rng.integers(2**31)),
        fps=fps,
        azimuth_deg=azimuth_deg,
        camera=camera,
    )
    time_s = np.arange(len(joints_m)) / fps
    if camera == "treadmill":  # the belt takes the runner back
        joints_m = joints_m - np.outer(time_s, [runner.parameters.speed_m_s, 0, 0])[:, None]
    cameras = plan_cameras(chosen, joints_m[:, runner.root_row], runner.height_m, time_s)
    image_px, depth_m = cameras.project(joints_m)
    convention = str(rng.choice(list(runner.conventions)))
    skeleton, keep = get_skeleton(convention), runner.conventions[convention]
    seen_px, score = image_px[:, keep], np.ones(depth_m[:, keep].shape)
    if rng.random() < settings.noisy_share:
        figure_px = np.median(np.ptp(image_px[..., 1], axis=1))
        hidden = depth_m > depth_m.mean(axis=1, keepdims=True) + BEHIND_M
        seen_px, score = detect(seen_px, figure_px, fps, skeleton, rng, visible=~hidden[:, keep])
        score = score ** rng.uniform(*CALIBRATION)
    seen = np.concatenate(
        [joints_to_h36m17(seen_px, skeleton), scores_to_h36m17(score, skeleton)[..., None]], axis=-1
    )
    motion, box = normalised(seen, fps, settings.smooth_s)
    truth_m = joints_to_h36m17(cameras.to_camera(joints_m)[:, keep], skeleton)
    scale = cameras.focal_px / (truth_m[:, 0, 2] * box.half_px)  # (F,) of the box's unit in a metre
    truth = ((truth_m - truth_m[:, :1]) * scale[:, None, None]).astype(np.float32)
    tracks = dict(zip(skeleton.joints, seen_px.swapaxes(0, 1), strict=True))
    if settings.one_direction and facing_of_tracks(tracks).direction < 0:
        return Shot(mirrored(motion), mirrored(truth), True)
    return Shot(motion, truth, False)

"""Runners in three dimensions with what is known of their form: simulated, or captured in BVH files.

Legend: N runners, S samples of one, F frames of a window, K keypoints, P per-frame targets, M per-window targets.
World axes in metres: x forward, y left, z up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runform.encoder.bvh import load_motion
from runform.encoder.drawn import draw_places, drawn_joints
from runform.encoder.variety import varied_runner
from runform.faults import InputError
from runform.simulate.parameters import DEFICIENCIES, SimulationParameters
from runform.simulate.runner import RunnerMotion, simulate_runner
from runform.simulate.sampling import random_parameters
from runform.skeleton import get_skeleton

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
PER_WINDOW = (*MEASURES, "steps_per_frame", *DEFICIENCIES)  # per frame, since the encoder never learns the frame rate
STEPS = len(MEASURES)  # column of steps_per_frame
WALK_M_S = 2.2  # below it a captured runner walks


@dataclass(frozen=True)
class Runner:
    """One runner over S samples.

    joints (S, K, 3) float32, m.  rate_hz: samples a second.  per_frame (S, P).  per_window (M,), steps a second for steps a
    frame, NaN where unknown.  parameters: speed and gait, and what a camera needs.
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
        """Joints (F, K, 3), interpolated linearly, and per-frame targets (F, P), of the nearest sample, at `times_s` (F,)."""
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

        Detectors name neck and head differently: COCO's, which BlazePose shares, are midpoints; Halpe's are joints.
        """
        return {"coco17": slice(0, 17), "halpe26": slice(0, 26)} if self.joints.shape[1] == 26 else {"h36m17": slice(0, 17)}

    @property
    def root_row(self) -> int:
        """Row of the mid-hip in `joints`."""
        return get_skeleton("halpe26" if self.joints.shape[1] == 26 else "h36m17").index("root")


def simulate_runners(count: int, duration_s: float, rate_hz: float, seed: Sequence[int], variety: float = 0.0) -> list[Runner]:
    """`count` runners from anywhere in the space of speeds, bodies and deficiencies, in Halpe-26.

    variety: 0 gives the people whom `simulate_video` films, more makes them differ more (`variety.py`, `drawn.py`).
    """
    rng = np.random.default_rng(tuple(seed))
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    return [_simulated(random_parameters(rng, duration_s), time_s, rate_hz, variety) for _ in range(count)]


def _simulated(parameters: SimulationParameters, time_s: np.ndarray, rate_hz: float, variety: float) -> Runner:
    runner = varied_runner(parameters, time_s, variety) if variety else simulate_runner(parameters, time_s)
    joints = runner.joints
    if variety:
        joints = drawn_joints(joints, draw_places(variety, np.random.default_rng([parameters.seed, 7])))
    measures = [runner.measures[name].mean for name in MEASURES] + [runner.measures["cadence_steps_min"].mean / 60]
    per_window = np.array(measures + [parameters.severities[name] for name in DEFICIENCIES])
    return Runner(joints.astype(np.float32), rate_hz, runner.body.height_m, parameters, frame_targets(runner), per_window)


def frame_targets(runner: RunnerMotion) -> np.ndarray:
    """(S, P): sine and cosine of the stride's phase, and whether each foot is on the ground (+1) or not (-1)."""
    angle = 2 * np.pi * runner.phase
    touching = [
        np.where(((runner.time_s[:, None] >= spans[:, 0]) & (runner.time_s[:, None] <= spans[:, 1])).any(axis=1), 1.0, -1.0)
        for spans in (runner.contacts["left"], runner.contacts["right"])
    ]
    return np.stack([np.sin(angle), np.cos(angle), *touching], axis=-1).astype(np.float32)


def mirrored_frame_targets(per_frame: np.ndarray) -> np.ndarray:
    """(F, P) of the runner in a mirror: left and right contacts exchanged, and the phase, which counts from the right foot's
    contact, half a stride on."""
    return np.stack([-per_frame[:, 0], -per_frame[:, 1], per_frame[:, 3], per_frame[:, 2]], axis=-1)


def capture_runners(folder: str | Path, unit_m: float = 0.01) -> list[Runner]:
    """The runners in a folder's BVH files, in H36M-17; of their form nothing but the 3D joints is known."""
    files = sorted(Path(folder).glob("*.bvh"))
    if not files:
        raise InputError(f"{folder}: no .bvh file: expected a folder of motion capture")
    return [_captured(load_motion(file, unit_m)) for file in files]


def _captured(motion) -> Runner:
    joints, samples = motion.joints_m.astype(np.float32), len(motion.joints_m)
    speed_m_s = float(np.linalg.norm(joints[-1, 0] - joints[0, 0])) / max(samples - 1, 1) * motion.fps
    gait = "walk" if speed_m_s < WALK_M_S else "run"
    low, high = (0.5, 2.2) if gait == "walk" else (1.8, 6.5)
    parameters = SimulationParameters(gait=gait, speed_m_s=float(np.clip(speed_m_s, low, high)))
    height_m = float(np.clip(np.median(np.ptp(joints[..., 2], axis=1)) * 1.05, 1.0, 2.3))  # the head's end is not its top
    nothing = np.full((samples, len(PER_FRAME)), np.nan, np.float32)
    return Runner(joints, motion.fps, height_m, parameters, nothing, np.full(len(PER_WINDOW), np.nan))

"""Runners in three dimensions with targets of their form: simulated, or captured in BVH files.

Legend: S samples of a runner, F frames of a window, K keypoints, P per-frame targets, M per-window
targets. World axes in metres: x forward, y left, z up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from runform.encoder.mocap import Motion, load_motion
from runform.errors import InputError
from runform.files import files_in
from runform.simulate.detector_noise import draw_joint_offsets, placed_joints
from runform.simulate.parameters import DEFICIENCIES, SimulationParameters
from runform.simulate.population import WALKING_SHARE, random_parameters, varied_runner
from runform.simulate.runner import RunnerMotion, simulate_runner
from runform.simulate.true_metrics import TrueMetric
from runform.skeleton import get_skeleton

# What form consists of, as the simulator measures it.
METRICS = (
    "shank_angle_ic_deg", "reach_ic_leg", "knee_flexion_ic_deg", "knee_flexion_stance_deg",
    "knee_flexion_swing_deg", "trunk_lean_deg", "vertical_oscillation_leg", "pelvic_drop_deg",
    "step_width_leg", "arm_crossing_leg", "elbow_angle_deg", "duty_factor", "step_time_asymmetry",
)  # fmt: skip
PER_FRAME = ("phase_sin", "phase_cos", "contact_left", "contact_right")
# Steps a frame, not a second: the encoder does not know the frame rate.
PER_WINDOW = (*METRICS, "steps_per_frame", *DEFICIENCIES)
STEPS = len(METRICS)  # column of steps_per_frame
WALK_M_S = 2.2  # below this speed a captured runner walks


@dataclass(frozen=True)
class Runner:
    """One runner over S samples.

    joints (S, K, 3) float32, m, in Halpe-26 or H36M-17.  rate_hz: samples a second.  parameters:
    speed and gait, and what a camera needs.  per_frame (S, P).  per_window (M,): NaN where unknown,
    and in column STEPS steps a second.  metrics: of a simulated runner, exact and step by step.
    """

    joints: np.ndarray
    rate_hz: float
    height_m: float
    parameters: SimulationParameters
    per_frame: np.ndarray
    per_window: np.ndarray
    metrics: Mapping[str, TrueMetric] = field(default_factory=dict)

    @property
    def duration_s(self) -> float:
        """Time from the first sample to the last."""
        return (len(self.joints) - 1) / self.rate_hz

    def at(self, times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """At `times_s` (F,): joints (F, K, 3), interpolated linearly, and the per-frame targets
        (F, P) of the nearest sample.
        """
        sample = times_s * self.rate_hz
        before = np.minimum(sample.astype(int), len(self.joints) - 2)
        share = (sample - before)[:, None, None]
        joints = self.joints[before] * (1 - share) + self.joints[before + 1] * share
        return joints, self.per_frame[np.minimum(np.rint(sample).astype(int), len(self.joints) - 1)]

    def targets(self, fps: float) -> np.ndarray:
        """(M,) per-window targets when filmed at `fps`."""
        values = self.per_window.copy()
        values[STEPS] /= fps
        return values

    @property
    def detected_as(self) -> dict[str, slice]:
        """Skeletons in which a detector may see this runner, and the rows of `joints` they take.

        Neck and head are midpoints in COCO, as in BlazePose, and joints in Halpe.
        """
        if self.joints.shape[1] == 26:
            return {"coco17": slice(0, 17), "halpe26": slice(0, 26)}
        return {"h36m17": slice(0, 17)}

    @property
    def root_row(self) -> int:
        """Row of the mid-hip in `joints`."""
        return get_skeleton("halpe26" if self.joints.shape[1] == 26 else "h36m17").index("root")


def simulate_runners(
    count: int,
    duration_s: float,
    rate_hz: float,
    seed: Sequence[int],
    domain_randomisation: float = 0.0,
    walking_share: float = WALKING_SHARE,
    two_bodies: bool = False,
) -> list[Runner]:
    """`count` runners with random speeds, bodies and deficiencies, in Halpe-26.

    domain_randomisation: how far habits, proportions and the placement of joints vary beyond those
    of the runners whom `simulate_video` films; 0: not.  walking_share: of them who walk.
    two_bodies: each form is there twice, in two bodies one after the other; of one form are runners
    with the same seed.
    """
    rng = np.random.default_rng(tuple(seed))
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    runners: list[Runner] = []
    while len(runners) < count:
        parameters = random_parameters(rng, duration_s, walking_share)
        bodies = (False, True) if two_bodies else (False,)
        runners += [
            simulated(parameters, time_s, rate_hz, domain_randomisation, other) for other in bodies
        ]
    return runners[:count]


def simulated(
    parameters: SimulationParameters,
    time_s: np.ndarray,
    rate_hz: float,
    domain_randomisation: float,
    another_body: bool = False,
) -> Runner:
    """One simulated runner at `time_s` (S,), or the same form in another body."""
    if domain_randomisation or another_body:
        runner = varied_runner(parameters, time_s, domain_randomisation, another_body)
        placement_rng = np.random.default_rng([parameters.seed, 9 if another_body else 7])
        joints = placed_joints(
            runner.joints, draw_joint_offsets(domain_randomisation, placement_rng)
        )
    else:
        runner = simulate_runner(parameters, time_s)
        joints = runner.joints
    targets = [runner.metrics[name].mean for name in METRICS]
    targets.append(runner.metrics["cadence_steps_min"].mean / 60)
    targets += [parameters.severities[name] for name in DEFICIENCIES]
    return Runner(
        joints.astype(np.float32),
        rate_hz,
        runner.body.height_m,
        parameters,
        frame_targets(runner),
        np.array(targets),
        runner.metrics,
    )


def frame_targets(runner: RunnerMotion) -> np.ndarray:
    """(S, P): sine and cosine of the stride phase, and per foot +1 on the ground, -1 off it."""
    angle = 2 * np.pi * runner.phase
    contacts = [
        np.where(_within(runner.time_s, runner.contacts[side]), 1.0, -1.0)
        for side in ("left", "right")
    ]
    return np.stack([np.sin(angle), np.cos(angle), *contacts], axis=-1).astype(np.float32)


def _within(times_s: np.ndarray, spans_s: np.ndarray) -> np.ndarray:
    """(S,) whether each of `times_s` lies in one of `spans_s`, rows of start and end."""
    after_start, before_end = times_s[:, None] >= spans_s[:, 0], times_s[:, None] <= spans_s[:, 1]
    return np.any(after_start & before_end, axis=1)


def mirrored_frame_targets(per_frame: np.ndarray) -> np.ndarray:
    """(F, P) of the mirrored runner: left and right contacts exchanged, and the phase, which counts
    from the right foot's contact, shifted by half a stride.
    """
    return np.stack([-per_frame[:, 0], -per_frame[:, 1], per_frame[:, 3], per_frame[:, 2]], axis=-1)


def capture_runners(folder: str | Path, unit_m: float = 0.01) -> list[Runner]:
    """The runners in a folder's BVH files, in H36M-17, with no targets but the 3D joints."""
    files = files_in(str(folder), ".bvh")
    if not files:
        raise InputError(f"{folder}: no .bvh file: expected a folder of motion capture")
    return [_captured(load_motion(file, unit_m), seed) for seed, file in enumerate(files)]


def _captured(motion: Motion, seed: int) -> Runner:
    joints, samples = motion.joints_m.astype(np.float32), len(motion.joints_m)
    travel_m = float(np.linalg.norm(joints[-1, 0] - joints[0, 0]))
    speed_m_s = travel_m / max(samples - 1, 1) * motion.fps
    gait = "walk" if speed_m_s < WALK_M_S else "run"
    low, high = (0.5, 2.2) if gait == "walk" else (1.8, 6.5)
    speed_m_s = float(np.clip(speed_m_s, low, high))
    parameters = SimulationParameters(seed=seed, gait=gait, speed_m_s=speed_m_s)
    # the topmost joint is the middle of the head, below its top
    height_m = float(np.clip(np.median(np.ptp(joints[..., 2], axis=1)) * 1.05, 1.0, 2.3))
    unknown = np.full((samples, len(PER_FRAME)), np.nan, np.float32)
    return Runner(
        joints, motion.fps, height_m, parameters, unknown, np.full(len(PER_WINDOW), np.nan)
    )

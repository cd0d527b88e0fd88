"""Windows of three-dimensional runners as a detector sees them: filmed from anywhere, at any frame
rate, with a detector's errors.

Legend: F frames of a window, K keypoints, J joints of H36M-17, P per-frame targets, M per-window
targets, G windows of an item.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from torch.utils.data import Dataset

from runform.encoder.inputs import normalised
from runform.encoder.runners_3d import Runner, mirrored_frame_targets, simulate_runners
from runform.pose.facing import facing_of_tracks
from runform.simulate.camera import Cameras, plan_cameras
from runform.simulate.detector_noise import DetectorNoise, detect
from runform.skeleton import Skeleton, get_skeleton, joints_to_h36m17, mirrored, scores_to_h36m17

BEHIND_M = 0.05  # a joint this much farther away than the middle of the body counts as hidden by it
# Power of the scores: detectors of the same quality differ in the confidence they report.
CALIBRATION = (0.1, 1.0)
CAMERAS, CAMERA_SHARES = ("following", "fixed", "treadmill"), (0.6, 0.2, 0.2)


@dataclass(frozen=True)
class SimulationSettings:
    """How many runners there are, and how they are filmed."""

    runners: int = 800  # simulated once, filmed from a new camera each time
    duration_s: float = 6.0
    rate_hz: float = 60.0  # samples of a runner; frames are interpolated between them
    items: int = 400  # in an epoch, each of as many windows as make up about `item_frames`
    item_frames: int = 243
    frames: tuple[int, ...] = (30, 60, 30, 81, 30, 120, 30, 243)  # window length of each epoch
    fps: tuple[float, float] = (24.0, 60.0)
    smooth_s: float = 0.25  # this and the next: as for clips (`inputs.encoder_input`)
    one_direction: bool = True
    noisy_share: float = 0.85  # of windows with a detector's errors; the others are exact
    domain_randomisation: float = 0.0  # `runners_3d.simulate_runners`
    captured: str = ""  # folder of BVH files that are filmed too
    captured_share: float = 0.0  # of windows that show them
    seed: int = 0


def spread_of(runners: Sequence[Runner]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation (M,) of the per-window targets at 30 frames a second."""
    values = np.stack([runner.targets(30.0) for runner in runners])
    return np.nanmean(values, axis=0), np.nanstd(values, axis=0)


class SimulatedWindows(Dataset):
    """Windows of runners with their 3D joints, fixed by seed, epoch and index.

    `spread` standardises the per-window targets.  paired: every second window of an item shows the
    form of the one before in its other body, filmed by another camera at another frame rate.
    """

    def __init__(
        self,
        runners: Sequence[Runner],
        settings: SimulationSettings,
        spread: tuple[np.ndarray, np.ndarray],
        captured: Sequence[Runner] = (),
        paired: bool = False,
    ):
        self.runners, self.captured, self.settings, self.epoch = runners, captured, settings, 0
        self.mean, self.deviation = spread
        self.paired = paired
        self.bodies: dict[int, list[Runner]] = defaultdict(list)  # of each form
        for runner in (*runners, *captured):
            self.bodies[runner.parameters.seed].append(runner)

    def set_epoch(self, epoch: int) -> None:
        """To be called before each epoch; it also chooses the length of the windows."""
        self.epoch = epoch

    @property
    def frames(self) -> int:
        """Length of this epoch's windows."""
        return self.settings.frames[self.epoch % len(self.settings.frames)]

    def __len__(self) -> int:
        return self.settings.items

    def __getitem__(self, index: int) -> dict[str, np.ndarray]:
        """G windows: sim_motion (G, F, J, 3), sim_joints (G, F, J, 3), sim_frame (G, F, P),
        sim_window (G, M), and of paired windows sim_form (G,), the number of the form.
        """
        windows, shown = [], []
        for number in range(max(1, self.settings.item_frames // self.frames)):
            rng = np.random.default_rng((self.settings.seed, self.epoch, index, number))
            again = self.paired and number % 2 == 1
            shown.append(self._other_body(shown[-1]) if again else self._choose(rng))
            windows.append(self._window(shown[-1], rng))
        item = {name: np.stack([window[name] for window in windows]) for name in windows[0]}
        if self.paired:
            item["sim_form"] = np.array([runner.parameters.seed for runner in shown])
        return item

    def _window(self, runner: Runner, rng: np.random.Generator) -> dict[str, np.ndarray]:
        low, high = self.settings.fps
        fps = rng.uniform(max(low, self.frames / runner.duration_s), high)
        start_s = rng.uniform(0, max(0.0, runner.duration_s - (self.frames - 1) / fps))
        joints_m, per_frame = runner.at(start_s + np.arange(self.frames) / fps)
        shot = film(runner, joints_m, fps, float(rng.uniform(0, 360)), self.settings, rng)
        return {
            "sim_motion": shot.motion,
            "sim_joints": shot.joints,
            "sim_frame": mirrored_frame_targets(per_frame) if shot.mirrored else per_frame,
            "sim_window": ((runner.targets(fps) - self.mean) / self.deviation).astype(np.float32),
        }

    def _choose(self, rng: np.random.Generator) -> Runner:
        """A runner, captured or simulated, who runs for long enough."""
        least_s = self.frames / self.settings.fps[1]
        long_enough = []
        if rng.random() < self.settings.captured_share:
            long_enough = [runner for runner in self.captured if runner.duration_s >= least_s]
        runners = long_enough or self.runners
        return runners[int(rng.integers(len(runners)))]

    def _other_body(self, runner: Runner) -> Runner:
        """The same form in its other body; the runner where there is none."""
        others = [other for other in self.bodies[runner.parameters.seed] if other is not runner]
        return others[0] if others else runner


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
    """One camera's view: the encoder's input (F, J, 3), its target (F, J, 3), and whether both were
    mirrored.
    """

    motion: np.ndarray
    joints: np.ndarray
    mirrored: bool


class Detected(NamedTuple):
    """What a detector sees of a filmed runner: px (F, K, 2), scores (F, K) and their skeleton; the
    cameras, the joints (F, K, 3) as filmed, m, and the rows of these that the skeleton takes.
    """

    xy_px: np.ndarray
    score: np.ndarray
    skeleton: Skeleton
    cameras: Cameras
    joints_m: np.ndarray
    rows: slice


def film(
    runner: Runner,
    joints_m: np.ndarray,
    fps: float,
    azimuth_deg: float,
    settings: SimulationSettings,
    rng: np.random.Generator,
) -> Shot:
    """One camera's view of `runner` at joints (F, K, 3), made into the encoder's input like a clip.

    The target is relative to the root and scaled, frame by frame, as the image of a point at the
    root's depth is. So its x and y agree with the input's up to perspective, and z, away from the
    camera, has their unit.
    """
    shot = detected(runner, joints_m, fps, azimuth_deg, settings.noisy_share, DetectorNoise(), rng)
    skeleton, cameras = shot.skeleton, shot.cameras
    scores = scores_to_h36m17(shot.score, skeleton)[..., None]
    h36m = np.concatenate([joints_to_h36m17(shot.xy_px, skeleton), scores], axis=-1)
    motion, box = normalised(h36m, fps, settings.smooth_s)
    truth_m = joints_to_h36m17(cameras.to_camera(shot.joints_m)[:, shot.rows], skeleton)
    scale = cameras.focal_px / (truth_m[:, 0, 2] * box.half_px)  # (F,) box units in a metre
    truth = ((truth_m - truth_m[:, :1]) * scale[:, None, None]).astype(np.float32)
    if settings.one_direction and faces_left(shot.xy_px, skeleton):
        return Shot(mirrored(motion), mirrored(truth), True)
    return Shot(motion, truth, False)


def detected(
    runner: Runner,
    joints_m: np.ndarray,
    fps: float,
    azimuth_deg: float,
    noisy_share: float,
    noise: DetectorNoise,
    rng: np.random.Generator,
) -> Detected:
    """`runner` at joints (F, K, 3), filmed by a random camera from `azimuth_deg`, as a detector of
    that `noise` sees it; a share of the films is exact.
    """
    camera = str(rng.choice(CAMERAS, p=CAMERA_SHARES))
    parameters = replace(
        runner.parameters,
        seed=int(rng.integers(2**31)),
        fps=fps,
        azimuth_deg=azimuth_deg,
        camera=camera,
    )
    time_s = np.arange(len(joints_m)) / fps
    if camera == "treadmill":  # the belt takes the runner back
        joints_m = joints_m - np.outer(time_s, [runner.parameters.speed_m_s, 0, 0])[:, None]
    cameras = plan_cameras(parameters, joints_m[:, runner.root_row], runner.height_m, time_s)
    image_px, depth_m = cameras.project(joints_m)
    name = str(rng.choice(list(runner.detected_as)))
    skeleton, rows = get_skeleton(name), runner.detected_as[name]
    xy_px, score = image_px[:, rows], np.ones(depth_m[:, rows].shape)
    if rng.random() < noisy_share:
        figure_px = np.median(np.ptp(image_px[..., 1], axis=1))
        hidden = depth_m > depth_m.mean(axis=1, keepdims=True) + BEHIND_M
        visible = ~hidden[:, rows]
        xy_px, score = detect(xy_px, figure_px, fps, skeleton, rng, visible=visible, noise=noise)
        score = score ** rng.uniform(*CALIBRATION)
    return Detected(xy_px, score, skeleton, cameras, joints_m, rows)


def faces_left(xy_px: np.ndarray, skeleton: Skeleton) -> bool:
    """Whether the runner of joints (F, K, 2) clearly faces left in the image."""
    tracks = dict(zip(skeleton.joints, xy_px.swapaxes(0, 1), strict=True))
    return facing_of_tracks(tracks).direction < 0

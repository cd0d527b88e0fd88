"""One simulated runner filmed twice: keypoints with a detector's noise, without rendering.

Between the two films change: where the runner is in their stride, every step's variation, the
camera's place, height, framing and shake, and the detector's noise. The same stay: body, habits,
speed, side of the camera, frame rate, and where the detector places this runner's joints.
"""

from dataclasses import replace

import numpy as np

from runform.errors import Unavailable
from runform.gait.measure import GaitSettings, gait_of
from runform.pose.backend import Detections
from runform.pose.estimate import PoseSettings, finish
from runform.simulate.body import random_body
from runform.simulate.camera import plan_cameras
from runform.simulate.detector_noise import detect, draw_joint_offsets, placed_joints
from runform.simulate.gait_style import draw_style
from runform.simulate.parameters import DEFICIENCIES, SimulationParameters
from runform.simulate.recording import as_filmed
from runform.simulate.runner import move_runner
from runform.skeleton import get_skeleton

SKELETON = get_skeleton("halpe26")
RATES = (30.0, 60.0, 120.0)
AIM_SD_DEG = 2.0  # how far from square a tripod stands, either time


def runner_of(seed: int, view: str) -> SimulationParameters:
    """A runner of random speed, severities, camera, frame rate and length of film."""
    rng = np.random.default_rng([seed, 29])
    return SimulationParameters(
        seed=seed,
        duration_s=round(float(rng.uniform(3.0, 8.0)), 1),
        fps=float(rng.choice(RATES)),
        width_px=1280,
        height_px=720,
        view=view,
        camera=str(rng.choice(("following", "treadmill"))),
        speed_m_s=round(float(rng.uniform(2.5, 4.2)), 2),
        severities={
            name: round(float(np.clip(rng.normal(0.2, 0.5), -1, 1.3)), 2) for name in DEFICIENCIES
        },
    )


def filmed(
    runner: SimulationParameters,
    film: int,
    shank_change_deg: float = 0.0,
    told_view: str | None = None,
) -> dict | None:
    """The gait file of one film of `runner`; None where no gait was measured.

    film: number of the film, from which all that differs between films follows.
    shank_change_deg: added to the shank's angle at contact of both legs.
    told_view: what the manifest says, empty for nothing; None for the runner's view.
    """
    body_rng = np.random.default_rng([runner.seed, 1])
    body = random_body(body_rng)
    style = draw_style(runner, body.leg_length_m, body_rng)
    offsets = draw_joint_offsets(1.0, np.random.default_rng([runner.seed, 3]))
    rng = np.random.default_rng([runner.seed, 5, film])
    style = replace(
        style, start_phase=float(rng.random()), shank_ic_deg=style.shank_ic_deg + shank_change_deg
    )
    time_s = np.arange(runner.frames) / runner.fps
    motion = move_runner(body, style, time_s, rng, runner.severities, measured=False)
    camera = replace(
        runner,
        seed=int(rng.integers(2**31)),
        azimuth_deg=(runner.camera_azimuth_deg + float(rng.normal(0, AIM_SD_DEG))) % 360,
    )
    joints_m = as_filmed(runner, placed_joints(motion.joints, offsets), time_s)
    root_m = joints_m[:, SKELETON.index("root")]
    cameras = plan_cameras(camera, root_m, body.height_m, time_s)
    clean_px = cameras.project(joints_m)[0]
    tall_px = np.nanmax(clean_px[..., 1], axis=1) - np.nanmin(clean_px[..., 1], axis=1)
    detections = Detections(*detect(clean_px, tall_px, runner.fps, SKELETON, rng))
    size = (runner.width_px, runner.height_px)
    sequence = finish(detections, SKELETON.name, runner.fps, None, size, {}, PoseSettings())
    try:
        view = runner.view if told_view is None else told_view
        return gait_of(sequence, GaitSettings(), {}, view)
    except Unavailable:
        return None

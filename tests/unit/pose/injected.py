"""Runners as a noisy detector sees them, with some of their legs exchanged: what the repair of
swaps is measured on.

Legend: T frames, K keypoints.
"""

import numpy as np

from runform.pose.quality import leg_length_px
from runform.simulate.camera import plan_cameras
from runform.simulate.detector_noise import DetectorNoise, detect
from runform.simulate.parameters import SimulationParameters
from runform.simulate.runner import simulate_runner
from runform.skeleton import get_skeleton

SKELETON, FPS = get_skeleton("halpe26"), 30.0
LOWER_LEG, KNEE, HIP = ("ankle", "heel", "big_toe", "small_toe"), ("knee",), ("hip",)


def exchange(xy, frames, joints):
    """`xy` with left and right of `joints` exchanged in `frames`."""
    columns = [
        [SKELETON.index(f"{side}_{joint}") for joint in joints] for side in ("left", "right")
    ]
    changed = xy.copy()
    changed[np.ix_(frames, columns[0])], changed[np.ix_(frames, columns[1])] = (
        xy[np.ix_(frames, columns[1])],
        xy[np.ix_(frames, columns[0])],
    )
    return changed


def detected(seed: int, view: str, seconds: float = 4.0):
    """Detections of a simulated runner with a detector's noise, some legs swapped: (T, 26, 2), (T,
    26), (T,) swapped.
    """
    rng = np.random.default_rng([seed, 5])
    time_s = np.arange(int(FPS * seconds)) / FPS
    parameters = SimulationParameters(
        seed=seed, view=view, speed_m_s=round(float(rng.uniform(2.4, 5)), 2)
    )
    joints = simulate_runner(parameters, time_s, measured=False).joints
    clean = plan_cameras(parameters, joints[:, SKELETON.index("root")], 1.75, time_s).project(
        joints
    )[0]
    height = 2 * leg_length_px(clean, SKELETON)
    xy, score = detect(clean, height, FPS, SKELETON, rng, noise=DetectorNoise(swaps_hz=0))
    swapped = np.zeros(len(xy), bool)
    for _ in range(int(rng.integers(1, 4))):
        length = int(np.exp(rng.uniform(0, np.log(FPS))))  # one frame to one second
        first = int(rng.integers(0, len(xy) - length))
        swapped[first : first + length] = True
    joints = LOWER_LEG + KNEE + (HIP if seed % 2 else ())
    return exchange(xy, np.flatnonzero(swapped), joints), score, swapped

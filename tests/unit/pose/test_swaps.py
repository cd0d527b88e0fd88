import numpy as np
import pytest
from runners import running

from runform.pose.quality import leg_length_px
from runform.pose.swaps import GROUPS, SwapSettings, unswap
from runform.simulate.camera import plan_cameras
from runform.simulate.detector_noise import DetectorNoise, detect
from runform.simulate.parameters import SimulationParameters
from runform.simulate.runner import simulate_runner
from runform.skeleton import get_skeleton

SKELETON, FPS = get_skeleton("halpe26"), 30.0
LOWER_LEG, KNEE, HIP = ("ankle", "heel", "big_toe", "small_toe"), ("knee",), ("hip",)


def exchange(xy, frames, joints):
    """`xy` with left and right of `joints` exchanged in `frames`."""
    columns = [[SKELETON.index(f"{side}_{joint}") for joint in joints] for side in ("left", "right")]
    changed = xy.copy()
    changed[np.ix_(frames, columns[0])], changed[np.ix_(frames, columns[1])] = (
        xy[np.ix_(frames, columns[1])],
        xy[np.ix_(frames, columns[0])],
    )
    return changed


def repaired(xy, score=None, fps=FPS):
    score = np.full(xy.shape[:2], 0.9) if score is None else score
    return unswap(xy, score, SKELETON, leg_length_px(xy, SKELETON), fps, SwapSettings())[:3]


@pytest.mark.parametrize(
    "joints", [LOWER_LEG + KNEE + HIP, LOWER_LEG + KNEE, LOWER_LEG, KNEE], ids=["leg", "below hip", "shank", "knee"]
)
@pytest.mark.parametrize("frames", [[30], list(range(20, 30)), list(range(40, 70)), [0, 1, 2], list(range(115, 120))])
def test_swaps_of_any_part_and_length_are_put_back(joints, frames):
    truth = running(120, skeleton="halpe26")
    xy, _, exchanged = repaired(exchange(truth, frames, joints))
    np.testing.assert_array_equal(xy, truth)
    for at, group in enumerate(GROUPS):
        if set(group) & {"knee", "ankle"}:  # seen from the side both hips are in one place
            assert np.flatnonzero(exchanged[:, at]).tolist() == (frames if set(group) & set(joints) else [])


def test_what_is_right_stays_as_it_is():
    truth = running(120, skeleton="halpe26")
    xy, score, exchanged = repaired(truth)
    assert not exchanged.any()
    np.testing.assert_array_equal(xy, truth)
    np.testing.assert_array_equal(score, 0.9)


def test_scores_go_with_their_joints():
    truth = running(120, skeleton="halpe26")
    score = np.full(truth.shape[:2], 0.9)
    score[:, SKELETON.index("left_ankle")] = 0.7
    swapped_score = exchange(score[..., None], list(range(50, 60)), LOWER_LEG)[..., 0]
    _, back, _ = repaired(exchange(truth, list(range(50, 60)), LOWER_LEG), swapped_score)
    np.testing.assert_array_equal(back, score)


def test_a_swap_that_ends_in_a_gap_is_put_back():
    truth = running(120, skeleton="halpe26")
    truth[60:64] = np.nan
    xy, _, exchanged = repaired(exchange(truth, list(range(50, 60)), LOWER_LEG + KNEE))
    np.testing.assert_array_equal(xy, truth)
    assert not exchanged[64:].any()


def test_nothing_is_done_without_legs():
    xy = np.full((40, 26, 2), np.nan)
    back, _, exchanged, _ = unswap(xy, np.zeros((40, 26)), SKELETON, np.nan, FPS, SwapSettings())
    assert np.isnan(back).all() and not exchanged.any()


def detected(seed: int, view: str, seconds: float = 4.0):
    """Detections of a simulated runner with a detector's noise, some legs swapped: (T, 26, 2), (T, 26), (T,) swapped."""
    rng = np.random.default_rng([seed, 5])
    time_s = np.arange(int(FPS * seconds)) / FPS
    parameters = SimulationParameters(seed=seed, view=view, speed_m_s=round(float(rng.uniform(2.4, 5)), 2))
    joints = simulate_runner(parameters, time_s, measured=False).joints
    clean = plan_cameras(parameters, joints[:, SKELETON.index("root")], 1.75, time_s).project(joints)[0]
    height = 2 * leg_length_px(clean, SKELETON)
    xy, score = detect(clean, height, FPS, SKELETON, rng, noise=DetectorNoise(swaps_hz=0))
    swapped = np.zeros(len(xy), bool)
    for _ in range(int(rng.integers(1, 4))):
        length = int(np.exp(rng.uniform(0, np.log(FPS))))  # one frame to one second
        first = int(rng.integers(0, len(xy) - length))
        swapped[first : first + length] = True
    joints = LOWER_LEG + KNEE + (HIP if seed % 2 else ())
    return exchange(xy, np.flatnonzero(swapped), joints), score, swapped


def test_injected_swaps_in_side_views_with_a_detector_s_noise():
    counts = np.zeros(4, int)
    for seed in range(100):
        xy, score, swapped = detected(2000 + seed, ("left", "right")[seed % 2])
        found = repaired(xy, score)[2][:, 2]
        counts += [(found & swapped).sum(), swapped.sum(), (found & ~swapped).sum(), (~swapped).sum()]
    put_back, broken = counts[0] / counts[1], counts[2] / counts[3]
    print(f"swaps in 100 side views: {put_back:.1%} of {counts[1]} swapped frames repaired, {broken:.2%} of correct ones broken")
    assert put_back >= 0.95 and broken < 0.005

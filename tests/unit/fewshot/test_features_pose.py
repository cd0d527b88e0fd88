"""Mean and spread of the figure, whatever its place, its size and its direction; and what is no
form at all.
"""

import numpy as np
import pytest

from runform.fewshot.features import H36M, NUISANCE, mean_and_spread, nuisance
from runform.sequence import PoseSequence
from runform.skeleton import mirrored


def sequence(xy, size=(640, 480), fps=30.0):
    box = np.concatenate([np.nanmin(xy, axis=1), np.nanmax(xy, axis=1)], axis=1).astype(np.float32)
    xy, score = xy.astype(np.float32), np.isfinite(xy).all(axis=-1).astype(np.float32)
    return PoseSequence(xy, score, box, xy, score, "h36m17", fps, float("nan"), size)


def running(frames=40):
    rng = np.random.default_rng(0)
    figure = rng.normal(size=(17, 2)) * 30 + 200
    figure[H36M.index("neck")] = figure[H36M.index("root")] + [0, -80]
    swing = rng.normal(size=(17, 2)) * 5
    swing[[H36M.index("neck"), H36M.index("root")]] = 0
    return figure + np.sin(np.arange(frames))[:, None, None] * swing


def test_by_hand():
    xy = np.zeros((2, 17, 2))
    xy[:, H36M.index("neck")] = [0, -50]
    xy[0, H36M.index("right_ankle")], xy[1, H36M.index("right_ankle")] = [100, 100], [0, 100]
    features = mean_and_spread(sequence(xy), 1).reshape(2, 17, 2)
    assert features[0, H36M.index("neck")] == pytest.approx([0, -1])
    assert features[0, H36M.index("right_ankle")] == pytest.approx([1, 2])  # torso lengths of 50 px
    assert features[1, H36M.index("right_ankle")] == pytest.approx([1, 0])


def test_place_size_and_direction_do_not_show():
    xy = running()
    plain = mean_and_spread(sequence(xy), 1)
    assert mean_and_spread(sequence(3 * xy + [500, 20]), 1) == pytest.approx(plain, abs=1e-4)
    assert mean_and_spread(sequence(mirrored(xy) + np.array([900, 0])), -1) == pytest.approx(
        plain, abs=1e-4
    )


def test_joints_never_seen_are_gaps():
    xy = running()
    xy[:, H36M.index("left_wrist")] = np.nan
    xy[3, H36M.index("right_wrist")] = np.nan
    features = mean_and_spread(sequence(xy), 1).reshape(2, 17, 2)
    assert np.isnan(features[:, H36M.index("left_wrist")]).all()
    assert np.isfinite(np.delete(features, H36M.index("left_wrist"), axis=1)).all()


def test_nuisance_by_hand():
    xy = np.full((30, 17, 2), [100.0, 120.0])
    xy[:, H36M.index("neck")] = [100, 60]
    xy[:, H36M.index("left_ankle")] = [200, 360]
    xy[20:, :, 0] += 64
    named = dict(zip(NUISANCE, nuisance(sequence(xy), 100.0, 20.0), strict=True))
    assert named["height"] == pytest.approx(300 / 480)
    assert named["centre_x"] == pytest.approx(150 / 640)
    assert named["centre_y"] == pytest.approx(210 / 480)
    assert named["travel_x"] == pytest.approx(64 / 640)
    assert (named["frames"], named["duration_s"], named["fps"]) == (30, 1, 30)
    assert named["aspect"] == pytest.approx(4 / 3)
    assert (named["brightness"], named["contrast"]) == (100, 20)


def test_what_limbs_do_inside_the_box_is_no_nuisance():
    calm = np.full((40, 17, 2), [100.0, 100.0])
    calm[:, H36M.index("head")], calm[:, H36M.index("left_ankle")] = [10, 10], [200, 300]
    wild = calm.copy()
    wild[:, H36M.index("left_wrist")] = np.array([90, 100]) + 40 * np.sin(np.arange(40))[:, None]
    wild[:, H36M.index("right_knee")] = np.array([90, 150]) + 60 * np.cos(np.arange(40))[:, None]
    assert nuisance(sequence(calm), 1, 1) == pytest.approx(nuisance(sequence(wild), 1, 1))


@pytest.mark.filterwarnings("ignore:All-NaN slice")
def test_nuisance_of_a_runner_never_seen_is_a_gap():
    named = dict(zip(NUISANCE, nuisance(sequence(np.full((9, 17, 2), np.nan)), 1, 1), strict=True))
    assert np.isnan([named[name] for name in NUISANCE[:4]]).all() and named["frames"] == 9

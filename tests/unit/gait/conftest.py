"""One simulated run, as keypoints and as gait files."""

import pytest
from simulated_sequences import RULES, run, seen

from runform.gait.measure import GaitSettings, measure_gait
from runform.sequence import empty_sequence, save_sequence


@pytest.fixture(scope="module")
def runner():
    return run(seed=21, fps=30.0, duration_s=4.0)


@pytest.fixture
def files(runner, tmp_path):
    """A clip that is there and one that is not, measured."""
    poses = {"there": seen(runner, 30.0), "gone": empty_sequence("removed by its uploader")}
    for name, pose in poses.items():
        save_sequence(pose, tmp_path / f"{name}.npz")
        measure_gait(
            tmp_path / f"{name}.npz",
            tmp_path / f"{name}.json",
            GaitSettings(),
            RULES,
            height_m=1.75,
        )
    return tmp_path

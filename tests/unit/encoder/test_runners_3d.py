"""Runners in three dimensions: their samples, their targets, and who they are."""

import numpy as np
import pytest

from runform.encoder.runners_3d import (
    METRICS,
    PER_WINDOW,
    STEPS,
    capture_runners,
    mirrored_frame_targets,
    simulate_runners,
)
from runform.errors import InputError
from runform.simulate.parameters import DEFICIENCIES
from runform.simulate.runner import simulate_runner


@pytest.fixture(scope="module")
def runners():
    return simulate_runners(4, 3.0, 60.0, (0, 0))


def test_between_samples_joints_are_interpolated(runners):
    joints, _ = runners[0].at(np.array([0.0, 1 / 60, 1.5 / 60]))
    np.testing.assert_array_equal(joints[:2], runners[0].joints[:2])
    np.testing.assert_allclose(joints[2], runners[0].joints[1:3].mean(axis=0), atol=1e-5)


def test_targets_are_the_simulators_own(runners):
    targets = runners[1].targets(30.0)
    assert len(targets) == len(PER_WINDOW) == len(METRICS) + 1 + 9
    severities = runners[1].parameters.severities
    np.testing.assert_array_equal(targets[STEPS + 1 :], [severities[name] for name in DEFICIENCIES])
    assert runners[1].targets(60.0)[STEPS] == pytest.approx(targets[STEPS] / 2)
    sine, cosine = runners[1].per_frame[:, 0], runners[1].per_frame[:, 1]
    np.testing.assert_allclose(sine**2 + cosine**2, 1, rtol=1e-5)
    assert set(np.unique(runners[1].per_frame[:, 2:])) == {-1.0, 1.0}


def test_a_mirrored_runner_lands_on_the_other_foot_half_a_stride_later(runners):
    per_frame = runners[0].per_frame
    twin = mirrored_frame_targets(per_frame)
    assert mirrored_frame_targets(twin).tolist() == per_frame.tolist()
    phase, other = (
        np.arctan2(rows[:, 0], rows[:, 1]) / (2 * np.pi) % 1 for rows in (per_frame, twin)
    )
    np.testing.assert_allclose((other - phase) % 1, 0.5, atol=1e-5)
    # the left foot lands half a stride after the right one
    landing = np.flatnonzero(np.diff(per_frame[:, 2], prepend=per_frame[0, 2]) > 0)
    assert np.abs(phase[landing] - 0.5).max() < 0.1


@pytest.mark.parametrize("amount", [0.0, 1.0])
def test_one_form_in_two_bodies(amount, runners):
    pairs = simulate_runners(30, 3.0, 60.0, (0, 0), amount, 0.0, two_bodies=True)
    assert len(pairs) == 30
    first, second = pairs[::2], pairs[1::2]
    assert [one.parameters for one in first] == [one.parameters for one in second]
    assert all(one.height_m != other.height_m for one, other in zip(first, second, strict=True))
    # form differs little between the two
    values = np.stack([[one.per_window for one in part] for part in (first, second)])
    within = ((values[0] - values[1]) ** 2).mean(axis=0) / 2
    assert (within < 0.25 * values[0].var(axis=0)).all()
    # the first body is the runner's own
    alone = simulate_runners(2, 3.0, 60.0, (0, 0), amount, 0.0)
    assert alone[1].joints.tobytes() == pairs[2].joints.tobytes()


def test_without_domain_randomisation_runners_are_the_rendered_ones():
    plain = simulate_runners(2, 1.0, 60.0, (0, 0))
    for one in plain:
        again = simulate_runner(one.parameters, np.arange(60) / 60)
        assert one.joints.tobytes() == again.joints.astype(np.float32).tobytes()


def test_the_same_seed_gives_the_same_runners_and_randomisation_changes_only_their_joints():
    one, same = (simulate_runners(2, 1.0, 60.0, (0, 0), 1.0) for _ in range(2))
    for runner, twin, plain in zip(one, same, simulate_runners(2, 1.0, 60.0, (0, 0)), strict=True):
        assert runner.joints.tobytes() == twin.joints.tobytes()
        assert 0.01 < np.abs(runner.joints - plain.joints).mean() < 0.2
        assert runner.parameters == plain.parameters


def test_a_folder_without_motion_capture_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no \.bvh file: expected a folder of motion capture"):
        capture_runners(tmp_path)

"""Runners filmed for training: the target fits the image, targets are true, and everything follows
from the seed.
"""

from dataclasses import replace

import numpy as np
import pytest

from runform.encoder.runners_3d import simulate_runners
from runform.encoder.simulated_data import SimulatedWindows, SimulationSettings, film, spread_of
from runform.skeleton import mirrored

SETTINGS = SimulationSettings(
    runners=4, duration_s=3.0, items=6, item_frames=60, frames=(30, 60), one_direction=False
)


@pytest.fixture(scope="module")
def runners():
    return simulate_runners(4, 3.0, 60.0, (0, 0))


@pytest.mark.parametrize("azimuth_deg", [0.0, 90.0, 225.0])
def test_without_noise_the_target_lies_on_the_image(runners, azimuth_deg):
    settings = replace(SETTINGS, noisy_share=0.0)
    motion, truth, _ = film(
        runners[0], runners[0].joints[:60], 60.0, azimuth_deg, settings, np.random.default_rng(0)
    )
    assert (motion[..., 2] == 1).all()
    assert not truth[:, 0].any()
    image = motion[..., :2] - motion[:, :1, :2]
    # but for perspective: a limb 0.5 m nearer than the root, at 6 m, is 8 % larger
    assert np.abs(image - truth[..., :2]).max() < 0.15
    assert np.abs(image - truth[..., :2]).mean() < 0.02


def test_depth_grows_away_from_the_camera(runners):
    settings = replace(SETTINGS, noisy_share=0.0)
    # from the left the right hip is farther away, from the right nearer
    for azimuth_deg, sign in ((90.0, 1), (270.0, -1)):
        _, truth, _ = film(
            runners[0],
            runners[0].joints[:60],
            60.0,
            azimuth_deg,
            settings,
            np.random.default_rng(0),
        )
        assert (sign * (truth[:, 1, 2] - truth[:, 4, 2]) > 0).all()


def test_noise_moves_joints_and_lowers_scores(runners):
    clean, noisy = (
        film(
            runners[0],
            runners[0].joints[:120],
            60.0,
            90.0,
            replace(SETTINGS, noisy_share=share),
            np.random.default_rng(3),
        )[0]
        for share in (0.0, 1.0)
    )
    assert np.isfinite(noisy).all()
    assert 0.5 < noisy[..., 2].mean() < 0.95
    assert 0 < np.median(np.abs(noisy - clean)[..., :2]) < 0.1


def test_items_follow_from_seed_epoch_and_index(runners):
    one, other = (SimulatedWindows(runners, SETTINGS, spread_of(runners)) for _ in range(2))
    first = one[2]
    assert first["sim_motion"].shape == (2, 30, 17, 3)  # two windows of 30 make up 60 frames
    for name, values in other[2].items():
        np.testing.assert_array_equal(values, first[name])
    assert (other[3]["sim_motion"] != first["sim_motion"]).any()
    other.set_epoch(1)
    assert other[2]["sim_motion"].shape == (1, 60, 17, 3)


def test_every_second_window_shows_the_form_before_it_in_another_body(runners):
    both = simulate_runners(4, 3.0, 60.0, (0, 0), two_bodies=True)
    settings = replace(SETTINGS, item_frames=90)  # three windows
    spread = spread_of(both)
    item = SimulatedWindows(both, settings, spread, paired=True)[0]
    assert item["sim_form"][0] == item["sim_form"][1]
    assert set(item["sim_form"]) <= {runner.parameters.seed for runner in both}
    severities = item["sim_window"][:, -9:]
    np.testing.assert_array_equal(severities[0], severities[1])
    assert (item["sim_window"][0] != item["sim_window"][1]).any()
    assert np.abs(item["sim_motion"][0] - item["sim_motion"][1]).mean() > 0.01
    # without pairs the first window is the same, and there are no forms
    alone = SimulatedWindows(both, settings, spread)[0]
    np.testing.assert_array_equal(alone["sim_motion"][0], item["sim_motion"][0])
    assert "sim_form" not in alone
    # who has one body is filmed twice
    once = SimulatedWindows(runners, settings, spread, paired=True)[0]
    np.testing.assert_array_equal(once["sim_window"][0][-9:], once["sim_window"][1][-9:])


def test_per_window_targets_are_standardised(runners):
    windows = SimulatedWindows(
        runners, replace(SETTINGS, fps=(30.0, 30.0), items=40), spread_of(runners)
    )
    values = np.concatenate([windows[index]["sim_window"] for index in range(40)])
    assert np.abs(values.mean(axis=0)).max() < 1
    assert np.abs(values).max() < 3  # four runners lie within 1.8 deviations of their mean


def test_captured_runners_are_filmed_too_where_they_are_long_enough(runners):
    captured = replace(
        runners[0],
        joints=runners[0].joints[:50, :17],
        per_frame=np.full((50, 4), np.nan, np.float32),
    )
    windows = SimulatedWindows(
        runners, replace(SETTINGS, captured_share=1.0), spread_of(runners), [captured]
    )
    assert np.isnan(
        windows[0]["sim_frame"]
    ).all()  # 30 frames at up to 60 a second fit into 50 samples
    windows.set_epoch(1)
    assert np.isfinite(windows[0]["sim_frame"]).all()  # 60 frames do not


@pytest.mark.parametrize(("azimuth_deg", "turned"), [(90.0, True), (270.0, False), (0.0, False)])
def test_in_one_direction_who_faces_left_is_mirrored_with_the_target(runners, azimuth_deg, turned):
    shots = [
        film(
            runners[0],
            runners[0].joints[:60],
            60.0,
            azimuth_deg,
            replace(SETTINGS, one_direction=one),
            np.random.default_rng(4),
        )
        for one in (True, False)
    ]
    assert [shot.mirrored for shot in shots] == [turned, False]
    for one, other in zip(shots[0][:2], shots[1][:2], strict=True):
        np.testing.assert_array_equal(one, mirrored(other) if turned else other)
    knees_ahead = (
        shots[0].joints[:, [2, 5], 0]
        - (shots[0].joints[:, [1, 4], 0] + shots[0].joints[:, [3, 6], 0]) / 2
    )
    assert azimuth_deg == 0 or knees_ahead.mean() > 0

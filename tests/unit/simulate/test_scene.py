"""Treadmill and backdrop as a camera sees them."""

import numpy as np
import pytest

from runform.simulate.scene import DECK_HEIGHT_M, build_backdrop, treadmill_meshes


@pytest.mark.parametrize(("azimuth_deg", "console"), [(90.0, True), (-90.0, True), (10.0, False)])
def test_a_console_between_camera_and_runner_is_left_out(azimuth_deg, console):
    deck, upper = treadmill_meshes(azimuth_deg)
    assert deck.vertices[:, 2].min() == pytest.approx(-DECK_HEIGHT_M)
    assert (upper.vertices[:, 2].max() > 1.0) == console


def test_the_wall_stands_behind_the_runner_as_the_camera_sees_them():
    path = np.stack([np.linspace(0, 10, 11), np.zeros(11), np.zeros(11)], axis=1)
    toward = np.array([0.0, 1.0, 0.0])
    backdrop = build_backdrop(np.random.default_rng(0), "park", path, toward)
    assert backdrop.wall_origin_m @ toward < path.min(axis=0) @ toward - 5
    assert backdrop.centre_m == pytest.approx([5.0, 0.0])
    assert build_backdrop(np.random.default_rng(0), "room", path, toward).level_m == -DECK_HEIGHT_M

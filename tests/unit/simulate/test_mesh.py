"""Meshes by hand: counts, positions, light, and what is painted in front."""

import numpy as np
import pytest

from runform.simulate.camera import Cameras
from runform.simulate.mesh import (
    Light,
    blend,
    box,
    finer,
    merged,
    moved,
    paint_mesh,
    patch,
    shade,
    tube,
)

LIGHT = Light(np.array([0.0, 0.0, 1.0]), 0.4, np.ones(3))


def outward_share(mesh):
    """Share of faces whose normal points away from the middle of the ring they lie on."""
    corners = mesh.vertices[mesh.faces]
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    return np.mean(np.einsum("fi,fi->f", normal, corners.mean(axis=1) * [0, 1, 1]) > 0)


def test_a_tube_has_its_radii_and_one_colour_per_pair_of_rows():
    mesh = tube([(0.0, 1.0, 2.0, 4.0), (1.0, 1.0, 2.0, 4.0)], [(10, 20, 30)], segments=8)
    assert mesh.vertices.shape == (16, 3) and mesh.faces.shape == (8, 4)
    along, front, side = mesh.vertices.T
    assert (front.max(), front.min(), side.max()) == pytest.approx((2.0, -4.0, 1.0))
    assert set(along) == {0.0, 1.0}
    assert (mesh.colour == (10, 20, 30)).all()
    assert outward_share(mesh) == 1.0


def test_finer_rows_go_through_the_given_ones_and_stay_on_a_straight_cone():
    rows = [(0, 0.4, 0.4, 0.4), (1, 0.3, 0.3, 0.3), (2, 0.2, 0.2, 0.2), (3, 0.1, 0.1, 0.1)]
    between = finer(rows)
    np.testing.assert_allclose(between[::2], rows)
    np.testing.assert_allclose(between[3], (1.5, 0.25, 0.25, 0.25))


def test_a_box_faces_outwards():
    mesh = box((-1, -2, -3), (1, 2, 3), (5, 5, 5))
    corners = mesh.vertices[mesh.faces]
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    assert (np.einsum("fi,fi->f", normal, corners.mean(axis=1)) > 0).all()


def test_merged_meshes_keep_their_faces():
    one = box((0, 0, 0), (1, 1, 1), (1, 2, 3))
    both = merged([one, moved(one, (5, 0, 0))])
    assert len(both.vertices) == 16 and len(both.faces) == 12
    assert both.vertices[both.faces[6:], 0].min() == 5


def test_a_face_towards_the_light_is_brighter_than_one_away():
    colour = np.full((2, 3), 100.0)
    up, down = shade(colour, np.array([[0, 0, 1.0], [0, 0, -1.0]]), LIGHT)
    # up: 100 (.4 * 1 + .68 * 1); down: 100 (.4 * .7 + 0)
    assert up == pytest.approx([108.0] * 3)
    assert down == pytest.approx([28.0] * 3)


def test_a_patch_is_lifted():
    assert patch(np.zeros((4, 3)), (0, 0, 0), lift_m=0.03).lift_m.tolist() == [0.03]


def test_the_nearer_of_two_squares_is_painted_last():
    looking_down = np.array([[[1.0, 0, 0], [0, -1, 0], [0, 0, -1]]])
    camera = Cameras(np.array([[0.5, 0.5, 5.0]]), looking_down, 60.0, (20, 20))
    # Anticlockwise seen from above; the colours say which is on top.
    corners_m = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    near, far = patch(corners_m, (250, 0, 0), 0.0), patch(corners_m, (0, 0, 250), 0.0)
    image = np.zeros((20, 20, 3), np.uint8)
    paint_mesh(image, merged([moved(near, (0, 0, 1)), far]), camera, LIGHT)
    assert image[10, 10, 0] > 100
    assert image[10, 10, 2] == 0
    assert image[0, 0].sum() == 0


def test_blend_keeps_what_a_clear_layer_leaves():
    image = np.full((4, 4, 3), 200, np.uint8)
    layer = np.zeros((2, 2, 4), np.uint8)
    layer[0, 0] = (10, 20, 30, 255)
    layer[0, 1] = (5, 5, 5, 128)
    blend(image, layer, np.array([1, 2]))
    np.testing.assert_array_equal(image[2, 1], [10, 20, 30])
    np.testing.assert_allclose(image[2, 2], 200 * 127 / 255 + 5, atol=1)
    np.testing.assert_array_equal(image[3, 1], [200, 200, 200])

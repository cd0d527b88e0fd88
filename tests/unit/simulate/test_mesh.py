"""Meshes by hand: counts, places, light, and what is painted in front."""

import numpy as np
import pytest

from runform.simulate.mesh import Light, blend, box, finer, merged, moved, patch, shade, tube

LIGHT = Light(np.array([0.0, 0.0, 1.0]), 0.4, np.ones(3))


def test_a_tube_has_its_radii_and_one_colour_per_pair_of_rows():
    mesh = tube([(0.0, 1.0, 2.0, 4.0), (1.0, 1.0, 2.0, 4.0)], [(10, 20, 30)], segments=8)
    assert mesh.vertices.shape == (16, 3) and mesh.faces.shape == (8, 4)
    along, front, side = mesh.vertices.T
    assert (front.max(), front.min(), side.max()) == pytest.approx((2.0, -4.0, 1.0))
    assert set(along) == {0.0, 1.0}
    assert (mesh.colour == (10, 20, 30)).all()


def test_finer_rows_lie_on_a_straight_line_where_rows_do():
    rows = finer([(0, 1, 1, 1), (1, 2, 2, 2), (2, 3, 3, 3), (3, 4, 4, 4)])
    assert len(rows) == 7
    assert rows[3] == pytest.approx((1.5, 2.5, 2.5, 2.5))


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


def test_a_patch_is_lifted_and_a_clear_layer_changes_nothing():
    assert patch(np.zeros((4, 3)), (0, 0, 0), lift_m=0.03).lift_m.tolist() == [0.03]
    image = np.full((4, 4, 3), 90, np.uint8)
    layer = np.zeros((2, 2, 4), np.uint8)
    blend(image, layer, np.array([1, 1]))
    assert (image == 90).all()
    layer[:] = (10, 20, 30, 255)
    blend(image, layer, np.array([1, 1]))
    assert image[1, 1].tolist() == [10, 20, 30] and image[0, 0].tolist() == [90] * 3

"""Skeletons, the mapping to H36M-17, and gaps in tracks of joints."""

import numpy as np
import pytest

from runform.skeleton import (
    get_skeleton,
    interpolate_gaps,
    leg_length,
    load_skeletons,
    mirrored,
    to_h36m17,
)


@pytest.mark.parametrize(
    ("name", "count"), [("coco17", 17), ("halpe26", 26), ("blazepose33", 33), ("h36m17", 17)]
)
def test_joint_counts(name, count):
    assert len(get_skeleton(name).joints) == count == len(set(get_skeleton(name).joints))


def test_orders_are_those_of_the_datasets():
    assert get_skeleton("coco17").index("right_ankle") == 16
    assert get_skeleton("halpe26").joints[17:] == (
        *("head", "neck", "root", "left_big_toe", "right_big_toe"),
        *("left_small_toe", "right_small_toe", "left_heel", "right_heel"),
    )
    assert [
        get_skeleton("blazepose33").index(f"left_{joint}")
        for joint in ("hip", "ankle", "heel", "big_toe")
    ] == [23, 27, 29, 31]
    assert [
        get_skeleton("h36m17").index(joint)
        for joint in ("right_hip", "left_hip", "belly", "left_wrist")
    ] == [1, 4, 7, 13]


@pytest.mark.parametrize("skeleton", load_skeletons().values(), ids=lambda skeleton: skeleton.name)
def test_mirror_swaps_sides_and_is_its_own_inverse(skeleton):
    mirror = skeleton.mirror
    assert [mirror[mirror[row]] for row in range(len(mirror))] == list(range(len(mirror)))
    assert skeleton.joints[mirror[skeleton.index("left_knee")]] == "right_knee"
    assert mirror[skeleton.index("nose")] == skeleton.index("nose")


@pytest.mark.parametrize("skeleton", load_skeletons().values(), ids=lambda skeleton: skeleton.name)
def test_limbs_and_the_way_to_h36m_name_real_joints(skeleton):
    assert all(skeleton.has(a, b) and a != b for a, b in skeleton.limbs)
    if skeleton.name != "h36m17":
        assert tuple(skeleton.to_h36m17) == get_skeleton("h36m17").joints
        assert all(skeleton.has(*parts) for parts in skeleton.to_h36m17.values())


def test_unknown_skeleton_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'body25'.*coco17, h36m17, halpe26"):
        get_skeleton("body25")


@pytest.mark.parametrize(
    ("skeleton", "root", "neck", "head"),
    [
        (
            "coco17",
            ("left_hip", "right_hip"),
            ("left_shoulder", "right_shoulder"),
            ("left_eye", "right_eye"),
        ),
        (
            "blazepose33",
            ("left_hip", "right_hip"),
            ("left_shoulder", "right_shoulder"),
            ("left_eye", "right_eye"),
        ),
        ("halpe26", ("root",), ("neck",), ("head",)),
    ],
)
def test_each_joint_of_h36m_is_the_mean_of_its_parts_as_confident_as_the_least(
    skeleton, root, neck, head
):
    rng = np.random.default_rng(0)
    joints = get_skeleton(skeleton)
    xy, score = (
        rng.uniform(0, 500, (2, len(joints.joints), 2)),
        rng.uniform(0.1, 1, (2, len(joints.joints))),
    )
    h36m = to_h36m17(xy, score, joints)
    at = {name: (xy[:, joints.index(name)], score[:, joints.index(name)]) for name in joints.joints}
    for row, name in enumerate(get_skeleton("h36m17").joints):
        parts = {"root": root, "neck": neck, "head": head, "belly": (*root, *neck)}.get(
            name, (name,)
        )
        np.testing.assert_allclose(
            h36m[:, row, :2], np.mean([at[part][0] for part in parts], axis=0), rtol=1e-5
        )
        np.testing.assert_allclose(
            h36m[:, row, 2], np.min([at[part][1] for part in parts], axis=0), rtol=1e-6
        )


def test_mirrored_motion_swaps_sides_and_mirrored_again_is_the_same():
    motion = np.random.default_rng(2).normal(size=(5, 17, 3))
    twin = mirrored(motion)
    joints = get_skeleton("h36m17")
    np.testing.assert_array_equal(
        twin[:, joints.index("left_knee"), 1:], motion[:, joints.index("right_knee"), 1:]
    )
    np.testing.assert_array_equal(
        twin[:, joints.index("left_knee"), 0], -motion[:, joints.index("right_knee"), 0]
    )
    np.testing.assert_array_equal(mirrored(twin), motion)


def test_gaps_are_straight_lines_and_the_nearest_value_beyond():
    track = np.array([np.nan, 2, np.nan, np.nan, 5, np.nan])
    assert interpolate_gaps(track).tolist() == [2, 2, 3, 4, 5, 5]


def test_gaps_of_each_column_by_itself_and_zeros_where_nothing_is_known():
    tracks = np.array([[[0, np.nan]], [[np.nan, np.nan]], [[4, np.nan]]], np.float32)
    assert interpolate_gaps(tracks).tolist() == [[[0, 0]], [[2, 0]], [[4, 0]]]
    assert np.isnan(tracks[1]).all(), "the tracks themselves are left alone"


def test_interpolation_of_no_frames():
    assert interpolate_gaps(np.zeros((0, 17, 2))).shape == (0, 17, 2)


def leg_joints(knee_y=(4.0, 4.0, 4.0), sides=("left", "right")):
    """A leg of thigh 4 and shank 3, straight down in three frames; knees moved to `knee_y`."""
    return {
        f"{side}_{joint}": (
            np.stack([np.zeros(3), np.array(y, float)], 1)
            if side in sides
            else np.full((3, 2), np.nan)
        )
        for side in ("left", "right")
        for joint, y in (("hip", (0, 0, 0)), ("knee", knee_y), ("ankle", (7, 7, 7)))
    }


def test_leg_length_is_thigh_plus_shank():
    assert [leg_length(leg_joints(), pooled=p) for p in ("segments", "each_leg", "both_legs")] == [
        7
    ] * 3


def test_leg_length_of_segments_takes_each_where_it_is_longest():
    # thigh 2, 4, 6 and shank 5, 3, 1: the largest are 6 and 5, the leg is 7 in every frame
    legs = leg_joints(knee_y=(2, 4, 6))
    assert leg_length(legs, 100.0) == pytest.approx(11)
    assert leg_length(legs, 100.0, "each_leg") == pytest.approx(7)
    assert leg_length(legs, 90.0) == pytest.approx(5.6 + 4.6)


def test_leg_length_with_one_leg_seen():
    left = leg_joints(sides=("left",))
    assert np.isnan(leg_length(left)), "both thighs and shanks are needed"
    assert leg_length(left, pooled="each_leg") == leg_length(left, pooled="both_legs") == 7
    nobody = leg_joints(sides=())
    assert np.isnan(leg_length(nobody, pooled="each_leg"))
    assert np.isnan(leg_length(nobody, pooled="both_legs"))


def test_each_leg_is_the_mean_of_both_and_both_legs_their_percentile():
    legs = leg_joints() | {"right_ankle": np.stack([np.zeros(3), np.full(3, 9.0)], 1)}
    assert leg_length(legs, pooled="each_leg") == 8
    assert leg_length(legs, 100.0, "both_legs") == 9

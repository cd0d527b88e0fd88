import pytest

from runform.skeleton import get_skeleton, load_skeletons


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

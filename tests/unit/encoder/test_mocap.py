"""BVH files: forward kinematics by hand, and the mapping to H36M-17."""

import numpy as np
import pytest

from runform.encoder.mocap import facing_x, forward_kinematics, load_motion, parse
from runform.errors import InputError

ARM = """HIERARCHY
ROOT Upper
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Lower
  {
    OFFSET 2 0 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 1 0 0
    }
  }
}
MOTION
Frames: 3
Frame Time: 0.04
0 0 0 0 0 0 0 0 0
5 1 0 90 0 0 0 0 0
0 0 0 90 0 0 -90 0 90
"""


def test_an_arm_of_two_bones():
    nodes, channels, fps = parse(ARM)
    assert [(node.name, node.parent) for node in nodes] == [
        ("Upper", -1),
        ("Lower", 0),
        ("Lower_end", 1),
    ]
    assert fps == pytest.approx(25)
    positions = forward_kinematics(nodes, channels)
    np.testing.assert_allclose(positions[0], [[0, 0, 0], [2, 0, 0], [3, 0, 0]], atol=1e-12)
    np.testing.assert_allclose(positions[1], [[5, 1, 0], [5, 3, 0], [5, 4, 0]], atol=1e-12)
    # the elbow turns back by 90 degrees about z, then the forearm by 90 about its new y: from x
    # to -z
    np.testing.assert_allclose(positions[2], [[0, 0, 0], [0, 2, 0], [0, 2, -1]], atol=1e-12)


def figure(names: dict[str, tuple[float, float, float]]) -> str:
    """A BVH of joints that all hang on the root, each moved by its own position channels; two
    frames, 100 cm apart along z.
    """
    channels = "CHANNELS 3 Xposition Yposition Zposition"
    children = "".join(
        f"JOINT {name}\n{{\nOFFSET 0 0 0\n{channels}\nEnd Site\n{{\nOFFSET 0 10 0\n}}\n}}\n"
        for name in names
    )
    row = " ".join(f"{value:g}" for xyz in names.values() for value in xyz)
    frames = "".join(f"0 0 {z} {row}\n" for z in (0, 100))
    hierarchy = f"HIERARCHY\nROOT R\n{{\nOFFSET 0 0 0\n{channels}\n{children}}}\n"
    return f"{hierarchy}MOTION\nFrames: 2\nFrame Time: 0.02\n{frames}"


JOINTS_CM = {
    "LeftUpLeg": (10, 90, 0),
    "RightUpLeg": (-10, 90, 0),
    "LeftLeg": (10, 50, 0),
    "RightLeg": (-10, 50, 0),
    "LeftFoot": (10, 10, 0),
    "RightFoot": (-10, 10, 0),
    "LeftArm": (20, 140, 0),
    "RightArm": (-20, 140, 0),
    "LeftForeArm": (20, 110, 0),
    "RightForeArm": (-20, 110, 0),
    "LeftHand": (20, 80, 5),
    "RightHand": (-20, 80, 5),
    "Head": (0, 150, 0),
}


def test_a_figure_in_h36m17_metres_and_the_direction_of_travel(tmp_path):
    (tmp_path / "a.bvh").write_text(figure(JOINTS_CM))
    motion = load_motion(tmp_path / "a.bvh")
    assert motion.fps == pytest.approx(50)
    first = motion.joints_m[0]
    # y up and z forward in the file: x forward, y left, z up here
    np.testing.assert_allclose(first[0], [0, 0, 0.9], atol=1e-6)  # root, between the hips
    np.testing.assert_allclose(first[4], [0, 0.1, 0.9], atol=1e-6)  # left hip
    np.testing.assert_allclose(first[7], [0, 0, 1.15], atol=1e-6)  # belly
    np.testing.assert_allclose(first[9], [0, 0, 1.55], atol=1e-6)  # nose, half way up the head
    np.testing.assert_allclose(first[16], [0.05, -0.2, 0.8], atol=1e-6)  # right wrist
    np.testing.assert_allclose(
        motion.joints_m[1] - first, np.broadcast_to([1, 0, 0], (17, 3)), atol=1e-6
    )


def test_a_runner_on_the_spot_faces_along_the_pelvis():
    joints = np.zeros((2, 17, 3))
    # the left hip lies along x: the runner faces -y
    joints[:, 4], joints[:, 1] = (1, 0, 0), (-1, 0, 0)
    np.testing.assert_allclose(facing_x(joints)[0, 4], [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no motion at all", "not a BVH file"),
        (ARM.replace("Frames: 3", "Frames: 4"), "not a BVH file"),
        (
            ARM,
            "joints Upper, Lower, Lower_end…: "
            "expected the names of one table in resources/bvh_joints.yaml",
        ),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path, text, expected):
    (tmp_path / "a.bvh").write_text(text)
    with pytest.raises(InputError) as caught:
        load_motion(tmp_path / "a.bvh")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)

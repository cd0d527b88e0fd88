"""JSON of other programs comes back as the runner that was written."""

import numpy as np
import pytest
from keypoint_files import FRAMES, MISSING, assert_the_runner, bystander, mmpose_person, two_people
from runners import running

from runform.files import write_json
from runform.pose.formats import BODY_25, COCO_18
from runform.skeleton import get_skeleton


def test_mmpose_as_published(imported, tmp_path):
    frames = [
        {
            "predictions_2d": [mmpose_person(xy) for xy in two_people("coco17", t)],
            "predictions_3d": [],
        }
        for t in range(FRAMES)
    ]
    write_json(tmp_path / "keypoints.json", frames)
    assert_the_runner(imported(tmp_path / "keypoints.json"), "coco17")


@pytest.mark.parametrize(("first", "ids"), [(0, {}), (1, {}), (0, {"track_id": -1})])
def test_mmpose_inferencer(imported, tmp_path, first, ids):
    frames = [
        {
            "frame_id": t + first,
            "instances": [mmpose_person(xy) | ids for xy in two_people("halpe26", t)],
        }
        for t in range(FRAMES)
    ]
    write_json(tmp_path / "keypoints.json", {"meta_info": {}, "instance_info": frames})
    assert_the_runner(imported(tmp_path / "keypoints.json"), "halpe26")


def test_ids_of_the_file_are_kept_to(imported, tmp_path):
    frames = []
    for t in range(FRAMES):
        people = {1: running(FRAMES, skeleton="coco17")[t], 2: bystander("coco17")[t]}
        if t == MISSING:
            people[2] = people.pop(
                1
            )  # the bystander stands where the runner was: the file knows who it is
        frames.append(
            {
                "frame_id": t,
                "instances": [
                    mmpose_person(xy) | {"track_id": name} for name, xy in people.items()
                ],
            }
        )
    write_json(tmp_path / "keypoints.json", frames)
    assert_the_runner(imported(tmp_path / "keypoints.json"), "coco17")


@pytest.mark.parametrize("ids", [{}, {"idx": [0.0]}, {"idx": [[0.0]]}, {"idx": "nobody"}], ids=str)
def test_alphapose_that_does_not_track(imported, tmp_path, ids):
    entries = [
        {
            "image_id": f"{t}.jpg",
            "keypoints": np.column_stack([xy, np.full(26, 0.9)]).ravel().tolist(),
            "score": 2.1,
        }
        | ids
        for t in range(FRAMES)
        for xy in two_people("halpe26", t)
    ]
    write_json(tmp_path / "alphapose-results.json", entries)
    assert_the_runner(imported(tmp_path / "alphapose-results.json"), "halpe26")


@pytest.mark.parametrize(
    ("order", "skeleton", "ids"), [(BODY_25, "halpe26", [-1]), (COCO_18, "coco17", 3)]
)
def test_openpose(imported, tmp_path, order, skeleton, ids):
    folder = tmp_path / "json"
    folder.mkdir()
    names = [name for name in order if get_skeleton(skeleton).has(name)]
    for t in range(FRAMES):
        people = []
        for xy in two_people(skeleton, t):
            rows = [
                [*xy[get_skeleton(skeleton).index(name)], 0.9] if name in names else [0, 0, 0]
                for name in order
            ]
            people.append({"person_id": ids, "pose_keypoints_2d": np.array(rows).ravel().tolist()})
        write_json(folder / f"clip_{t:012d}_keypoints.json", {"version": 1.3, "people": people})
    sequence = imported(folder)
    assert_the_runner(sequence, skeleton, joints=names)
    if skeleton == "halpe26":
        assert np.isnan(sequence.joint("head")).all()  # BODY_25 has no top of the head

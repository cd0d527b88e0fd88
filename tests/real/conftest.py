"""Poses of the real videos, shared by the tests of one group.

RUNFORM_FILMS=all takes the films too that cost a minute or more each.
"""

import os
from pathlib import Path

import pytest

from runform.files import write_json
from runform.pose.estimate import PoseSettings, estimate_pose
from runform.sequence import PoseSequence, load_sequence
from runform.video import probe

DATA = Path(os.environ.get("RUNFORM_SHARED", Path(__file__).parents[2] / "../shared")) / "data"
LONG = ("follows_runner_five_paces", "slow_motion_lab_treadmill", "two_people_walking")


@pytest.fixture(scope="session")
def pose_of(tmp_path_factory, blazepose_path):
    """Call with the name of a real video to get its pose by BlazePose, estimated once: never change
    it.
    """
    folder, known = tmp_path_factory.mktemp("pose"), {}

    def estimated(name: str) -> PoseSequence:
        if name in LONG and os.environ.get("RUNFORM_FILMS") != "all":
            pytest.skip(f"{name} takes a minute or more: RUNFORM_FILMS=all")
        if name not in known:
            video, receipt, pose = (
                DATA / "videos" / f"{name}.mp4",
                folder / f"{name}.json",
                folder / f"{name}.npz",
            )
            info = probe(video)
            entry = {
                "status": "ok",
                "reason": "",
                "fps": info.fps,
                "width_px": info.width_px,
                "height_px": info.height_px,
            }
            write_json(receipt, entry)
            estimate_pose(video, receipt, pose, PoseSettings(), blazepose_path)
            known[name] = load_sequence(pose)
        return known[name]

    return estimated

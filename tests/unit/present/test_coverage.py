import numpy as np
import pytest

from runform.files import write_json
from runform.present.coverage import ClipFiles, write_coverage
from runform.sequence import PoseSequence, empty_sequence, save_sequence


def whole_pose(**changes) -> PoseSequence:
    xy, score = np.zeros((3, 17, 2), np.float32), np.ones((3, 17), np.float32)
    arrays = {"box": np.zeros((3, 4), np.float32), "raw_xy": xy, "raw_score": score}
    return PoseSequence(
        xy=xy,
        score=score,
        skeleton="h36m17",
        fps=30.0,
        capture_fps=30.0,
        size=(64, 48),
        **arrays,
        **changes,
    )


@pytest.fixture
def study(tmp_path):
    """Files of a clip by what it lacks."""

    def make(clip, receipt=None, pose=None, gait=None):
        files = ClipFiles(
            *(str(tmp_path / f"{clip}.{kind}") for kind in ("json", "npz", "gait.json"))
        )
        write_json(files.receipt, receipt or {"status": "ok", "reason": ""})
        save_sequence(pose or whole_pose(), files.pose)
        write_json(files.gait, gait or {"status": "ok", "reason": ""})
        return files

    removed = {"status": "unavailable", "reason": "the video was\nremoved"}
    return {
        "b_whole": make("b_whole"),
        "d_removed": make("d_removed", removed, empty_sequence("the video was removed"), removed),
        "a_empty": make(
            "a_empty",
            pose=empty_sequence("no runner in view"),
            gait={"status": "unavailable", "reason": "no pose"},
        ),
        "c_low": make("c_low", pose=whole_pose(reason="the figure is only 20 px tall")),
        "f_walks": make(
            "f_walks",
            None,
            whole_pose(reason="a foot rises little"),
            {"status": "unavailable", "reason": "no stride"},
        ),
        "e_gait": make("e_gait", gait={"status": "unavailable", "reason": "too few steps"}),
    }


def test_one_row_for_each_clip_that_lacks_something_from_the_first_stage_that_failed(
    study, tmp_path
):
    write_coverage(study, tmp_path / "coverage.csv")
    assert (tmp_path / "coverage.csv").read_bytes().decode() == (
        "clip,stage,status,reason\n"
        "a_empty,pose,unavailable,no runner in view\n"
        "c_low,pose,low quality,the figure is only 20 px tall\n"
        "d_removed,acquire,unavailable,the video was removed\n"
        "e_gait,gait,unavailable,too few steps\n"
        "f_walks,pose,low quality,a foot rises little; no gait: no stride\n"
    )


def test_nothing_missing_gives_the_header_alone(study, tmp_path):
    write_coverage({"b_whole": study["b_whole"]}, tmp_path / "coverage.csv")
    assert (tmp_path / "coverage.csv").read_text() == "clip,stage,status,reason\n"

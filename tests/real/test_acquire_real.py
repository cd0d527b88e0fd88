"""Real videos go through import and trim. Skipped where ../shared/data is absent."""

import os
from pathlib import Path

import pytest

from runform.acquire.receipts import import_video
from runform.acquire.trim import TrimSettings, trim_clip
from runform.files import read_json
from runform.video import read_frames

VIDEOS = (
    Path(os.environ.get("RUNFORM_SHARED", Path(__file__).parents[3] / "shared")) / "data/videos"
)
pytestmark = pytest.mark.skipif(not VIDEOS.is_dir(), reason=f"no real videos at {VIDEOS}")


@pytest.mark.parametrize(
    ("name", "start_s", "end_s", "fps", "frames", "size"),
    [
        ("side_view_one_runner", None, None, 24000 / 1001, 418, (1280, 640)),
        (
            "side_view_panning_bystanders",
            1.0,
            3.0,
            30,
            60,
            (1024, 720),
        ),  # a screen recording that dropped a frame: mean 29.89
        ("two_people_walking", 0.5, 1.5, 30, 30, (1280, 720)),  # VP9, 1768x994
        ("legs_only", None, None, 30, 33, (1280, 720)),
    ],
)
def test_real_video(tmp_path, name, start_s, end_s, fps, frames, size):
    import_video(VIDEOS / f"{name}.mp4", tmp_path / "v.mp4", tmp_path / "v.json")
    clip, receipt = tmp_path / "c.mp4", tmp_path / "c.json"
    trim_clip(
        tmp_path / "v.mp4",
        tmp_path / "v.json",
        clip,
        receipt,
        TrimSettings(),
        start_s=start_s,
        end_s=end_s,
    )
    made = read_json(receipt)
    assert (made["status"], made["frames"], (made["width_px"], made["height_px"])) == (
        "ok",
        frames,
        size,
    )
    assert made["fps"] == pytest.approx(fps, abs=1e-5)
    assert sum(1 for _ in read_frames(clip)) == frames

import numpy as np
import pytest
from clip_example import FRAMES, HEIGHT, WIDTH, standing_pose, write_clip

from runform.present.drawing import CASING_RGB, LEFT_RGB, PAPER_RGB
from runform.present.overlay import OverlaySettings, Strip, picture_scale, write_overlay
from runform.present.runner_page import video_height
from runform.sequence import empty_sequence, save_sequence
from runform.video import probe, read_frames


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path)


def test_overlay_has_the_clips_frames_enlarged_with_a_strip_below_and_repeats_byte_for_byte(clip):
    settings = OverlaySettings(min_height_px=240)
    write_overlay(*list(clip.values())[:3], settings, clip["overlay.mp4"])
    info, frames = probe(clip["overlay.mp4"]), list(read_frames(clip["overlay.mp4"]))
    assert (info.codec, info.fps, len(frames)) == ("h264", 30.0, FRAMES)
    assert frames[0].shape[1] == 2 * WIDTH and frames[0].shape[0] > 2 * HEIGHT
    assert frames[0].shape[0] / frames[0].shape[1] == pytest.approx(
        video_height(standing_pose()), abs=0.02
    )
    thigh = frames[0][2 * 62, 2 * 40].astype(int)  # left, half-way from hip to knee
    assert np.abs(thigh - LEFT_RGB).max() < 60
    first = clip["overlay.mp4"].read_bytes()
    write_overlay(*list(clip.values())[:3], settings, clip["overlay.mp4"])
    assert clip["overlay.mp4"].read_bytes() == first


def test_without_video_a_figure_is_drawn(clip):
    write_overlay("", clip["pose.npz"], clip["gait.json"], OverlaySettings(), clip["overlay.mp4"])
    frames = list(read_frames(clip["overlay.mp4"]))
    assert len(frames) == FRAMES and frames[0].shape[0] > HEIGHT
    scale = frames[0].shape[1] / WIDTH
    thigh, paper = (frames[0][round(scale * y), round(scale * 40)].astype(int) for y in (62, 118))
    assert np.abs(thigh - LEFT_RGB).max() < 60 and np.abs(paper - PAPER_RGB).max() < 12


def test_unavailable_clip_gives_an_empty_file(clip):
    save_sequence(empty_sequence("no runner in view"), clip["pose.npz"])
    write_overlay(*list(clip.values())[:3], OverlaySettings(), clip["overlay.mp4"])
    assert clip["overlay.mp4"].stat().st_size == 0


def test_picture_scale_keeps_within_the_limits():
    settings = OverlaySettings(min_height_px=480, max_height_px=720)
    assert [picture_scale(height, settings) for height in (240, 600, 1440)] == [2.0, 1.0, 0.5]


@pytest.mark.parametrize("width", [324, 404, 1280])
@pytest.mark.parametrize("name", ["trunk lean", "trunk side lean"])
def test_a_number_stands_clear_of_its_name_in_a_portrait_picture_too(width, name):
    strip = Strip({}, 2.0, {"knee L": np.zeros(1), name: np.full(1, -123.0)}).draw(0, 0, width, 158)
    ink = np.abs(strip[90:, round(0.61 * width) :].astype(int) - CASING_RGB).max(axis=(0, 2))
    number = int(np.argmax(ink > 200))  # it is brighter than the name
    assert number and ink[: number - 2].max() > 100
    assert ink[number - 7 : number - 2].max() < 5

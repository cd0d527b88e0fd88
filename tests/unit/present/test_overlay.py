import ffmpeg
import numpy as np
import pytest

from runform.files import write_json
from runform.present.drawing import LEFT_RGB
from runform.present.overlay import OverlaySettings, picture_scale, write_overlay
from runform.present.runner_page import film_height
from runform.present.stills import MOMENTS, by_side, draw_stills, key_moments
from runform.sequence import PoseSequence, empty_sequence, load_sequence, save_sequence
from runform.skeleton import get_skeleton
from runform.video import ffmpeg_program, probe, read_frames

FRAMES, WIDTH, HEIGHT = 12, 90, 120
GAIT = {
    "status": "ok",
    "facing": 1,
    "view": {"used": "left"},
    "steps": [
        {"side": "left", "ic_s": 0.1, "to_s": 0.3},
        {"side": "right", "ic_s": 0.06, "to_s": 0.2},
    ],
}


def standing_pose() -> PoseSequence:
    """A figure that stands still in the middle of the frame."""
    skeleton = get_skeleton("halpe26")
    places = {
        "hip": 50,
        "knee": 75,
        "ankle": 100,
        "shoulder": 25,
        "elbow": 40,
        "wrist": 52,
        "heel": 104,
        "big_toe": 105,
    }
    xy = np.full((FRAMES, 26, 2), np.nan, np.float32)
    for part, y in places.items():
        for side, x in (("left", 40), ("right", 50)):
            xy[:, skeleton.index(f"{side}_{part}")] = x, y
    score = np.isfinite(xy[..., 0]).astype(np.float32)
    box = np.tile(np.float32([35, 15, 55, 110]), (FRAMES, 1))
    track = np.zeros(FRAMES, np.int32)
    return PoseSequence(
        xy,
        score,
        box,
        track,
        xy,
        score,
        "halpe26",
        fps=30.0,
        capture_fps=float("nan"),
        size=(WIDTH, HEIGHT),
    )


@pytest.fixture
def clip(tmp_path):
    files = {name: tmp_path / name for name in ("clip.mp4", "pose.npz", "gait.json", "overlay.mp4")}
    source = ffmpeg.input(f"color=c=gray:s={WIDTH}x{HEIGHT}:r=30:d={FRAMES / 30}", f="lavfi")
    source.output(str(files["clip.mp4"]), pix_fmt="yuv420p", loglevel="error").run(
        cmd=ffmpeg_program()
    )
    save_sequence(standing_pose(), files["pose.npz"])
    write_json(files["gait.json"], GAIT)
    return files


def test_overlay_has_the_clips_frames_enlarged_with_a_strip_below_and_repeats_byte_for_byte(clip):
    settings = OverlaySettings(min_height_px=240)
    write_overlay(*list(clip.values())[:3], settings, clip["overlay.mp4"])
    info, frames = probe(clip["overlay.mp4"]), list(read_frames(clip["overlay.mp4"]))
    assert (info.codec, info.fps, len(frames)) == ("h264", 30.0, FRAMES)
    assert frames[0].shape[1] == 2 * WIDTH and frames[0].shape[0] > 2 * HEIGHT
    assert frames[0].shape[0] / frames[0].shape[1] == pytest.approx(
        film_height(standing_pose()), abs=0.02
    )
    thigh = frames[0][2 * 62, 2 * 40].astype(int)  # left, half-way from hip to knee
    assert np.abs(thigh - LEFT_RGB).max() < 60
    first = clip["overlay.mp4"].read_bytes()
    write_overlay(*list(clip.values())[:3], settings, clip["overlay.mp4"])
    assert clip["overlay.mp4"].read_bytes() == first


def test_unavailable_clip_gives_an_empty_file(clip):
    save_sequence(empty_sequence("no runner in view"), clip["pose.npz"])
    write_overlay(*list(clip.values())[:3], OverlaySettings(), clip["overlay.mp4"])
    assert clip["overlay.mp4"].stat().st_size == 0


def test_picture_scale_keeps_within_the_limits():
    settings = OverlaySettings(min_height_px=480, max_height_px=720)
    assert [picture_scale(height, settings) for height in (240, 600, 1440)] == [2.0, 1.0, 0.5]


def test_key_moments_are_contact_middle_and_toe_off_of_each_foot(clip):
    moments = key_moments(load_sequence(clip["pose.npz"]), GAIT)
    assert moments == [
        ("left", "initial contact", 3),
        ("left", "mid-stance", 6),
        ("left", "toe-off", 9),
        ("right", "initial contact", 2),
        ("right", "mid-stance", 4),
        ("right", "toe-off", 6),
    ]


def test_stills_are_of_one_size_and_name_their_angle(clip):
    rows = by_side(
        draw_stills(clip["clip.mp4"], load_sequence(clip["pose.npz"]), GAIT, height_px=200)
    )
    assert [still.moment for still in rows["right"]] == list(MOMENTS)
    assert {(still.width_px, still.height_px) for row in rows.values() for still in row} == {
        (160, 200)
    }
    assert rows["left"][0].caption == "shank 0°"
    assert rows["left"][1].caption == "knee 0°"
    assert rows["left"][0].jpeg.startswith(b"\xff\xd8")


def test_stills_are_of_the_typical_step_and_name_the_angle_measured_there(clip):
    angles = {0.1: 2.0, 0.2: 17.4, 0.3: 18.0}
    steps = [
        {"side": "left", "ic_s": ic_s, "to_s": ic_s + 0.06, "shank_angle_ic_deg": angle}
        for ic_s, angle in angles.items()
    ]
    still = draw_stills(clip["clip.mp4"], load_sequence(clip["pose.npz"]), GAIT | {"steps": steps})[
        0
    ]
    assert (round(still.time_s, 1), still.caption) == (0.2, "shank 17°")


def test_stills_from_the_rear_name_the_pelvis_and_a_missing_joint_gives_no_number(clip):
    rear = GAIT | {"view": {"used": "rear"}}
    pose = load_sequence(clip["pose.npz"])
    assert draw_stills(clip["clip.mp4"], pose, rear)[0].caption == "pelvis 0°"
    without = pose.xy.copy()
    without[:, pose.joints.index("left_knee")] = np.nan
    assert draw_stills(clip["clip.mp4"], pose.replace(xy=without), GAIT)[0].caption == "shank --"

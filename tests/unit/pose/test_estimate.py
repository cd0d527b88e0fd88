import av
import numpy as np
import pytest
from runners import detections_of, running

from runform.files import write_json
from runform.pose.estimate import PoseSettings, box_around, estimate_pose, finish, settings_from
from runform.pose.quality import QualitySettings
from runform.pose.repair import RepairSettings
from runform.sequence import load_sequence

RECEIPT = {
    "status": "ok",
    "reason": "",
    "fps": 25.0,
    "width_px": 128,
    "height_px": 96,
    "capture_fps": None,
}


@pytest.fixture
def empty_scene(tmp_path):
    """A clip of 20 frames of even grey, and its receipt."""
    clip, receipt = tmp_path / "clip.mp4", tmp_path / "clip.json"
    with av.open(str(clip), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"threads": "1"})
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for _ in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((96, 128, 3), 120, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    write_json(receipt, RECEIPT)
    return clip, receipt


def test_a_clip_with_nobody_in_it(empty_scene, tmp_path, blazepose_path):
    clip, receipt = empty_scene
    estimate_pose(clip, receipt, tmp_path / "pose.npz", PoseSettings(), blazepose_path)
    sequence = load_sequence(tmp_path / "pose.npz")
    assert not sequence.ok and sequence.reason == "no runner in view"
    assert sequence.fps == 25.0 and sequence.size == (128, 96)
    assert sequence.quality["frames"] == 20 and sequence.source["backend"] == "blazepose"


def test_an_unavailable_clip_passes_its_reason_on(tmp_path, blazepose_path):
    (tmp_path / "clip.mp4").touch()
    write_json(tmp_path / "clip.json", {"status": "unavailable", "reason": "the video is private"})
    estimate_pose(
        tmp_path / "clip.mp4",
        tmp_path / "clip.json",
        tmp_path / "pose.npz",
        PoseSettings(),
        blazepose_path,
    )
    sequence = load_sequence(tmp_path / "pose.npz")
    assert not sequence.ok and sequence.reason == "the video is private"


def test_a_file_that_stopped_being_a_video_is_unavailable(empty_scene, tmp_path, blazepose_path):
    clip, receipt = empty_scene
    clip.write_bytes(b"<html>not a video</html>")
    estimate_pose(clip, receipt, tmp_path / "pose.npz", PoseSettings(), blazepose_path)
    assert load_sequence(tmp_path / "pose.npz").reason.startswith("not a video")


def test_the_same_clip_gives_the_same_bytes(empty_scene, tmp_path, blazepose_path):
    clip, receipt = empty_scene
    for name in ("one.npz", "two.npz"):
        estimate_pose(clip, receipt, tmp_path / name, PoseSettings(), blazepose_path)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_the_raw_track_stays_beside_the_repaired_one():
    xy = running(40)
    xy[10] = np.nan
    xy[20, 28] += 300  # one ankle jumps
    sequence = finish(
        detections_of(xy),
        "blazepose33",
        30.0,
        60.0,
        (800, 600),
        {"backend": "test"},
        PoseSettings(),
    )
    np.testing.assert_array_equal(sequence.raw_xy, xy.astype(np.float32))
    assert np.isfinite(sequence.xy[10]).all()  # filled
    assert np.linalg.norm(sequence.xy[20, 28] - (xy[20, 28] - 300)) < 15  # put back
    assert sequence.capture_fps == 60.0 and sequence.time_s[-1] == pytest.approx(39 / 60)
    assert (
        sequence.quality["repair"]["outliers"] == 1 and sequence.quality["repair"]["filled"] == 34
    )


def test_frames_without_a_runner_have_no_box():
    xy = running(60)
    xy[40:] = np.nan
    sequence = finish(detections_of(xy), "blazepose33", 30.0, None, (800, 600), {}, PoseSettings())
    assert np.isnan(sequence.box[40:]).all() and np.isfinite(sequence.box[:40]).all()
    assert np.isnan(sequence.capture_fps)


def test_box_is_a_tenth_wider_than_the_joints():
    xy = np.array([[[10, 20], [30, 60], [np.nan, np.nan]], [[np.nan, np.nan]] * 3])
    np.testing.assert_allclose(box_around(xy), [[8, 16, 32, 64], [np.nan] * 4])


def test_settings_come_from_the_groups_of_the_config():
    settings = settings_from(
        "blazepose",
        {"tracking_confidence": 0.7},
        people={"every_s": 0.2},
        repair={"cutoff_hz": 6.0},
        quality={"published_filter": True},
    )
    assert settings.tracking_confidence == 0.7 and settings.people.every_s == 0.2
    assert settings.repair == RepairSettings(cutoff_hz=6.0) and settings.quality == QualitySettings(
        published_filter=True
    )


def test_nothing_is_smoothed_across_a_cut():
    first, second = running(40), running(60)[20:] + 100.0
    xy = np.concatenate([first, second]).astype(np.float32)
    together = finish(detections_of(xy), "blazepose33", 30.0, None, (1280, 720), {}, PoseSettings())
    assert np.flatnonzero(together.cut).tolist() == [40]
    for shot, (start, end) in zip((first, second), together.shots, strict=True):
        alone = finish(
            detections_of(shot.astype(np.float32)),
            *("blazepose33", 30.0, None, (1280, 720), {}, PoseSettings()),
        )
        np.testing.assert_array_equal(together.xy[start:end], alone.xy)

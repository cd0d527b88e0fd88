import numpy as np
import pytest

from runform.errors import InputError
from runform.sequence import (
    PoseSequence,
    empty_sequence,
    load_sequence,
    require_available,
    save_sequence,
)


def make_sequence(frames=4, **changes):
    xy = np.arange(frames * 17 * 2, dtype=np.float32).reshape(frames, 17, 2)
    fields = {
        "xy": xy,
        "score": np.full((frames, 17), 0.5, np.float32),
        "box": np.zeros((frames, 4), np.float32),
        "raw_xy": xy + 1,
        "raw_score": np.full((frames, 17), 0.4, np.float32),
        "skeleton": "coco17",
        "fps": 30.0,
        "capture_fps": float("nan"),
        "size": (640, 360),
        "source": {"backend": "test"},
    }
    return PoseSequence(**fields | changes)


def test_what_is_saved_is_loaded(tmp_path):
    before = make_sequence(quality={"frames": 4, "good": 0.75})
    save_sequence(before, tmp_path / "a.npz")
    after = load_sequence(tmp_path / "a.npz")
    np.testing.assert_array_equal(after.xy, before.xy)
    np.testing.assert_array_equal(after.raw_score, before.raw_score)
    assert (after.size, after.quality, after.source, after.fps) == (
        (640, 360),
        before.quality,
        {"backend": "test"},
        30.0,
    )
    assert np.isnan(after.capture_fps)
    assert [file.name for file in tmp_path.iterdir()] == ["a.npz"]


def test_files_with_arrays_of_earlier_versions_are_read(tmp_path):
    save_sequence(make_sequence(), tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as file:
        np.savez(tmp_path / "old.npz", track=np.zeros(4, np.int32), **file)
    np.testing.assert_array_equal(load_sequence(tmp_path / "old.npz").xy, make_sequence().xy)


def test_same_sequence_same_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        save_sequence(make_sequence(), tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_time_follows_the_capture_rate_where_it_is_known():
    np.testing.assert_allclose(make_sequence().time_s, [0, 1 / 30, 2 / 30, 3 / 30])
    np.testing.assert_allclose(make_sequence(capture_fps=240.0).time_s[-1], 3 / 240)
    assert make_sequence().true_fps == 30 and make_sequence(capture_fps=240.0).true_fps == 240


def test_joint_by_name():
    np.testing.assert_array_equal(make_sequence().joint("right_ankle")[0], [32, 33])


def test_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"score has shape \(4, 16\): expected \(4, 17\)"):
        make_sequence(score=np.zeros((4, 16), np.float32))


def test_an_unavailable_clip_keeps_its_reason(tmp_path):
    save_sequence(empty_sequence("private video"), tmp_path / "a.npz")
    after = load_sequence(tmp_path / "a.npz")
    assert not after.ok
    assert after.reason == "private video"
    assert after.xy.shape == (0, 17, 2)


def test_a_pickle_is_not_opened(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    np.savez(tmp_path / "bomb.npz", meta=np.array(Bomb(), dtype=object), xy=np.zeros(1))
    with pytest.raises(ValueError, match="not a pose sequence"):
        load_sequence(tmp_path / "bomb.npz")
    assert not (tmp_path / "ran").exists()


def test_too_few_available_clips_are_one_line_with_the_most_frequent_reason():
    reasons = ("video removed", "no runner in view", "no runner in view")
    sequences = [*map(empty_sequence, reasons), make_sequence()]
    require_available(sequences, 0.25)
    require_available([], 1.0)
    with pytest.raises(InputError) as caught:
        require_available(sequences, 0.3)
    assert str(caught.value) == (
        "1 of 4 clips are available: expected at least 30% (acquire.min_available); "
        "most often: no runner in view"
    )


def test_shots_lie_between_cuts(tmp_path):
    cut = np.array([False, False, True, False])
    save_sequence(make_sequence(cut=cut), tmp_path / "a.npz")
    sequence = load_sequence(tmp_path / "a.npz")
    assert sequence.shots == [(0, 2), (2, 4)] and make_sequence().shots == [(0, 4)]
    part = sequence.part(2, 4)
    np.testing.assert_array_equal(part.xy, sequence.xy[2:])
    assert part.shots == [(0, 2)], "a shot that begins with a cut is one shot"


def test_a_cut_for_each_frame_is_expected():
    with pytest.raises(ValueError, match=r"cut has shape \(3,\): expected \(4,\)"):
        make_sequence(cut=np.zeros(3, bool))

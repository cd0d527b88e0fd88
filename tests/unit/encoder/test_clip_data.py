"""Which segments the encoder is fine-tuned on, and how they are shown."""

import numpy as np

from runform.encoder.clip_data import Segments, SegmentSettings, cut_segments


def motion(frames: int, score: float = 0.9) -> np.ndarray:
    values = np.random.default_rng(0).uniform(-1, 1, (frames, 17, 3)).astype(np.float32)
    values[..., 2] = score
    return values


def test_segments_do_not_overlap_and_the_rest_is_left():
    whole = motion(75)
    cut = cut_segments([whole, motion(29)], SegmentSettings())
    np.testing.assert_array_equal(cut, np.stack([whole[:30], whole[30:60]]))


def test_segments_of_low_confidence_are_left_out():
    faint = motion(30, 0.59)  # 17 x 0.59 = 10.03, below the threshold of 10.2
    clear = motion(30, 0.61)  # 10.37
    rootless = motion(30)
    rootless[12, 0, 2] = 0.5
    cut = cut_segments([faint, clear, rootless], SegmentSettings())
    np.testing.assert_array_equal(cut, clear[None])


def test_nothing_usable_gives_an_empty_array():
    assert cut_segments([motion(10)], SegmentSettings()).shape == (0, 30, 17, 3)


def test_augmentation_follows_from_seed_epoch_and_index():
    segments = cut_segments([motion(90)], SegmentSettings())
    one, other = (Segments(segments, SegmentSettings(), seed=1) for _ in range(2))
    for data in (one, other):
        data.set_epoch(4)
    np.testing.assert_array_equal(one[2]["motion"], other[2]["motion"])
    other.set_epoch(5)
    assert (one[2]["motion"] != other[2]["motion"]).any()


def test_size_lies_in_its_range_and_confidence_is_kept():
    segments = cut_segments([motion(30)], SegmentSettings())
    data = Segments(segments, SegmentSettings(scale_range=(0.25, 1.0), flip=0.0), seed=0)
    sizes = []
    for epoch in range(50):
        data.set_epoch(epoch)
        shown = data[0]["motion"]
        ratio = shown[..., :2] / segments[0, ..., :2]
        np.testing.assert_allclose(ratio, ratio.flat[0], rtol=1e-4)
        np.testing.assert_array_equal(shown[..., 2], segments[0, ..., 2])
        sizes.append(ratio.flat[0])
    assert 0.25 <= min(sizes) < 0.4
    assert 0.85 < max(sizes) <= 1.0


def test_about_half_are_mirrored():
    segments = cut_segments([motion(30)], SegmentSettings())
    data = Segments(segments, SegmentSettings(scale_range=(1.0, 1.0)), seed=0)
    mirrored = 0
    for epoch in range(200):
        data.set_epoch(epoch)
        mirrored += not np.array_equal(data[0]["motion"], segments[0])
    assert 70 < mirrored < 130

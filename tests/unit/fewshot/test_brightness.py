"""Light of a clip that is written here."""

import av
import numpy as np
import pytest

from runform.fewshot.features import brightness_of


def write_video(path, grey_levels):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 64, 48, "yuv420p", 4_000_000
        for grey in grey_levels:
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def test_mean_and_spread_of_grey(tmp_path):
    write_video(tmp_path / "even.mp4", [120] * 40)
    assert brightness_of(tmp_path / "even.mp4") == pytest.approx((120, 0), abs=3)
    write_video(tmp_path / "flash.mp4", ([60] * 15 + [180] * 15) * 2)
    mean, spread = brightness_of(tmp_path / "flash.mp4", every=15, samples=4)
    assert mean == pytest.approx(120, abs=3) and spread == pytest.approx(60, abs=3)


def test_no_video_is_a_gap(tmp_path):
    (tmp_path / "empty.mp4").write_bytes(b"")
    assert np.isnan(brightness_of(tmp_path / "empty.mp4")).all()

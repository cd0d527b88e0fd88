"""The netCDF of a pose, read with scipy; test_clip_files.py has movement read it."""

import numpy as np
from runners import running
from scipy.io import netcdf_file

from runform.pose.netcdf import write_netcdf
from runform.sequence import PoseSequence, empty_sequence


def test_variables_labels_and_attributes(tmp_path):
    xy = running(40, skeleton="coco17").astype(np.float32)
    xy[3, 5] = np.nan
    score = np.isfinite(xy[..., 0]).astype(np.float32) * np.float32(0.9)
    box = np.zeros((40, 4), np.float32)
    pose = PoseSequence(xy, score, box, xy, score, "coco17", 30.0, 119.88, (800, 600))
    write_netcdf(pose, tmp_path / "pose.nc")
    with netcdf_file(tmp_path / "pose.nc", mmap=False) as file:
        position = file.variables["position"]
        assert position.dimensions == ("time", "space", "keypoints", "individuals")
        np.testing.assert_array_equal(position[:, 1, :, 0], xy[..., 1].astype(float))
        np.testing.assert_array_equal(file.variables["confidence"][..., 0], score.astype(float))
        np.testing.assert_allclose(file.variables["time"][:], np.arange(40) / 119.88)
        names = [b"".join(row).rstrip(b"\0").decode() for row in file.variables["keypoints"][:]]
        assert tuple(names) == pose.joints.joints
        assert (file.ds_type, file.time_unit, float(file.fps)) == (b"poses", b"seconds", 119.88)


def test_a_clip_that_is_gone_gives_an_empty_file(tmp_path):
    write_netcdf(empty_sequence("removed"), tmp_path / "pose.nc")
    assert (tmp_path / "pose.nc").read_bytes() == b""

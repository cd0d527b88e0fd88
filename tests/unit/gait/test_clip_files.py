"""Files of a clip, read back by the programs they are for: OpenSim and movement in environments of
their own, ezc3d here.
"""

import csv

import ezc3d
import numpy as np
import pytest
from other_programs import python_with

from runform.files import read_json
from runform.gait.clip_files import ClipExports, export_clip, opensim_angles
from runform.provenance import project_version
from runform.sequence import load_sequence, save_sequence

KINDS = ("trc", "csv", "c3d", "mot", "nc")
GAP = slice(10, 14)  # frames in which the left big toe is missing

READ_BY_OPENSIM = """
import json, sys
import opensim
motion, markers = opensim.TimeSeriesTable(sys.argv[1]), opensim.TimeSeriesTableVec3(sys.argv[2])
storage = opensim.Storage(sys.argv[1])  # what OpenSim's own window reads
flat = markers.flatten()
print("ANSWER" + json.dumps({
    "degrees": storage.isInDegrees(),
    "rows": storage.getSize(),
    "time_s": list(motion.getIndependentColumn()),
    "angles": {
        name: motion.getDependentColumn(name).to_numpy().tolist()
        for name in motion.getColumnLabels()
    },
    "units": markers.getTableMetaDataString("Units"),
    "rate": markers.getTableMetaDataString("DataRate"),
    "markers": {n: flat.getDependentColumn(n).to_numpy().tolist() for n in flat.getColumnLabels()},
}))
"""
READ_BY_MOVEMENT = """
import json, sys
import xarray
from movement.kinematics import compute_speed
from movement.validators.datasets import ValidPosesInputs
poses = xarray.load_dataset(sys.argv[1])
ValidPosesInputs.validate(poses)
print("ANSWER" + json.dumps({
    "attributes": {**poses.attrs, "fps": float(poses.fps)},
    "dimensions": dict(poses.sizes),
    "keypoints": poses.keypoints.values.tolist(),
    "time_s": poses.time.values.tolist(),
    "position": poses.position[..., 0].values.tolist(),
    "confidence": poses.confidence[..., 0].values.tolist(),
    "speed": compute_speed(poses.position).sel(keypoints="left_hip").mean().item(),
}))
"""


@pytest.fixture
def exported(files):
    """The runner with a gap in one joint: where its files are, and its sequence."""
    sequence = load_sequence(files / "there.npz")
    toe = sequence.joints.index("left_big_toe")
    sequence.xy[GAP, toe], sequence.score[GAP, toe] = np.nan, 0
    save_sequence(sequence, files / "there.npz")
    exports = ClipExports(*(files / f"there.{kind}" for kind in KINDS))
    export_clip(files / "there.npz", files / "there.json", exports, height_m=1.75)
    return exports, sequence


def joints_of(path, unit):
    """(T, K, 2) of the CSV, and its joints."""
    rows = list(csv.DictReader(path.open()))
    names = list(dict.fromkeys(row["joint"] for row in rows))
    xy = [[float(row[f"{axis}_{unit}"] or "nan") for axis in "xy"] for row in rows]
    return np.array(xy).reshape(-1, len(names), 2), names


def test_opensim_reads_angles_and_markers(exported):
    exports, sequence = exported
    answer = python_with("opensim==4.6", READ_BY_OPENSIM, exports.mot, exports.trc)
    assert answer["degrees"] and answer["rows"] == len(answer["time_s"]) == len(sequence.xy) - 4
    kept = np.delete(np.arange(len(sequence.xy)), GAP)
    np.testing.assert_allclose(answer["time_s"], sequence.time_s[kept], atol=1e-5)
    angles = opensim_angles(sequence, read_json(str(exports.mot).replace(".mot", ".json")))
    assert list(answer["angles"]) == list(angles) and len(angles) == 7
    for name, deg in angles.items():
        np.testing.assert_allclose(answer["angles"][name], deg[kept], atol=1e-4)
    assert (answer["units"], float(answer["rate"])) == ("mm", 30.0)
    xy, names = joints_of(exports.csv, "mm")
    for number, name in enumerate(names):
        for axis in (0, 1):  # OpenSim numbers the parts of a vector from 1
            column = np.array(answer["markers"][f"{name}_{axis + 1}"])
            np.testing.assert_allclose(column, xy[:, number, axis], atol=1e-4)


def test_angles_put_the_segments_where_the_keypoints_are(exported):
    """With OpenSim's axes (x ahead, y up, rotations about z) the angles turn an upright figure into
    the one that was filmed.
    """
    exports, sequence = exported
    gait = read_json(str(exports.mot).replace(".mot", ".json"))
    angles = opensim_angles(sequence, gait)
    joints = sequence.joints.by_joint(sequence.xy.astype(float) * [gait["facing"], -1])

    def direction_deg(start, end):
        dx, dy = (end - start).T
        return np.degrees(np.arctan2(dy, dx))

    for side in ("left", "right"):
        thigh = angles["pelvis_tilt"] + angles[f"hip_flexion_{side[0]}"]
        shank = thigh - angles[f"knee_angle_{side[0]}"]
        foot = shank + angles[f"ankle_angle_{side[0]}"]
        chain = (
            ("hip", "knee", thigh - 90),
            ("knee", "ankle", shank - 90),
            ("heel", "big_toe", foot),
        )
        for start, end, deg in chain:
            filmed = direction_deg(joints[f"{side}_{start}"], joints[f"{side}_{end}"])
            away = (deg - filmed + 180) % 360 - 180
            # A knee that the keypoints bend the wrong way by a little counts as bent forward.
            assert np.nanmedian(np.abs(away)) < 0.01, (side, start)
            assert np.nanquantile(np.abs(away), 0.95) < 8, (side, start)


def test_ezc3d_reads_joints_rate_and_contacts(exported):
    exports, _ = exported
    file = ezc3d.c3d(str(exports.c3d))
    point, points = file["parameters"]["POINT"], file["data"]["points"]
    xy, names = joints_of(exports.csv, "mm")
    assert point["LABELS"]["value"] == names and point["UNITS"]["value"] == ["mm"]
    assert point["RATE"]["value"][0] == 30.0 and points.shape == (4, 26, len(xy))
    np.testing.assert_allclose(points[:2].transpose(2, 1, 0), xy, atol=2e-3)  # float32
    toe = names.index("left_big_toe")
    missing = file["data"]["meta_points"]["residuals"][0, toe] < 0
    assert np.flatnonzero(missing).tolist() == list(range(GAP.start, GAP.stop))
    gait, event = read_json(str(exports.mot).replace(".mot", ".json")), file["parameters"]["EVENT"]
    strikes = [
        (side.lower(), round(float(time_s), 4))
        for side, label, time_s in zip(
            event["CONTEXTS"]["value"],
            event["LABELS"]["value"],
            event["TIMES"]["value"][1],
            strict=True,
        )
        if label == "Foot Strike"
    ]
    for side in ("left", "right"):
        assert [time_s for name, time_s in strikes if name == side] == gait["events"][side]["ic_s"]


def test_movement_reads_the_pose(exported):
    exports, sequence = exported
    answer = python_with("movement==0.15.0", READ_BY_MOVEMENT, exports.nc)
    assert answer["attributes"] == {
        "source_software": f"runform {project_version()}",
        "ds_type": "poses", "time_unit": "seconds", "fps": 30.0,
    }  # fmt: skip
    assert answer["dimensions"] == {"time": 120, "space": 2, "keypoints": 26, "individuals": 1}
    assert answer["keypoints"] == list(sequence.joints.joints)
    position = np.array(answer["position"], float).transpose(0, 2, 1)
    np.testing.assert_array_equal(position, sequence.xy.astype(float))
    np.testing.assert_array_equal(answer["confidence"], sequence.score.astype(float))
    np.testing.assert_allclose(answer["time_s"], sequence.time_s)
    assert answer["speed"] > 0


def test_export_is_read_back_in_millimetres(exported):
    exports, _ = exported
    lines = exports.trc.read_text().split("\n")
    assert lines[2].split("\t")[2:5] == ["120", "26", "mm"]
    names = [name for name in lines[3].split("\t")[2:] if name]
    first = np.array(lines[6].split("\t")[2:], float).reshape(-1, 3)
    assert first.shape == (26, 3) and (first[:, 2] == 0).all()
    span = first[names.index("head"), 1] - first[names.index("left_heel"), 1]
    assert 1000 < span < 1800
    rows = list(csv.DictReader(exports.csv.open()))
    assert len(rows) == 120 * 26
    assert float(rows[names.index("head")]["y_mm"]) == first[names.index("head"), 1]


def test_slow_motion_is_in_true_time(files):
    exports = ClipExports(*(files / f"there.{kind}" for kind in KINDS))
    pose = load_sequence(files / "there.npz").replace(capture_fps=240.0)
    save_sequence(pose, files / "slow.npz")
    export_clip(files / "slow.npz", files / "there.json", exports)
    assert ezc3d.c3d(str(exports.c3d))["parameters"]["POINT"]["RATE"]["value"][0] == 240.0
    assert exports.trc.read_text().split("\n")[2].startswith("240.0000")


def test_export_of_a_clip_that_is_gone_has_no_frames(files):
    exports = ClipExports(*(files / f"gone.{kind}" for kind in KINDS))
    export_clip(files / "gone.npz", files / "gone.json", exports)
    assert exports.csv.read_text() == "frame,time_s,joint,x_leg,y_leg,score\n"
    assert exports.mot.read_text().endswith("endheader\ntime\n")
    assert exports.c3d.read_bytes() == exports.nc.read_bytes() == b""


def test_the_same_bytes_again(exported, files):
    exports, _ = exported
    before = {kind: (files / f"there.{kind}").read_bytes() for kind in KINDS}
    export_clip(files / "there.npz", files / "there.json", exports, height_m=1.75)
    assert {kind: (files / f"there.{kind}").read_bytes() for kind in KINDS} == before


def test_without_a_height_lengths_are_in_leg_lengths(files):
    exports = ClipExports(*(files / f"there.{kind}" for kind in KINDS))
    export_clip(files / "there.npz", files / "there.json", exports)
    xy, names = joints_of(exports.csv, "leg")
    hips, knees, ankles = (
        xy[:, names.index(f"left_{part}"), 1] for part in ("hip", "knee", "ankle")
    )
    assert 0.9 < (hips - ankles).max() < 1.1 and (knees < hips).all()
    assert xy[..., 1].min() == 0, "the lowest point of a foot"

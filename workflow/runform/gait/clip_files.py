"""A clip for other programs: TRC and MOT for OpenSim, C3D, netCDF for movement, CSV.

Joints are as the pose stage left them, x right and y up from the lowest point of a foot, in
millimetres where the runner's height is known. Without it they are in leg lengths, which the TRC
file calls metres, since OpenSim has no such unit. A single camera gives no depth: z is 0.

Angles lie in the image plane and are given for clips filmed from the side, with OpenSim's names and
signs in its models of running (Rajagopal 2016, LaiUhlrich 2022): flexion, dorsiflexion and a
backward tilt are positive. Keypoints do not show the pelvis apart from the trunk: pelvis_tilt is
that of the trunk's line, and hip_flexion the angle of the thigh with it.

Legend: T frames, K keypoints.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runform.angles import ankle_dorsiflexion_deg, hip_flexion_deg, knee_flexion_deg, tilt_deg
from runform.files import read_json, write_text, written_aside
from runform.gait.frame_angles import SIDES, from_the_side
from runform.gait.metric_summary import LEG_OF_HEIGHT
from runform.pose.netcdf import write_netcdf
from runform.sequence import PoseSequence, load_sequence
from runform.skeleton import leg_length

_FEET = ("ankle", "heel", "big_toe")
MIN_SHARE = 0.5  # of frames; an angle that is seen in fewer is left out
HEADER = """{name}
version=1
nRows={rows}
nColumns={columns}
inDegrees=yes

Units are S.I. units (second, meters, Newtons, ...)
If the header above contains a line with 'inDegrees', this indicates whether rotational values are \
in degrees (yes) or radians (no).

endheader
"""
# Events of a C3D file as its users name them.
EVENTS = {"ic_s": "Foot Strike", "to_s": "Foot Off"}


@dataclass(frozen=True)
class ClipExports:
    """Where the files of one clip go: joints in trc, csv and c3d, angles in mot, the pose in nc."""

    trc: str | Path
    csv: str | Path
    c3d: str | Path
    mot: str | Path
    nc: str | Path


def export_clip(
    pose_path: str | Path, gait_path: str | Path, files: ClipExports, height_m: float | None = None
) -> None:
    """Write all files. A clip that is unavailable gives a header without frames in those of text,
    and empty ones of the others.

    height_m: as in the manifest.
    """
    sequence, gait = load_sequence(pose_path), read_json(gait_path)
    joints_xy, unit = scaled_joints(sequence, height_m)
    write_text(files.trc, trc_text(joints_xy, sequence, unit, Path(files.trc).name))
    write_text(files.csv, csv_text(joints_xy, sequence, unit))
    write_c3d(joints_xy, sequence, unit, gait, files.c3d)
    write_mot(sequence, gait, files.mot)
    write_netcdf(sequence, files.nc)


def scaled_joints(sequence: PoseSequence, height_m: float | None) -> tuple[np.ndarray, str]:
    """(T, K, 2) joints, y up, NaN where missing, and their unit: `mm` with a height, else `leg`."""
    if not len(sequence.xy):
        return np.zeros(sequence.xy.shape), "mm" if height_m else "leg"
    xy = sequence.xy.astype(float) * [1.0, -1.0]
    feet = [
        sequence.joints.index(name)
        for name in sequence.joints.joints
        if name.split("_", 1)[-1] in _FEET
    ]
    corner = np.array([np.nanmin(xy[..., 0]), np.nanmin(xy[:, feet, 1])])
    leg_px = leg_length(sequence.joints.by_joint(sequence.xy.astype(float)))
    scale = (1e3 * LEG_OF_HEIGHT * height_m if height_m else 1.0) / leg_px
    return (xy - corner) * scale, "mm" if height_m else "leg"


def trc_text(joints_xy: np.ndarray, sequence: PoseSequence, unit: str, name: str) -> str:
    """The TRC file: OpenSim's "Marker (.trc) Files", tab-separated, frames from 1. A missing marker
    is blank.
    """
    joints, frames = sequence.joints.joints, len(joints_xy)
    unit = {"leg": "m"}.get(unit, unit)
    rate = _rate(sequence)
    head = [
        f"PathFileType\t4\t(X/Y/Z)\t{name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\t"
        "OrigNumFrames",
        f"{rate:.4f}\t{rate:.4f}\t{frames}\t{len(joints)}\t{unit}\t{rate:.4f}\t1\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(joints),
        "\t\t"
        + "\t".join(f"{axis}{number}" for number in range(1, len(joints) + 1) for axis in "XYZ"),
        "",
    ]
    rows = []
    for frame, (time_s, points) in enumerate(zip(sequence.time_s, joints_xy, strict=True), 1):
        cells = [
            cell
            for x, y in points
            for cell in (_number(x), _number(y), "0.0000" if np.isfinite(x) else "")
        ]
        rows.append("\t".join([str(frame), f"{time_s:.5f}", *cells]))
    return "\n".join([*head, *rows]) + "\n"


def csv_text(joints_xy: np.ndarray, sequence: PoseSequence, unit: str) -> str:
    """One row per frame and joint: frame, time_s, joint, x, y (in `unit`), score."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["frame", "time_s", "joint", f"x_{unit}", f"y_{unit}", "score"])
    for frame, (time_s, points, scores) in enumerate(
        zip(sequence.time_s, joints_xy, sequence.score, strict=True), 1
    ):
        for joint, (x, y), score in zip(sequence.joints.joints, points, scores, strict=True):
            writer.writerow([frame, f"{time_s:.5f}", joint, _number(x), _number(y), f"{score:.3f}"])
    return text.getvalue()


def _rate(sequence: PoseSequence) -> float:
    """True frames a second; 0 of a clip without any."""
    return sequence.true_fps if np.isfinite(sequence.true_fps) else 0.0


def _number(value: float) -> str:
    return f"{value:.4f}" if np.isfinite(value) else ""


def opensim_angles(sequence: PoseSequence, gait: Mapping) -> dict[str, np.ndarray]:
    """Coordinate of OpenSim -> (T,) degrees, NaN where a joint is missing; empty unless filmed from
    the side.
    """
    if not from_the_side(gait) or not len(sequence.xy):
        return {}
    ahead = gait.get("facing") or 1
    joints = sequence.joints.by_joint(sequence.xy.astype(float) * [1, -1])
    joints["pelvis"] = (joints["left_hip"] + joints["right_hip"]) / 2
    joints["neck"] = (joints["left_shoulder"] + joints["right_shoulder"]) / 2
    angles = {"pelvis_tilt": -tilt_deg(joints["pelvis"], joints["neck"], ahead)}
    for side in sorted(SIDES, reverse=True):
        letter = side[0]
        angles[f"hip_flexion_{letter}"] = hip_flexion_deg(joints, side, ahead)
        angles[f"knee_angle_{letter}"] = knee_flexion_deg(joints, side)
        if sequence.joints.has(f"{side}_heel", f"{side}_big_toe"):
            angles[f"ankle_angle_{letter}"] = ankle_dorsiflexion_deg(joints, side, ahead)
    return {name: deg for name, deg in angles.items() if np.isfinite(deg).mean() >= MIN_SHARE}


def write_mot(sequence: PoseSequence, gait: Mapping, path: str | Path) -> None:
    """Write the angles as OpenSim's motion file ("Storage (.sto) and Motion (.mot) Files").

    OpenSim reads no gaps: a frame without all the angles has no row, and OpenSim interpolates
    between rows. A clip without such angles gives a file without rows.
    """
    angles = opensim_angles(sequence, gait)
    table = np.column_stack([sequence.time_s, *angles.values()])
    table = table[np.isfinite(table).all(axis=1)] if angles else table[:0]
    head = HEADER.format(name="Coordinates", rows=len(table), columns=len(angles) + 1)
    lines = ["\t".join(["time", *angles])]
    lines += ["\t".join([f"{row[0]:.5f}", *(f"{deg:.4f}" for deg in row[1:])]) for row in table]
    write_text(path, head + "\n".join(lines) + "\n")


def write_c3d(
    joints_xy: np.ndarray, sequence: PoseSequence, unit: str, gait: Mapping, path: str | Path
) -> None:
    """Write the joints (T, K, 2) in `unit`, y up, z 0, and the contacts as events.

    A missing joint has the residual -1, which C3D means by it. A clip without frames gives an empty
    file.
    """
    import ezc3d  # only here: 0.2 s to import

    with written_aside(path) as aside:
        if not len(joints_xy):
            aside.touch()
            return
        file = ezc3d.c3d()
        points = np.zeros((4, joints_xy.shape[1], len(joints_xy)))
        points[:2], points[3] = joints_xy.transpose(2, 1, 0), 1.0
        missing = ~np.isfinite(points).all(axis=0)
        points[:3, missing] = np.nan
        file["data"]["points"] = points
        residuals = np.where(missing, -1.0, 0.0)
        file["data"]["meta_points"]["residuals"] = residuals[None]
        parameters = file["parameters"]
        parameters["POINT"]["RATE"]["value"] = [_rate(sequence)]
        parameters["POINT"]["UNITS"]["value"] = [unit]
        parameters["POINT"]["LABELS"]["value"] = list(sequence.joints.joints)
        for axis, direction in (("X_SCREEN", "+X"), ("Y_SCREEN", "+Y")):
            file.add_parameter("POINT", axis, [direction])
        _add_events(file, gait)
        file.write(str(aside))


def _add_events(file, gait: Mapping) -> None:
    """The EVENT group as Vicon and its readers use it: times in minutes and seconds."""
    events = sorted(
        (time_s, side.capitalize(), label)
        for side, times in gait.get("events", {}).items()
        for name, label in EVENTS.items()
        for time_s in times[name]
    )
    if not events:
        return
    times_s, sides, labels = zip(*events, strict=True)
    file.add_parameter("EVENT", "USED", [len(events)])
    file.add_parameter("EVENT", "CONTEXTS", list(sides))
    file.add_parameter("EVENT", "LABELS", list(labels))
    file.add_parameter("EVENT", "TIMES", np.array([np.zeros(len(events)), times_s]))

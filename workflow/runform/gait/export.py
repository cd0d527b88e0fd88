"""Gait for other programs: the joints of a clip as TRC (OpenSim) and CSV, and the gait of all clips
as two tables.

Joints are as the pose stage left them, x right and y up from the lowest point of a foot, in
millimetres where the runner's height is known. Without it they are in leg lengths, which the TRC
file calls metres, since OpenSim has no such unit. A single camera gives no depth: z is 0.

Legend: T frames, K keypoints.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from runform.files import read_json, write_text
from runform.gait.metric_summary import LEG_OF_HEIGHT
from runform.metric_definitions import asymmetries, name_in_metres, step_metrics
from runform.sequence import OK, PoseSequence, load_sequence
from runform.skeleton import leg_length

_FEET = ("ankle", "heel", "big_toe")


def export_joints(
    pose_path: str | Path, trc_path: str | Path, csv_path: str | Path, height_m: float | None = None
) -> None:
    """Write both files. A clip that is unavailable gives files with a header and no frames."""
    sequence = load_sequence(pose_path)
    joints_xy, unit = scaled_joints(sequence, height_m)
    write_text(trc_path, trc_text(joints_xy, sequence, unit, Path(trc_path).name))
    write_text(csv_path, csv_text(joints_xy, sequence, unit))


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
    rate = sequence.capture_fps if np.isfinite(sequence.capture_fps) else sequence.fps
    return float(rate) if np.isfinite(rate) else 0.0


def _number(value: float) -> str:
    return f"{value:.4f}" if np.isfinite(value) else ""


_PARTS = ("", "_left", "_right", "_sd", "_uncertainty")


def tabulate_gait(
    gait_paths: Mapping[str, str | Path], clips_csv: str | Path, steps_csv: str | Path
) -> None:
    """Write a table with a row for each clip and one with a row for each step.

    Numbers have the digits of the gait file; a blank is a metric without a value, whose reason is
    in the gait file. gait_paths: clip -> its gait file.
    """
    gaits = {clip: read_json(path) for clip, path in gait_paths.items()}
    verdicts = sorted(
        {entry["name"] for gait in gaits.values() for entry in gait.get("verdicts", ())}
    )
    write_text(
        clips_csv,
        _csv(
            [_clip_row(clip, gait, verdicts) for clip, gait in gaits.items()],
            _clip_columns(verdicts),
        ),
    )
    rows = [
        {"clip": clip, "step": number} | step
        for clip, gait in gaits.items()
        for number, step in enumerate(gait.get("steps", ()), 1)
    ]
    write_text(
        steps_csv,
        _csv(rows, ["clip", "step", "side", "ic_s", "to_s", "other_s", "next_s", *step_metrics()]),
    )


def _clip_columns(verdicts: list[str]) -> list[str]:
    in_metres = [name_in_metres(name) for name in step_metrics() if name.endswith("_leg")]
    metrics = [f"{name}{part}" for name in step_metrics() for part in _PARTS]
    metrics += [f"{name}{part}" for name in asymmetries() for part in ("", "_uncertainty")]
    metrics += [f"{name}{part}" for name in in_metres for part in _PARTS]
    return [
        "clip",
        "status",
        "reason",
        "view",
        "facing",
        "slow_motion",
        "steps",
        *metrics,
        *(f"verdict_{name}" for name in verdicts),
    ]


def _clip_row(clip: str, gait: dict, verdicts: list[str]) -> dict:
    row = {"clip": clip, "status": gait["status"], "reason": gait["reason"]}
    if gait["status"] != OK:
        return row
    row |= {"view": gait["view"]["used"], "facing": gait["facing"], "steps": len(gait["steps"])}
    row["slow_motion"] = "yes" if gait["time_scale"]["slow_motion"] else "no"
    for name, metric in gait["metrics"].items():
        row |= {name: metric["value"]} | {
            f"{name}_{part}": metric[part] for part in ("left", "right", "sd", "uncertainty")
        }
    return row | {
        f"verdict_{entry['name']}": entry["verdict"]
        for entry in gait["verdicts"]
        if entry["name"] in verdicts
    }


def _csv(rows: list[dict], columns: list[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()

"""The gait files of all clips as two tables: one row per clip, one row per step.

Numbers carry the digits of the gait file; a blank is a metric that could not be given, with the reason in the gait file.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from runform.files import read_json, write_text
from runform.gait.metrics import METRIC_NAMES, METRICS
from runform.sequence import OK

_PARTS = ("", "_left", "_right", "_sd", "_uncertainty")


def tabulate_gait(gait_paths: Mapping[str, str | Path], clips_csv: str | Path, steps_csv: str | Path) -> None:
    """Write both tables. gait_paths: clip -> its gait file."""
    gaits = {clip: read_json(path) for clip, path in gait_paths.items()}
    verdicts = sorted({entry["name"] for gait in gaits.values() for entry in gait.get("verdicts", ())})
    write_text(clips_csv, _csv([_clip_row(clip, gait, verdicts) for clip, gait in gaits.items()], _clip_columns(verdicts)))
    rows = [
        {"clip": clip, "step": number} | step
        for clip, gait in gaits.items()
        for number, step in enumerate(gait.get("steps", ()), 1)
    ]
    write_text(steps_csv, _csv(rows, ["clip", "step", "side", "ic_s", "to_s", "other_s", "next_s", *METRICS]))


def _clip_columns(verdicts: list[str]) -> list[str]:
    whole = {name for name in METRIC_NAMES if name in METRICS or name.endswith("_m")}
    metrics = [f"{name}{part}" for name in METRIC_NAMES for part in (_PARTS if name in whole else ("", "_uncertainty"))]
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
        row |= {name: metric["value"]} | {f"{name}_{part}": metric[part] for part in ("left", "right", "sd", "uncertainty")}
    return row | {f"verdict_{entry['name']}": entry["verdict"] for entry in gait["verdicts"] if entry["name"] in verdicts}


def _csv(rows: list[dict], columns: list[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()

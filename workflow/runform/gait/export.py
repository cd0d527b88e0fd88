"""The gait of all clips as two tables: a row per clip, a row per step."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from runform.files import read_json, write_text
from runform.metric_definitions import asymmetries, name_in_metres, step_metrics
from runform.sequence import OK

# A metric's columns in the table of clips: its value, and these parts of it.
PARTS = ("", "_left", "_right", "_sd", "_uncertainty")


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
        _csv(
            rows,
            [
                "clip",
                "stretch",
                "step",
                "side",
                "ic_s",
                "to_s",
                "other_s",
                "next_s",
                *step_metrics(),
            ],
        ),
    )


def _clip_columns(verdicts: list[str]) -> list[str]:
    in_metres = [name_in_metres(name) for name in step_metrics() if name.endswith("_leg")]
    metrics = [f"{name}{part}" for name in step_metrics() for part in PARTS]
    metrics += [f"{name}{part}" for name in asymmetries() for part in ("", "_uncertainty")]
    metrics += [f"{name}{part}" for name in in_metres for part in PARTS]
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

"""Gait tables, read back."""

import csv
import json

from runform.gait.export import tabulate_gait
from runform.metric_definitions import load_metrics


def test_tables_have_a_row_per_clip_and_per_step(files):
    tabulate_gait(
        {name: files / f"{name}.json" for name in ("gone", "there")},
        files / "gait.csv",
        files / "steps.csv",
    )
    clips = list(csv.DictReader((files / "gait.csv").open()))
    steps = list(csv.DictReader((files / "steps.csv").open()))
    gait = json.loads((files / "there.json").read_text())
    assert [row["clip"] for row in clips] == ["gone", "there"]
    assert clips[0]["reason"] == "removed by its uploader" and clips[0]["cadence_steps_min"] == ""
    assert float(clips[1]["cadence_steps_min"]) == gait["metrics"]["cadence_steps_min"]["value"]
    assert clips[1]["verdict_low_cadence"] == gait["verdicts"][0]["verdict"]
    assert len(steps) == len(gait["steps"]) and {row["clip"] for row in steps} == {"there"}


def test_columns_follow_the_order_of_the_metrics(files):
    tabulate_gait({"there": files / "there.json"}, files / "gait.csv", files / "steps.csv")
    columns = (files / "gait.csv").read_text().split("\n")[0].split(",")
    order = [columns.index(name) for name in load_metrics()]
    assert order == sorted(order) and columns.index("reach_ic_m") > order[-1]

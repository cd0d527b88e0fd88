"""Joints and gait tables for other programs, read back."""

import csv
import json

import numpy as np

from runform.gait.export import export_joints, tabulate_gait
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


def test_export_is_read_back_in_millimetres(files, runner):
    export_joints(files / "there.npz", files / "there.trc", files / "there.csv", height_m=1.75)
    lines = (files / "there.trc").read_text().split("\n")
    assert lines[2].split("\t")[2:5] == ["120", "26", "mm"]
    names = [name for name in lines[3].split("\t")[2:] if name]
    first = np.array(lines[6].split("\t")[2:], float).reshape(-1, 3)
    assert first.shape == (26, 3) and (first[:, 2] == 0).all()
    span = first[names.index("head"), 1] - first[names.index("left_heel"), 1]
    assert 1000 < span < 1800
    rows = list(csv.DictReader((files / "there.csv").open()))
    assert len(rows) == 120 * 26
    assert float(rows[names.index("head")]["y_mm"]) == first[names.index("head"), 1]


def test_export_of_a_clip_that_is_gone_has_no_frames(files):
    export_joints(files / "gone.npz", files / "gone.trc", files / "gone.csv")
    assert (files / "gone.csv").read_text() == "frame,time_s,joint,x_leg,y_leg,score\n"


def test_columns_follow_the_order_of_the_metrics(files):
    tabulate_gait({"there": files / "there.json"}, files / "gait.csv", files / "steps.csv")
    columns = (files / "gait.csv").read_text().split("\n")[0].split(",")
    order = [columns.index(name) for name in load_metrics()]
    assert order == sorted(order) and columns.index("reach_ic_m") > order[-1]


def test_without_a_height_lengths_are_in_leg_lengths(files):
    export_joints(files / "there.npz", files / "there.trc", files / "there.csv")
    rows = list(csv.DictReader((files / "there.csv").open()))
    hips, knees, ankles = (
        np.array([float(row["y_leg"]) for row in rows if row["joint"] == f"left_{joint}"])
        for joint in ("hip", "knee", "ankle")
    )
    assert 0.9 < (hips - ankles).max() < 1.1 and (knees < hips).all()
    assert min(float(row["y_leg"]) for row in rows) == 0, "the lowest point of a foot"

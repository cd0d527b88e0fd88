import json
import re

import numpy as np
import pandas as pd
import pytest
from form_readings import write_readings
from javascript import run_script

from runform.fewshot.embedding_map import TsneSettings
from runform.fewshot.labelled import SPACES
from runform.present.clip_map import MappedClip, columns_of, map_places, write_clip_map

HOSTILE = "<script>alert(1)</script>\"'\u202e" + "x" * 10_000


def written(tmp_path, count=6, embedded=5, space="embedding"):
    names = [f"c{number}" for number in range(count)]
    rng = np.random.default_rng(1)
    status = ["ok"] * embedded + ["unavailable"] * (count - embedded)
    mean = rng.standard_normal((count, 32)).astype(np.float32)
    mean[embedded:] = np.nan
    arrays = {"mean": mean, "spread": np.zeros_like(mean), "status": np.array(status)}
    np.savez(tmp_path / "e.npz", clip=np.array(names), **arrays)
    readings = write_readings(tmp_path / "r.safetensors") if space == "form_metric" else ""
    gait = {
        "clip": names,
        "status": ["ok"] * (count - 1) + ["unavailable"],
        "view": ["left"] * (count - 1) + [""],
        "cadence_steps_min": [160.0 + n for n in range(count - 1)] + [np.nan],
        "step_time_asymmetry": [0.031] * (count - 1) + [np.nan],
    }
    pd.DataFrame(gait).to_csv(tmp_path / "gait.csv", index=False)
    lost = {
        "clip": [names[-1]],
        "stage": ["acquire"],
        "status": ["unavailable"],
        "reason": [HOSTILE],
    }
    pd.DataFrame(lost).to_csv(tmp_path / "coverage.csv", index=False)
    clips = [
        MappedClip(
            name, HOSTILE if name == "c1" else name, "labelled", name == "c0", {"bouncing": True}
        )
        for name in names
    ]
    files = (tmp_path / "e.npz", readings, tmp_path / "gait.csv", tmp_path / "coverage.csv")
    write_clip_map(clips, *files, TsneSettings(), space, tmp_path / "map.html")
    return (tmp_path / "map.html").read_text(encoding="utf-8")


def rows_of(page):
    text = re.search(r'id="study">(.*?)</script>', page, re.DOTALL)[1]
    study = json.loads(text, parse_constant=pytest.fail)  # a browser knows no NaN
    return {row["clip"]: row for row in study["rows"]}


def test_a_row_for_each_clip_with_what_is_known(tmp_path):
    rows = rows_of(written(tmp_path))
    assert rows["c0"]["page"] == "runners/c0/report.html"
    assert (rows["c2"]["page"], rows["c2"]["film"]) == ("", "clips/c2.mp4")
    cells = rows["c2"]["cells"]
    assert (cells["cadence_steps_min"], cells["label:bouncing"], cells["view"]) == (
        162,
        "yes",
        "left",
    )
    assert cells["step_time_asymmetry"] == 3.1  # printed in percent
    assert all(0 <= at <= 1 for row in rows.values() if row["place"] for at in row["place"])


def test_a_clip_without_anything_is_in_the_roster_only(tmp_path):
    page = written(tmp_path)
    row = rows_of(page)["c5"]
    assert (row["place"], row["film"], row["cells"]["status"]) == (None, "", HOSTILE)
    assert "cadence_steps_min" not in row["cells"]
    assert "<script>alert" not in page


@pytest.mark.parametrize("clip", ["001", "NA", "nan"])
def test_clips_with_names_like_numbers_and_blanks_have_their_gait_and_reasons(tmp_path, clip):
    (tmp_path / "gait.csv").write_text(f"clip,status,view,cadence_steps_min\n{clip},ok,left,160\n")
    lost = f"clip,stage,status,reason\n{clip},acquire,unavailable,NA\n"
    (tmp_path / "coverage.csv").write_text("clip,stage,status,reason\n")
    (tmp_path / "lost.csv").write_text(lost)
    np.savez(tmp_path / "e.npz", clip=np.array([]), status=np.array([]), mean=np.zeros((0, 8)))
    for coverage, status in (("coverage.csv", "measured"), ("lost.csv", "NA")):
        files = (tmp_path / "e.npz", "", tmp_path / "gait.csv", tmp_path / coverage)
        page = tmp_path / "map.html"
        rows = [MappedClip(clip, clip, "labelled", False)]
        write_clip_map(rows, *files, TsneSettings(), "embedding", page)
        cells = rows_of(page.read_text(encoding="utf-8"))[clip]["cells"]
        assert (cells["cadence_steps_min"], cells["status"]) == (160, status)


def test_the_map_is_computed_in_the_space_of_the_config(tmp_path):
    pages = {space: written(tmp_path, space=space) for space in SPACES}
    places = [
        {clip: row["place"] for clip, row in rows_of(page).items()} for page in pages.values()
    ]
    assert places[0] != places[1] and None in places[0].values()
    assert all(f"t-SNE by the {SPACES[space]}:" in page for space, page in pages.items())


def test_too_few_embeddings_give_no_map(tmp_path):
    assert all(row["place"] is None for row in rows_of(written(tmp_path, embedded=3)).values())
    assert map_places(["a"], {}, TsneSettings()) == {}


def test_the_page_is_the_same_each_time(tmp_path):
    assert written(tmp_path) == written(tmp_path)


def test_columns_name_units_and_digits():
    columns = {column["key"]: column for column in columns_of(["bouncing"], ["shank_angle_ic_deg"])}
    assert columns["label:bouncing"]["title"] == "label: bouncing"
    assert columns["shank_angle_ic_deg"]["title"] == "Shank angle at contact, °"
    assert columns["shank_angle_ic_deg"]["digits"] == 1


def test_metrics_without_a_range_colour_points_but_are_no_column(tmp_path):
    page = written(tmp_path)
    head = page.split("<thead>")[1].split("</thead>")[0]
    assert "step_time_asymmetry" in head and "cadence_steps_min" in head
    columns = {one["key"]: one for one in columns_of([], ["step_time_ms", "cadence_steps_min"])}
    assert (columns["step_time_ms"]["listed"], columns["cadence_steps_min"]["listed"]) == (
        False,
        True,
    )
    assert "recorded_on" in columns and "recorded_on" not in head  # nobody gave a day


def test_what_lies_inside_a_loop():
    loop = [[0, 0], [10, 0], [10, 10], [5, 2], [0, 10]]  # with a notch from below
    at = [[1, 1], [5, 1], [5, 5], [9, 6], [11, 1], [-1, 5]]
    inside = run_script(
        "roster.js", "return at.map((p) => roster.inside(p, loop))", loop=loop, at=at
    )
    assert inside == [True, True, False, True, False, False]
    assert run_script("roster.js", "return roster.inside([0, 0], [])") is False


ROWS = [
    {"clip": "c10", "cells": {"runner": "Anna", "cadence": 160.0}},
    {"clip": "c9", "cells": {"runner": "ben", "cadence": 170.0}},
    {"clip": "c1", "cells": {"runner": "anna"}},
]


@pytest.mark.parametrize(
    ("key", "down", "order"),
    [
        ("clip", False, ["c1", "c9", "c10"]),
        ("clip", True, ["c10", "c9", "c1"]),
        ("cadence", False, ["c10", "c9", "c1"]),
        ("cadence", True, ["c9", "c10", "c1"]),
    ],
)
def test_rows_sort_with_blanks_last(key, down, order):
    body = "return roster.sorted(rows, key, down).map(({ clip }) => clip)"
    assert run_script("roster.js", body, rows=ROWS, key=key, down=down) == order


def test_rows_are_searched_by_all_words():
    body = "return texts.map((text) => roster.searched(rows, text).map(({ clip }) => clip))"
    found = run_script("roster.js", body, rows=ROWS, texts=["ANNA", "anna c1", "c9 anna", ""])
    assert found == [["c10", "c1"], ["c10", "c1"], [], ["c10", "c9", "c1"]]


def test_classes_ranges_and_parts():
    body = """return [roster.classes(rows, "runner"), roster.range(rows, "cadence"),
        roster.range(rows, "none"),
        [159, 160, 164.9, 170, 999].map((value) => roster.part(value, [160, 170], 2)),
        roster.part(5, [5, 5], 4)]"""
    classes, limits, none, parts, flat = run_script("roster.js", body, rows=ROWS)
    assert [name for name, _ in classes] == ["anna", "Anna", "ben"]
    assert (limits, none, parts, flat) == ([160, 170], None, [0, 0, 0, 1, 1], 0)

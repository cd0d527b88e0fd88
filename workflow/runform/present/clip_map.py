"""The map of embeddings on which a point is a clip, and the roster of all clips under it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from runform.fewshot.embedding_map import TsneSettings, tsne_map
from runform.fewshot.labelled import SPACES, clip_vectors
from runform.metric_definitions import load_metrics
from runform.present.coverage import unavailable
from runform.present.metric_table import page_digits_of, printed, title_of, unit_of
from runform.present.pages import write_page
from runform.present.words import read_frame, readable
from runform.sequence import OK

TEMPLATE = "resources/pages/clip_map.html.j2"
SCRIPTS = ("resources/pages/roster.js", "resources/pages/clip_map.js")
FEWEST_CLIPS = 4  # of a map
CLASS, NUMBER = "class", "number"


@dataclass(frozen=True)
class MappedClip:
    """What the manifest says of a clip. sets: joined by spaces.  labels: deficiency -> yes or no.
    has_page, has_video: whether it has a report, and a video (or keypoints alone).  recorded_on:
    day, or empty.
    """

    clip: str
    runner: str
    sets: str
    has_page: bool
    labels: Mapping[str, bool] = field(default_factory=dict)
    has_video: bool = True
    recorded_on: str = ""


def write_clip_map(
    clips: Sequence[MappedClip],
    embeddings_npz: str | Path,
    readings: str | Path,
    gait_csv: str | Path,
    coverage_csv: str | Path,
    tsne: TsneSettings,
    space: str,
    path: str | Path,
) -> None:
    """Write the page to `path`, the folder of the results, below which films and reports lie.

    readings: of `fit_readings`.  space: the one of `SPACES` that is mapped.
    """
    gait = read_frame(gait_csv).set_index("clip", drop=False)
    coverage = read_frame(coverage_csv).fillna("").to_dict("records")
    places = map_places(
        [clip.clip for clip in clips], clip_vectors(space, embeddings_npz, readings), tsne
    )
    missing = {row["clip"]: row["reason"] for row in unavailable(coverage)}
    without_film = {row["clip"] for row in unavailable(coverage) if row["stage"] == "acquire"}
    without_film |= {clip.clip for clip in clips if not clip.has_video}
    metrics = [name for name in load_metrics() if name in gait and gait[name].notna().any()]
    labels = sorted({name for clip in clips for name in clip.labels})
    columns = columns_of(labels, metrics)
    if not any(clip.recorded_on for clip in clips):
        columns = [column for column in columns if column["key"] != "recorded_on"]
    write_page(
        TEMPLATE,
        path,
        scripts=SCRIPTS,
        shown=len(places),
        total=len(clips),
        space=SPACES[space],
        columns=columns,
        has_study=any("labelled" in clip.sets.split() for clip in clips),
        study={
            "columns": columns,
            "rows": [
                {
                    "clip": clip.clip,
                    "place": places.get(clip.clip),
                    "film": "" if clip.clip in without_film else f"clips/{clip.clip}.mp4",
                    "page": f"runners/{clip.clip}/report.html" if clip.has_page else "",
                    "cells": cells_of(clip, gait, metrics, missing),
                }
                for clip in clips
            ],
        },
    )


def map_places(
    clips: Sequence[str], vectors: Mapping[str, np.ndarray], settings: TsneSettings
) -> dict[str, list[float]]:
    """Clip -> x and y on the t-SNE map, 0 to 1; {} with too few of them in `vectors`."""
    kept = [clip for clip in clips if clip in vectors]
    if len(kept) < FEWEST_CLIPS:
        return {}
    xy = tsne_map(np.stack([vectors[clip] for clip in kept]), settings)
    xy = (xy - xy.min(axis=0)) / np.maximum(np.ptp(xy, axis=0), 1e-9)
    pairs = zip(kept, xy, strict=True)
    return {clip: [round(float(x), 4), round(float(y), 4)] for clip, (x, y) in pairs}


def columns_of(labels: Sequence[str], metrics: Sequence[str]) -> list[dict]:
    """What the points may be coloured by. listed: whether it is a column of the roster too, as are
    metrics with a reference range.
    """
    texts = {
        "runner": "runner",
        "sets": "set",
        "view": "view",
        "status": "status",
        "recorded_on": "recorded on",
        **{f"label:{name}": f"label: {readable(name)}" for name in labels},
    }
    columns: list[dict] = [
        {"key": key, "title": title, "kind": CLASS, "listed": True} for key, title in texts.items()
    ]
    for name in metrics:
        unit = unit_of(name, load_metrics()[name].unit).strip()
        title = f"{title_of(name)}, {unit}" if unit else title_of(name)
        digits = page_digits_of(name)
        listed = bool(load_metrics()[name].range)
        columns.append(
            {"key": name, "title": title, "kind": NUMBER, "digits": digits, "listed": listed}
        )
    return columns


def cells_of(
    clip: MappedClip, gait: pd.DataFrame, metrics: Sequence[str], missing: Mapping[str, str]
) -> dict:
    """Column -> cell of one clip; blanks are left out."""
    row = gait.loc[clip.clip] if clip.clip in gait.index else pd.Series(dtype=object)
    status = missing.get(clip.clip) or ("measured" if row.get("status") == OK else "no gait")
    view = row.get("view")
    cells: dict[str, str | float] = {"runner": clip.runner, "sets": clip.sets, "status": status}
    cells |= {"view": view if isinstance(view, str) else "", "recorded_on": clip.recorded_on}
    cells |= {f"label:{name}": "yes" if label else "no" for name, label in clip.labels.items()}
    for name in metrics:
        value = row.get(name)
        if value is not None and np.isfinite(value):
            cells[name] = round(float(printed(name, float(value)) or 0.0), 4)
    return {key: value for key, value in cells.items() if isinstance(value, float) or value}

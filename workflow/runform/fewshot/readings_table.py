"""readings.csv: what the encoder reads of form in every clip, beside what geometry measures.

A reading needs no side view and no contacts, but it is a regression learned on simulated runners.
So it says how far it may be trusted, and where it contradicts the measurement.
"""

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from runform.encoder.readings import (
    ALLOWED,
    PARTS,
    VALUE,
    Readings,
    embeddings_of,
    load_readings,
    pool,
)
from runform.files import SHARE, TEXT, read_json, write_table
from runform.files import VALUE as NUMBER
from runform.limits import SPEED
from runform.metric_definitions import load_metrics
from runform.sequence import PoseSequence, load_sequence

log = logging.getLogger(__name__)

COLUMNS = {
    "clip": TEXT,
    "metric": TEXT,
    "unit": TEXT,
    "reading": NUMBER,
    "uncertainty": NUMBER,
    "measured": NUMBER,
    "measured_uncertainty": NUMBER,
    "disagree": TEXT,
    "validity": SHARE,
    "note": TEXT,
}
# Share of simulated runners that lie further out; below it a clip is not like them.
LEAST_VALIDITY = 0.01
OUTSIDE = "outside of what was simulated"


def tabulate_readings(
    readings_file: str | Path,
    embeddings_npz: str | Path,
    poses: Mapping[str, str | Path],
    gaits: Mapping[str, str | Path],
    table_csv: str | Path,
) -> None:
    """Write a row for each clip and metric; clips without an embedding are left out.

    poses, gaits: clip -> file.
    """
    readings, embedded = load_readings(readings_file), embeddings_of(embeddings_npz)
    rows = []
    for clip, file in poses.items():
        if clip in embedded:
            metrics = read_json(gaits[clip]).get("metrics") or {} if clip in gaits else {}
            of_clip = read_clip(readings, embedded[clip], load_sequence(file), metrics)
            rows += [{"clip": clip, **row} for row in of_clip]
            if of_clip[0]["note"]:
                log.warning("%s: %s: its readings may be wrong", clip, of_clip[0]["note"])
    write_table(table_csv, COLUMNS, rows)


def read_clip(
    readings: Readings,
    embedding: tuple[np.ndarray, np.ndarray],
    sequence: PoseSequence,
    metrics: Mapping[str, Mapping],
) -> list[dict]:
    """A row for each metric of one clip. embedding: mean and spread.  metrics: of its gait file."""
    mean, spread = embedding
    pooled = pool(mean[None], spread[None], readings.pooling)
    fps = np.array([sequence.true_fps])
    seconds = max(len(sequence.xy), 1) / fps
    part = PARTS.index(VALUE)
    values = readings.read(pooled)[0, :, part]
    errors = readings.standard_uncertainty(pooled, seconds, fps)[0, :, part]
    validity = float(readings.validity(pooled)[0])
    note = OUTSIDE if validity < LEAST_VALIDITY else ""
    return [
        _row(name, float(value), float(error), metrics.get(name) or {})
        | {"validity": validity, "note": note}
        for name, value, error in zip(readings.names, values, errors, strict=True)
    ]


def _row(name: str, value: float, error: float, measured: Mapping) -> dict:
    by_geometry, allowed = measured.get("value"), measured.get("uncertainty") or 0.0
    disagree = ""
    if by_geometry is not None:
        beyond = abs(value - by_geometry) > ALLOWED * np.hypot(error, allowed)
        disagree = "yes" if beyond else "no"
    return {
        "metric": name,
        "unit": "m/s" if name == SPEED else load_metrics()[name].unit,
        "reading": value,
        "uncertainty": error,
        "measured": by_geometry,
        "measured_uncertainty": measured.get("uncertainty"),
        "disagree": disagree,
    }

"""readings.csv: what the encoder reads of form in every clip, beside what geometry measures; and
what simulated runners with such readings say of a deficiency.

A reading needs no side view and no contacts, but it is a regression learned on simulated runners.
So it says how far it may be trusted, and where it contradicts the measurement.

Legend: N runners, M metrics, F' features of a pooled embedding.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from runform.encoder.readings import (
    ALLOWED,
    LARGER,
    PARTS,
    SMALLER,
    VALUE,
    Readings,
    embeddings_of,
    load_readings,
    pool,
)
from runform.fewshot.conformal import Calibration, label_p, prediction_sets
from runform.files import SHARE, TEXT, read_json, write_table
from runform.files import VALUE as NUMBER
from runform.limits import SPEED, parts_of, rule_position
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
LEAST_OF_A_CLASS = 10  # simulated runners with yes and with no, or they say nothing


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


def simulated_labels(readings: Readings, rule: Mapping[str, Any]) -> np.ndarray | None:
    """(N,) of the unseen simulated films by their exact metrics: 1 yes, 0 no, NaN between the
    limits. None where a metric of the rule is not read.
    """
    positions = simulated_positions(readings.unseen_metrics, readings.names, rule)
    if positions is None:
        return None
    return np.where(positions >= 1, 1.0, np.where(positions <= -1, 0.0, np.nan))


def simulated_positions(
    values: np.ndarray, names: tuple[str, ...], rule: Mapping[str, Any]
) -> np.ndarray | None:
    """(N,) `limits.rule_position` of metrics (N, M, 3), read or exact; None where one is missing.

    With side `worst`, of the worse side's values.
    """
    if any(part["metric"] not in names for part in parts_of(rule)):
        return None
    worse = (LARGER, SMALLER) if rule.get("side") == "worst" else (VALUE,)
    of_side = [
        [rule_position(dict(zip(names, row, strict=True)), rule) for row in side]
        for side in (values[:, :, PARTS.index(part)] for part in worse)
    ]
    return np.max(np.array(of_side, float).reshape(len(worse), len(values)), axis=0)


def simulated_answers(
    readings: Readings, pooled: np.ndarray, rules: Mapping[str, Mapping[str, Any]], coverage: float
) -> dict[str, str]:
    """Deficiency -> the prediction set of one clip, whose pooled embedding is (F',).

    What needs no labelled clip: the clip's readings lie between the limits of the rule as those of
    some unseen simulated runners do, whose labels are known. A deficiency with a metric that is not
    read, or that too few of these runners have, is left out.
    """
    runners = np.array([f"simulated {number}" for number in range(len(readings.fps))])
    answers = {}
    for name, rule in rules.items():
        labels = simulated_labels(readings, rule)
        scores = simulated_positions(readings.unseen_readings, readings.names, rule)
        ours = simulated_positions(readings.read(pooled[None]), readings.names, rule)
        if labels is None or scores is None or ours is None:
            continue
        labelled = np.isfinite(labels)
        yes = labels[labelled] > 0.5
        if min(yes.sum(), (~yes).sum()) < LEAST_OF_A_CLASS:
            continue
        calibration = Calibration(scores[labelled], yes, runners[labelled])
        p_no, p_yes = label_p(calibration, ours, np.array(["this clip's"]))
        answers[name] = str(prediction_sets(p_no, p_yes, coverage)[0])
    return answers

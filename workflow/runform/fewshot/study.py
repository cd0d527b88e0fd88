"""The few-shot study: every arm, both protocols, each labelled deficiency, into tables.

Legend: N clips that are available, labelled ones and test clips.
"""

import logging
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from runform.errors import InputError
from runform.fewshot import result_tables
from runform.fewshot.evaluate import ArmTrial, TrialSettings, try_arm
from runform.fewshot.feature_sets import (
    GAIT_AND_ENCODER,
    Arm,
    Clips,
    FeatureSettings,
    SharedArms,
    build_shared,
)
from runform.fewshot.labelled import Examples, examples_of, why_not_scored
from runform.files import read_json, write_table
from runform.sequence import OK, load_sequence

log = logging.getLogger(__name__)

FINE_TUNED = ("encoder", "encoder_finetuned2d", "encoder_anchored", GAIT_AND_ENCODER)


@dataclass(frozen=True)
class StudyFiles:
    """Paths by clip id of its pose, its gait and its video; paths by arm of the encoders'
    embeddings, `encoder` the main one.
    """

    poses: dict[str, str]
    gaits: dict[str, str]
    videos: dict[str, str]
    embeddings: dict[str, str]


@dataclass(frozen=True)
class StudyLabels:
    """examples, test: deficiency -> clip -> yes or no.  runners: clip -> who runs.  corpus: clips
    that fine-tuned the encoder.
    """

    examples: dict[str, dict[str, bool]]
    test: dict[str, dict[str, bool]]
    runners: dict[str, str]
    corpus: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StudyTables:
    """Where the tables go."""

    accuracy: str
    predictions: str
    learning_curve: str
    selective: str
    skipped: str


def score_feature_sets(
    files: StudyFiles,
    labels: StudyLabels,
    features: FeatureSettings,
    settings: TrialSettings,
    tables: StudyTables,
    processes: int = 1,
) -> None:
    """Try every arm on every deficiency and write the tables. `processes` changes the time and
    nothing else.
    """
    skipped: list[dict] = []
    clips = load_clips(files, skipped)
    with threadpool_limits(1):
        arms = build_shared(clips, files.embeddings, features, skipped)
    tasks = list(_tasks(arms, labels, skipped))
    trials = Parallel(n_jobs=processes)(delayed(try_arm)(*task, settings) for task in tasks)
    write_trials(trials, labels, settings, tables, skipped)


def write_trials(
    trials: list[ArmTrial],
    labels: StudyLabels,
    settings: TrialSettings,
    tables: StudyTables,
    skipped: list[dict],
) -> None:
    """Write the tables of finished trials. skipped: rows of what could not be tried, beside what
    the trials themselves left out.
    """
    pose = {trial.deficiency: trial for trial in trials if trial.arm == result_tables.POSE}
    rows, predictions, learning, selective = [], [], [], []
    for trial in trials:
        found = trial.rows(pose.get(trial.deficiency), settings)
        transductive = _transductive(trial.arm, labels)
        rows += [{**trial.key, "transductive": transductive, **row} for row in found]
        predictions += [
            {**trial.key, **row} for row in trial.prediction_rows(settings.abstain_below)
        ]
        learning += [{**trial.key, **row} for row in trial.learning]
        selective += [{**trial.key, **row} for row in trial.selective_rows()]
    skipped = skipped + [{**trial.key, **row} for trial in trials for row in trial.skipped]
    _warn_of_leaks(rows)
    write_table(tables.accuracy, result_tables.BY_ARM, rows)
    write_table(tables.predictions, result_tables.PREDICTIONS, predictions)
    write_table(tables.learning_curve, result_tables.LEARNING, learning)
    write_table(tables.selective, result_tables.SELECTIVE, selective)
    write_table(tables.skipped, result_tables.SKIPPED, skipped)
    for row in skipped:
        log.warning(
            "left out: %s", ", ".join(f"{key} {value}" for key, value in row.items() if value)
        )


def load_clips(files: StudyFiles, skipped: list[dict]) -> Clips:
    """Clips with a pose, in the order of `files.poses`; the others, and those without gait, get a
    line in `skipped`.
    """
    sequences = {clip: load_sequence(path) for clip, path in files.poses.items()}
    for clip, sequence in sequences.items():
        if not sequence.ok:
            skipped.append({"clip": clip, "reason": sequence.reason or "unavailable"})
    ids = [clip for clip, sequence in sequences.items() if sequence.ok]
    gaits = {clip: _gait(files.gaits.get(clip)) for clip in ids}
    for clip in ids:
        if gaits[clip] is None:
            skipped.append(
                {
                    "arm": "gait",
                    "clip": clip,
                    "reason": "no gait measured: its features are filled inside the folds",
                }
            )
    return Clips(
        ids,
        [sequences[clip] for clip in ids],
        [gaits[clip] for clip in ids],
        [files.videos.get(clip, "") for clip in ids],
    )


def _gait(path: str | Path | None) -> dict | None:
    gait = read_json(path) if path else None
    return gait if gait and gait.get("status") == OK else None


def _tasks(
    shared: SharedArms, labels: StudyLabels, skipped
) -> Iterable[tuple[Arm, np.ndarray, Examples, Examples]]:
    place = {clip: row for row, clip in enumerate(shared.clips.ids)}
    for deficiency, named in labels.examples.items():
        examples = examples_of(deficiency, named, labels.runners, place)
        test = examples_of(deficiency, labels.test.get(deficiency, {}), labels.runners, place)
        _check_apart(examples, test)
        why = why_not_scored(examples, 2)
        if why:
            skipped.append({"deficiency": deficiency, "reason": why})
            continue
        rows = np.array([place[clip] for clip in (*examples.clips, *test.clips)], int)
        for arm in shared.of(deficiency, skipped):
            yield arm, rows, examples, test


def _check_apart(examples: Examples, test: Examples) -> None:
    shared = sorted(set(examples.runners) & set(test.runners))
    if shared:
        raise InputError(
            f"{examples.deficiency}: runner {shared[0]!r} is labelled and in the test set: expected runners of one of the two"
        )


def _transductive(arm: str, labels: StudyLabels) -> str:
    """`yes` when a clip that is tested, or another of its runner, fine-tuned this arm's encoder."""
    tuned = set(labels.corpus.values())
    tested = {
        labels.runners[clip]
        for named in (*labels.examples.values(), *labels.test.values())
        for clip in named
    }
    return "yes" if arm in FINE_TUNED and tuned & tested else "no"


def _warn_of_leaks(rows: list[dict]) -> None:
    for row in rows:
        if row.get("note") == result_tables.LEAK:
            where = f"{row['deficiency']}, {row['protocol']}"
            line = f"{where}: nuisance features alone reach {row['balanced_accuracy']:.2f} balanced accuracy"
            log.warning("%s, %s", line, result_tables.LEAK)
            print(f"runform: warning: {line}, {result_tables.LEAK}", file=sys.stderr)

"""The few-shot study: every feature set and protocol on every labelled deficiency, into tables.

Legend: N clips that are available, labelled ones and test clips.
"""

import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from runform.errors import InputError
from runform.fewshot.evaluate import Evaluation, EvaluationSettings, evaluate
from runform.fewshot.feature_sets import (
    GAIT,
    GAIT_AND_ENCODER,
    MAIN_ENCODER,
    Clips,
    FeatureSet,
    make_feature_set,
)
from runform.fewshot.form_features import ALL_READINGS, FORM_METRIC, OWN_READINGS, ZERO_SHOT
from runform.fewshot.labelled import Examples, examples_of, load_mean_embeddings, why_not_scored
from runform.fewshot.models import DENSE_CLASSIFIERS
from runform.fewshot.protocols import PUBLISHED
from runform.fewshot.published_protocol import PublishedProtocol
from runform.fewshot.result_tables import (
    ACCURACY,
    BY_FEATURE_SET,
    COMPARED,
    LEAK,
    LEARNING_CURVE,
    MEAN,
    PREDICTION_SETS,
    PREDICTIONS,
    PREDICTIONS_BY_FEATURE_SET,
    SKIPPED,
    calibrated,
    evaluation_rows,
    prediction_rows,
    prediction_set_rows,
    published,
    summaries,
    with_holm,
)
from runform.fewshot.study_features import FeatureSettings, SharedFeatureSets, build_shared
from runform.files import read_json, write_table
from runform.sequence import OK, load_sequence

log = logging.getLogger(__name__)

FINE_TUNED = ("encoder", "encoder_finetuned2d", "encoder_anchored", GAIT_AND_ENCODER)
FINE_TUNED += (ZERO_SHOT, OWN_READINGS, ALL_READINGS, FORM_METRIC)
FINE_TUNED += (f"{FORM_METRIC}_finetuned2d", f"{FORM_METRIC}_anchored")
NOTHING, FORM = "nothing", "form of simulated runners"


@dataclass(frozen=True)
class StudyFiles:
    """Paths by clip: pose, gait, video. Paths by encoder: embeddings, and what `fit_readings` made
    of it; `encoder` is the main.
    """

    poses: dict[str, str]
    gaits: dict[str, str]
    videos: dict[str, str]
    embeddings: dict[str, str]
    readings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StudyLabels:
    """examples, test: deficiency -> clip -> label.  runners: clip -> runner.  corpus: the same.
    rules: the config's table of deficiencies.
    """

    examples: dict[str, dict[str, bool]]
    test: dict[str, dict[str, bool]]
    runners: dict[str, str]
    corpus: dict[str, str] = field(default_factory=dict)
    rules: dict[str, dict] = field(default_factory=dict)


@dataclass(frozen=True)
class StudyTables:
    """Where the tables go."""

    accuracy: str
    predictions: str
    learning_curve: str
    prediction_sets: str
    skipped: str


def score_few_shot(
    embeddings_npz: str | Path,
    labels: dict[str, dict[str, bool]],
    runners: dict[str, str],
    settings: PublishedProtocol,
    accuracy_csv: str | Path,
    predictions_csv: str | Path,
) -> None:
    """Evaluate the study's encoder by the published protocol, and write both tables.

    labels: deficiency -> clip -> yes or no. A deficiency that cannot be scored (one class, fewer
    clips than folds, no labels) keeps one row that says why.
    """
    embeddings = load_mean_embeddings(embeddings_npz)
    only = EvaluationSettings(settings, protocols=(PUBLISHED,), bootstrap_draws=0, curve_sizes=())
    rows, predictions = [], []
    for deficiency, labelled in labels.items():
        examples = examples_of(deficiency, labelled, runners, embeddings)
        why = why_not_scored(examples, settings.folds)
        if why:
            log.warning("%s: not scored: %s", deficiency, why)
            rows.append(_unscored_row(examples, why))
            continue
        X = np.stack([embeddings[clip] for clip in examples.clips])
        features = make_feature_set(MAIN_ENCODER, {"mean": X}, DENSE_CLASSIFIERS, each=False)
        test = examples_of(deficiency, {}, runners, embeddings)
        evaluation = evaluate(features, np.arange(len(examples)), examples, test, only)
        rows += evaluation_rows(evaluation, {}, only)
        predictions += prediction_rows(evaluation, only.coverage)
        log.info("%s: %d of %d correct", deficiency, rows[-1]["k"], rows[-1]["n"])
    write_table(accuracy_csv, ACCURACY, published(rows, ACCURACY))
    write_table(predictions_csv, PREDICTIONS, published(predictions, PREDICTIONS))


def _unscored_row(examples: Examples, why: str) -> dict:
    counts = {"n": len(examples), "n_yes": examples.n_yes, "n_no": examples.n_no}
    key = {"deficiency": examples.deficiency, "protocol": PUBLISHED, "fold": MEAN}
    return {**key, **counts, "n_unavailable": len(examples.unavailable), "note": why}


def score_feature_sets(
    files: StudyFiles,
    labels: StudyLabels,
    features: FeatureSettings,
    settings: EvaluationSettings,
    tables: StudyTables,
    processes: int = 1,
) -> None:
    """Evaluate every feature set on every deficiency and write the tables.

    `processes` changes only the time.
    """
    skipped: list[dict] = []
    clips = load_clips(files, skipped)
    with threadpool_limits(1):
        feature_sets = build_shared(
            clips, files.embeddings, features, skipped, files.readings, labels.rules
        )
    tasks = list(_tasks(feature_sets, labels, skipped))
    evaluations = Parallel(n_jobs=processes)(delayed(evaluate)(*task, settings) for task in tasks)
    by_name = supervision(feature_sets, files.embeddings)
    supervised_by = [supervised(feature_set, by_name) for feature_set, *_ in tasks]
    write_evaluations(evaluations, labels, settings, tables, skipped, supervised_by)


def supervision(shared: SharedFeatureSets, embeddings: dict[str, str]) -> dict[str, str]:
    """Feature set -> what supervised it before any example of the study.

    An embedding has the supervision of its encoder; what is read from it knows simulated form.
    """
    supervised_by = {}
    for name in shared.encoders:
        with np.load(embeddings[name], allow_pickle=False) as file:
            supervised_by[name] = str(file["supervision"])
        supervised_by[name.replace(MAIN_ENCODER, FORM_METRIC, 1)] = FORM
    read = (ZERO_SHOT, OWN_READINGS, ALL_READINGS, GAIT_AND_ENCODER)
    return supervised_by | dict.fromkeys(read, FORM)


def supervised(feature_set: FeatureSet, by_name: Mapping[str, str]) -> str:
    """What supervised a feature set, from `supervision`. Gait and encoder has the readings, and for
    a deficiency without a prior, where it has members, the embedding itself.
    """
    name = MAIN_ENCODER if feature_set.members else feature_set.name
    return by_name.get(name, NOTHING)


def write_evaluations(
    evaluations: list[Evaluation],
    labels: StudyLabels,
    settings: EvaluationSettings,
    tables: StudyTables,
    skipped: list[dict],
    supervised_by: Sequence[str],
) -> None:
    """Write the tables; `skipped` has rows of what could not be evaluated.

    supervised_by: what supervised the features of each evaluation before any example.
    """
    compared: dict[str, dict[str, Evaluation]] = {}
    for one in evaluations:
        if one.feature_set in COMPARED.values():
            compared.setdefault(one.deficiency, {})[one.feature_set] = one
    rows, predictions, learning, sets = [], [], [], []
    for one, supervisor in zip(evaluations, supervised_by, strict=True):
        cells = {
            "transductive": _transductive(one.feature_set, labels),
            "supervised_by": supervisor,
        }
        evaluated = evaluation_rows(one, compared.get(one.deficiency, {}), settings)
        rows += [{**row, **cells} for row in evaluated]
        predictions += prediction_rows(one, settings.coverage)
        learning += [{**one.key, **row} for row in one.learning]
        sets += prediction_set_rows(one)
        skipped = skipped + [{**one.key, **row} for row in one.skipped]
    rows = with_holm(rows)
    _warn_of_leaks(rows)
    write_table(tables.accuracy, BY_FEATURE_SET, summaries(rows, BY_FEATURE_SET))
    shown = calibrated(predictions, PREDICTIONS_BY_FEATURE_SET)
    write_table(tables.predictions, PREDICTIONS_BY_FEATURE_SET, shown)
    write_table(tables.learning_curve, LEARNING_CURVE, learning)
    write_table(tables.prediction_sets, PREDICTION_SETS, sets)
    write_table(tables.skipped, SKIPPED, skipped)
    for row in skipped:
        cells = (f"{key} {value}" for key, value in row.items() if value)
        log.warning("left out: %s", ", ".join(cells))


def load_clips(files: StudyFiles, skipped: list[dict]) -> Clips:
    """Clips with a pose, in order; the others, and those without gait, get a row in `skipped`."""
    sequences = {clip: load_sequence(path) for clip, path in files.poses.items()}
    for clip, sequence in sequences.items():
        if not sequence.ok:
            skipped.append({"clip": clip, "reason": sequence.reason or "unavailable"})
    ids = [clip for clip, sequence in sequences.items() if sequence.ok]
    gaits = [_gait(files.gaits.get(clip)) for clip in ids]
    reason = "no gait measured: its features are filled inside the folds"
    for clip, gait in zip(ids, gaits, strict=True):
        if gait is None:
            skipped.append({"feature_set": GAIT, "clip": clip, "reason": reason})
    videos = [files.videos.get(clip, "") for clip in ids]
    return Clips(ids, [sequences[clip] for clip in ids], gaits, videos)


def _gait(path: str | Path | None) -> dict | None:
    gait = read_json(path) if path else None
    return gait if gait and gait.get("status") == OK else None


def _tasks(
    shared: SharedFeatureSets, labels: StudyLabels, skipped
) -> Iterable[tuple[FeatureSet, np.ndarray, Examples, Examples]]:
    row_of = {clip: row for row, clip in enumerate(shared.clips.ids)}
    for deficiency, named in labels.examples.items():
        examples = examples_of(deficiency, named, labels.runners, row_of)
        test = examples_of(deficiency, labels.test.get(deficiency, {}), labels.runners, row_of)
        _check_runners(examples, test)
        why = why_not_scored(examples, 2)
        if why:
            skipped.append({"deficiency": deficiency, "reason": why})
            continue
        rows = np.array([row_of[clip] for clip in (*examples.clips, *test.clips)], int)
        for feature_set in shared.of(deficiency, skipped):
            yield feature_set, rows, examples, test


def _check_runners(examples: Examples, test: Examples) -> None:
    shared = sorted(set(examples.runners) & set(test.runners))
    if shared:
        raise InputError(
            f"{examples.deficiency}: runner {str(shared[0])!r} is labelled and in the test set: "
            "expected runners of one of the two"
        )


def _transductive(feature_set: str, labels: StudyLabels) -> str:
    """`yes` when a tested clip, or another of its runner, fine-tuned this encoder."""
    tuned = set(labels.corpus.values())
    tested = {
        labels.runners[clip]
        for named in (*labels.examples.values(), *labels.test.values())
        for clip in named
    }
    return "yes" if feature_set in FINE_TUNED and tuned & tested else "no"


def _warn_of_leaks(rows: list[dict]) -> None:
    for row in rows:
        if row.get("note") == LEAK:
            where = f"{row['deficiency']}, {row['protocol']}"
            reached = f"{row['balanced_accuracy']:.2f} balanced accuracy"
            line = f"{where}: picture only reaches {reached}"
            log.warning("%s, %s", line, LEAK)
            print(f"runform: warning: {line}, {LEAK}", file=sys.stderr)

"""The published protocol against scikit-learn, called as in the published notebook."""

import csv

import numpy as np
import pytest
from sklearn.model_selection import KFold
from sklearn.svm import LinearSVC

from runform.fewshot.labelled import Examples
from runform.fewshot.models import compact
from runform.fewshot.published_protocol import Published, PublishedProtocol, mean_test_accuracy
from runform.fewshot.statistics import permute_by_runner
from runform.fewshot.study import score_few_shot

FAST = PublishedProtocol(permutations=50, stop_at=10)


def write_embeddings(path, clips, mean, unavailable=()):
    status = np.array(["unavailable" if clip in unavailable else "ok" for clip in clips])
    mean = np.where((status == "ok")[:, None], mean, np.nan).astype(np.float32)
    np.savez(path, clip=np.array(clips), status=status, mean=mean)


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def study():
    """18 clips of 9 and 9 runners, of 60 features that overlap."""
    rng = np.random.default_rng(3)
    labels = {f"clip{index:02d}": index % 2 == 0 for index in range(18)}
    mean = 0.3 * rng.normal(size=(18, 60)) + 0.03 * np.where(list(labels.values()), 1, -1)[:, None]
    return labels, mean


def score(tmp_path, labels, mean, settings=FAST, unavailable=()):
    clips = sorted({clip for named in labels.values() for clip in named})
    write_embeddings(tmp_path / "embeddings.npz", clips, mean, unavailable)
    outputs = tmp_path / "accuracy.csv", tmp_path / "predictions.csv"
    score_few_shot(
        tmp_path / "embeddings.npz",
        labels,
        {clip: f"r-{clip}" for clip in clips},
        settings,
        *outputs,
    )
    return read(outputs[0]), read(outputs[1])


def test_folds_are_those_of_the_published_notebook(study):
    labels, X = np.array(list(study[0].values())), study[1]
    folds = Published(X, PublishedProtocol()).folds(labels)
    for number, (train, test) in enumerate(KFold(4, shuffle=True, random_state=16).split(X)):
        model = LinearSVC(random_state=number).fit(X[train], labels[train])
        assert (folds[number].test == test).all()
        assert ((folds[number].decision > 0) == model.predict(X[test])).all()
        assert folds[number].train_accuracy == model.score(X[train], labels[train])
    assert [len(fold.test) for fold in folds] == [5, 5, 4, 4]


def test_the_mean_row_is_the_mean_of_its_folds(tmp_path, study):
    accuracy, predictions = score(tmp_path, {"overstriding": study[0]}, study[1])
    assert [row["fold"] for row in accuracy] == ["0", "1", "2", "3", "mean"]
    mean = accuracy[-1]
    right = sum(row["label"] == row["predicted"] for row in predictions)
    assert (mean["k"], mean["n"]) == (str(right), "18") == (mean["k"], str(len(predictions)))
    assert float(mean["test_accuracy"]) == pytest.approx(
        np.mean([float(row["test_accuracy"]) for row in accuracy[:4]]), abs=1e-4
    )
    assert float(mean["ci_low"]) < right / 18 < float(mean["ci_high"])
    assert sorted(row["clip"] for row in predictions) == sorted(study[0])
    for row in predictions:
        assert (float(row["decision"]) > 0) == (row["predicted"] == "yes")


def test_the_same_bytes_again(tmp_path, study):
    score(tmp_path, {"overstriding": study[0]}, study[1])
    before = [(tmp_path / name).read_bytes() for name in ("accuracy.csv", "predictions.csv")]
    score(tmp_path, {"overstriding": study[0]}, study[1])
    assert before == [
        (tmp_path / name).read_bytes() for name in ("accuracy.csv", "predictions.csv")
    ]
    assert b"\r" not in before[0]


def test_unavailable_clips_are_left_out_and_counted(tmp_path, study):
    accuracy, predictions = score(
        tmp_path, {"overstriding": study[0]}, study[1], unavailable=("clip00", "clip05")
    )
    assert (
        accuracy[-1]["n"],
        accuracy[-1]["n_yes"],
        accuracy[-1]["n_no"],
        accuracy[-1]["n_unavailable"],
    ) == ("16", "8", "8", "2")
    assert not {"clip00", "clip05"} & {row["clip"] for row in predictions}


def test_what_cannot_be_scored_gets_a_line_and_the_rest_goes_on(tmp_path, study):
    labels = {
        "none": {},
        "one_class": dict.fromkeys(study[0], True),
        "few": {clip: study[0][clip] for clip in list(study[0])[:3]},
        "overstriding": study[0],
    }
    accuracy, predictions = score(tmp_path, labels, study[1])
    notes = {row["deficiency"]: row["note"] for row in accuracy if row["fold"] == "mean"}
    assert notes == {
        "none": "no labelled clip",
        "one_class": "all 18 labelled clips are yes: two classes are needed",
        "few": "3 labelled clips are fewer than 4 folds",
        "overstriding": "",
    }
    assert {row["deficiency"] for row in predictions} == {"overstriding"}


def test_a_fold_trained_on_one_class_says_so(tmp_path):
    labels = {f"clip{index}": index == 0 for index in range(8)}
    accuracy, predictions = score(
        tmp_path, {"overstriding": labels}, np.eye(8), PublishedProtocol(permutations=0)
    )
    assert sum(row["note"] == "trained on one class" for row in accuracy) == 1
    assert len(predictions) == 8


def test_separable_classes_are_all_correct_with_the_smallest_p(tmp_path, study):
    mean = 0.1 * study[1] + np.where(list(study[0].values()), 1, -1)[:, None]
    accuracy, _ = score(tmp_path, {"overstriding": study[0]}, mean)
    assert accuracy[-1]["k"] == "18"
    assert float(accuracy[-1]["p_binomial"]) == pytest.approx(2**-18, abs=1e-5)
    assert float(accuracy[-1]["p_permutation"]) == pytest.approx(1 / 51, abs=1e-5)


def test_compact_coordinates_keep_every_inner_product():
    X = 0.1 * np.random.default_rng(0).normal(size=(18, 500))
    assert compact(X).shape == (18, 18)
    assert compact(X) @ compact(X).T == pytest.approx(X @ X.T)


def test_p_permutes_the_estimator_whose_accuracy_it_stands_beside(study):
    """Features with gaps: each permutation is scored as the labels are, on the filled features."""
    labels = np.array(list(study[0].values()))
    X = study[1].copy()
    X[np.random.default_rng(1).random(X.shape) < 0.1] = np.nan
    clips = np.array(list(study[0]))
    examples = Examples("overstriding", clips, clips, labels)
    published = Published(X, PublishedProtocol(permutations=40, stop_at=40))
    splits = list(KFold(4, shuffle=True, random_state=16).split(X))

    def accuracy(y):
        scores = []
        for number, (train, test) in enumerate(splits):
            medians = np.nanmedian(X[train], axis=0)
            filled = np.where(np.isnan(X), medians, X)
            model = LinearSVC(random_state=number).fit(filled[train], y[train])
            scores.append(model.score(filled[test], y[test]))
        return np.mean(scores)

    assert mean_test_accuracy(published.folds(labels), labels) == pytest.approx(accuracy(labels))
    rng = np.random.default_rng(0)
    drawn = [accuracy(permute_by_runner(labels, clips, rng)) for _ in range(40)]
    hits = sum(value >= accuracy(labels) - 1e-9 for value in drawn)
    assert published.p_permutation(examples) == pytest.approx((hits + 1) / 41)

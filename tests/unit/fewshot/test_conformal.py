"""Prediction sets by hand, and their coverage over many draws."""

import numpy as np
import pytest

from runform.fewshot.conformal import Calibration, covered, label_p, prediction_sets


def calibration(scores, labels, runners=None):
    runners = [f"r{number}" for number in range(len(scores))] if runners is None else runners
    return Calibration(np.array(scores, float), np.array(labels, bool), np.array(runners))


FOUR = calibration([-2, -1, 1, 2], [False, False, True, True])


def test_p_by_hand():
    p_no, p_yes = label_p(FOUR, np.array([-3.0, -1.5, 1.5]), np.array(["a", "b", "c"]))
    assert p_no == pytest.approx([1, 2 / 3, 1 / 3])
    assert p_yes == pytest.approx([1 / 3, 1 / 3, 2 / 3])


def test_sets_by_hand():
    p_no, p_yes = np.array([0.9, 0.5, 0.05, 0.02]), np.array([0.05, 0.6, 0.8, 0.01])
    assert prediction_sets(p_no, p_yes, 0.9).tolist() == ["no", "either", "yes", "neither"]
    held = covered(np.array(["no", "either", "neither"]), np.array([False, True, True]))
    assert held.tolist() == [True, True, False]


def test_a_clip_is_not_calibrated_on_its_own_runner():
    alone = label_p(FOUR, np.array([1.0]), np.array(["r2"]))[1]
    assert alone == pytest.approx([1 / 2])  # of the other clip that is yes, and itself


def test_no_score_gives_no_set():
    p_no, p_yes = label_p(FOUR, np.array([np.nan]), np.array(["x"]))
    assert prediction_sets(p_no, p_yes, 0.8).tolist() == [""]


@pytest.mark.parametrize("asked", [0.8, 0.9])
def test_sets_hold_the_label_as_often_as_is_asked_in_each_class(asked):
    rng, held = np.random.default_rng(0), {True: [], False: []}
    for _ in range(400):
        labels = np.repeat([True, False], 9)
        scores = rng.normal(size=18) + labels
        usual = Calibration(scores, labels, np.arange(18).astype(str))
        for label in (True, False):
            fresh = rng.normal(size=50) + label
            p = label_p(usual, fresh, np.full(50, "new"))
            sets = prediction_sets(*p, asked)
            held[label].append(covered(sets, np.full(50, label)).mean())
    for label in (True, False):
        assert np.mean(held[label]) == pytest.approx(asked, abs=0.015)

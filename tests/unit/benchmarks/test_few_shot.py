"""The few-shot section of benchmarks/RESULTS.md, from tables made here."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

SCRIPT = Path(__file__).parents[3] / "benchmarks/few_shot.py"


@pytest.fixture(scope="module")
def few_shot():
    spec = importlib.util.spec_from_file_location("few_shot_benchmark", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def row(deficiency, feature_set, protocol, right, n=20, **cells):
    share = right / n
    numbers = {
        "k": right,
        "n": n,
        "ci_low": share - 0.1,
        "ci_high": min(1.0, share + 0.1),
        "p_permutation": 0.001,
    }
    balanced = {
        "balanced_accuracy": share,
        "balanced_low": share - 0.1,
        "balanced_high": min(1.0, share + 0.1),
    }
    counted = {
        "n_yes": n // 2,
        "n_no": n // 2,
        "minus_rule": None if feature_set == "rule" else share - 0.9,
        "minus_rule_low": share - 1.0,
        "minus_rule_high": share - 0.8,
        "p_rule_holm": 0.01,
        "note": "",
    }
    return {
        "deficiency": deficiency,
        "feature_set": feature_set,
        "protocol": protocol,
        **numbers,
        **balanced,
        **counted,
        **cells,
    }


def tables(folder, feature_sets, predictions, learning, sets):
    (folder / "results/tables").mkdir(parents=True)
    for name, rows in {
        "accuracy_by_feature_set": feature_sets,
        "predictions_by_feature_set": predictions,
        "learning_curve": learning,
        "prediction_sets": sets,
    }.items():
        pd.DataFrame(rows).to_csv(folder / f"results/tables/{name}.csv", index=False)


def write(tmp_path, leak=""):
    right = {
        "nuisance": 10,
        "pose_mean_spread": 12,
        "rule": 20,
        "gait": 19,
        "encoder": 15,
        "encoder_pretrained": 17,
        "zero_shot": 18,
        "form_metric_random": 16,
    }
    feature_sets = [
        row(name, feature_set, "test_set", k)
        for name in ("overstriding", "bouncing", "overstriding_by_shank_angle")
        for feature_set, k in right.items()
    ]
    feature_sets += [
        row("overstriding", feature_set, "leave_one_runner_out", k)
        for feature_set, k in right.items()
    ]
    feature_sets[0]["note"] = leak
    predictions = [
        {
            "deficiency": "overstriding",
            "feature_set": feature_set,
            "protocol": "test_set",
            "clip": f"c{n}",
            "runner": f"r{n}",
            "label": "yes",
            "predicted": "yes" if n < k else "no",
        }
        for feature_set, k in right.items()
        for n in range(20)
    ]
    learning = [
        {
            "feature_set": feature_set,
            "protocol": "test_set",
            "deficiency": "overstriding",
            "examples_per_class": size,
            "balanced_accuracy": 0.5 + size / 20,
        }
        for feature_set in right
        for size in (1, 3, 9)
    ]
    sets = [
        {
            "deficiency": "overstriding",
            "feature_set": "gait",
            "protocol": "test_set",
            "asked": asked,
            "coverage": asked + 0.01,
            "either": 0.1,
            "neither": 0.0,
        }
        for asked in (0.8, 0.9)
    ]
    tables(tmp_path / "benchmark", feature_sets, predictions, learning, sets)
    tables(
        tmp_path / "study",
        [row("overstriding", "encoder", "published", 13, 18)],
        predictions,
        learning,
        sets,
    )
    return tmp_path / "benchmark", tmp_path / "study"


def test_the_feature_set_is_chosen_on_the_examples_and_untrained_rules_do_not_count(
    few_shot, tmp_path
):
    text = few_shot.section(*write(tmp_path))
    assert "is **gait metrics**" in text
    assert (
        "| overstriding | 10, 10 | .50 (.40–.60) | .60 (.50–.70) |"
        " 1.00 (.90–1.00) | .95 (.85–1.00) |" in text
    )
    assert "| +0.05 (-0.05 to +0.15), p .010 |" in text
    assert "| overstriding at least .95 | .95 (.85–1.00) | met |" in text
    assert "| mean of 2 deficiencies at least .90 | .95 | met |" in text
    assert "| overstriding without an example at least .88 | .90 (.80–1.00) | met |" in text
    assert "above in overstriding, bouncing; below in none | missed |" in text
    assert (
        "| 3 and 3 examples lose at most .02 against 9 and 9 | .65 against .95 | missed |" in text
    )
    assert "at least .85 | .80 (.70–.90) | missed |" in text
    assert "80%: 81.0%, either 10%, neither 0%; 90%: 91.0%" in text
    assert "overstriding by shank angle" in text
    assert "| picture only at chance | mean .50; warnings: none | met |" in text
    assert "| encoder of this study | 13 (.62–.82), p .001 | – |" in text
    assert "| gait metrics | .55 | .65 | .95 |" in text


def test_a_leak_is_reported(few_shot, tmp_path):
    text = few_shot.section(*write(tmp_path, "above chance: framing predicts the label"))
    assert "warnings: overstriding (test_set) | 1 of 4 rows warn |" in text

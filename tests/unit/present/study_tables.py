"""Small tables of a few-shot study, shared by the tests of figures and pages."""

import numpy as np
import pandas as pd

FEATURE_SETS = pd.DataFrame(
    {
        "deficiency": "overstriding",
        "feature_set": ["encoder", "nuisance", "encoder"],
        "protocol": ["leave_one_runner_out", "leave_one_runner_out", "published"],
        "transductive": ["yes", "no", "yes"],
        "k": [15, 9, 13],
        "n": 18,
        "accuracy": [15 / 18, 0.5, 13 / 18],
        "ci_low": [0.61, 0.29, 0.49],
        "ci_high": [0.94, 0.71, 0.88],
        "balanced_accuracy": [0.83, 0.5, 0.72],
        "balanced_low": [0.65, 0.3, 0.5],
        "balanced_high": [1.0, 0.7, 0.9],
        "auc": [0.9, np.nan, 0.8],
        "p_permutation": [0.004, 0.6, 0.05],
        "minus_rule": [0.12, np.nan, np.nan],
        "minus_rule_low": [-0.03, np.nan, np.nan],
        "minus_rule_high": [0.25, np.nan, np.nan],
        "p_rule_holm": [0.25, np.nan, np.nan],
        "minus_pose": [0.2, np.nan, np.nan],
        "minus_pose_low": [np.nan, np.nan, np.nan],
        "minus_pose_high": [np.nan, np.nan, np.nan],
        "p_pose_holm": [np.nan, np.nan, np.nan],
        "supervised_by": ["form of simulated runners", "nothing", "form of simulated runners"],
    }
)
LEARNING = pd.DataFrame(
    {
        "deficiency": "overstriding",
        "feature_set": ["majority", "nuisance", "nuisance", "encoder", "encoder"],
        "protocol": "test_set",
        "examples_per_class": [1, 1, 3, 1, 3],
        "draws": 10,
        "n_test": 40,
        "balanced_accuracy": [0.5, 0.5, 0.52, 0.6, 0.8],
        "sd": 0.05,
    }
)
PREDICTION_SETS = pd.DataFrame(
    {
        "deficiency": "overstriding",
        "feature_set": ["gait", "gait", "own_readings", "majority"],
        "protocol": "test_set",
        "asked": [0.5, 0.9, 0.5, 0.5],
        "coverage": [0.6, 0.95, 0.55, 1.0],
        "one_label": [0.9, 0.4, 0.8, 0.0],
    }
)
PREDICTIONS = pd.DataFrame(
    {
        "clip": ["a1", "a2", "b1"],
        "runner": ["a", "a", "b"],
        "deficiency": "overstriding",
        "label": ["yes", "yes", "no"],
        "predicted": ["yes", "no", "no"],
    }
)
PROFESSIONALS = pd.DataFrame(
    {
        "clip": "a1",
        "professional": ["p1", "p2", "p3"],
        "space": "form metric",
        "similarity": [0.9, -0.2, np.nan],
        "corpus_percentile": [0.8, 0.1, np.nan],
        "n_corpus": [24, 24, np.nan],
        "note": ["", "", "unavailable"],
    }
)
TRAINING = pd.DataFrame(
    {"epoch": [1, 1, 2, 2], "step": [1, 2, 3, 4], "loss": [4.0, 3, 2, 1], "loss_2d": [2.0, 2, 1, 1]}
)
SKIPPED = pd.DataFrame(
    {
        "deficiency": [
            "overstriding",
            "low_cadence",
            "low_cadence",
            "bouncing",
            "bouncing",
            "bouncing",
            np.nan,
        ],
        "feature_set": [np.nan, np.nan, np.nan, "gait", "encoder", "rule", "gait"],
        "protocol": [np.nan, np.nan, np.nan, *["leave_one_runner_out"] * 2, "published", np.nan],
        "clip": [*[np.nan] * 6, "a1"],
        "reason": [
            "all yes",
            "no labelled clip",
            "no labelled clip",
            "one runner",
            "one runner",
            "learns nothing",
            "no gait measured",
        ],
    }
)
ACCURACY = pd.DataFrame(
    {
        "deficiency": ["overstriding", "low_cadence"],
        "fold": "mean",
        "test_accuracy": np.nan,
        "note": ["all yes", "no labelled clip"],
    }
)
SCORED = pd.DataFrame(
    {
        "deficiency": [*["overstriding"] * 3, "low_cadence"],
        "protocol": "published",
        "fold": ["0", "1", "mean", "mean"],
        "n_train": [13, 13, np.nan, np.nan],
        "n_test": [5, 5, np.nan, np.nan],
        "train_accuracy": [1.0, 0.9231, 0.9615, np.nan],
        "test_accuracy": [0.8, 0.6, 0.7, np.nan],
        "k": [np.nan, np.nan, 13, np.nan],
        "n": [np.nan, np.nan, 18, 3],
        "ci_low": [np.nan, np.nan, 0.4913, np.nan],
        "ci_high": [np.nan, np.nan, 0.8750, np.nan],
        "p_permutation": [np.nan, np.nan, 0.06593, np.nan],
        "n_yes": [np.nan, np.nan, 9, 3],
        "n_no": [np.nan, np.nan, 9, 0],
        "note": ["", "", "", "all 3 labelled clips are yes: two classes are needed"],
    }
)


def written(folder, **tables):
    """Name -> path of each table, as a CSV in `folder`."""
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    return {name: folder / f"{name}.csv" for name in tables}

import json

import numpy as np
import pandas as pd
import pytest

from runform.present.accuracy import plot_confusion
from runform.present.comparison import (
    arm_order,
    arm_rows,
    main_protocol,
    plot_arms,
    plot_learning_curve,
    plot_selective,
    spread_apart,
    tabulate_arms,
)
from runform.present.encoder_figures import plot_professionals, plot_training
from runform.present.gait_figures import mean_curve, plot_gait_cycle
from runform.present.words import not_enough_in, not_enough_labels

ARMS = pd.DataFrame(
    {
        "deficiency": "overstriding",
        "arm": ["encoder", "nuisance", "encoder"],
        "protocol": ["leave_one_runner_out", "leave_one_runner_out", "seed"],
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
        "p_mcnemar": [0.25, np.nan, np.nan],
    }
)
LEARNING = pd.DataFrame(
    {
        "deficiency": "overstriding",
        "arm": ["majority", "nuisance", "nuisance", "encoder", "encoder"],
        "protocol": "test_set",
        "examples_per_class": [1, 1, 3, 1, 3],
        "draws": 10,
        "n_test": 40,
        "balanced_accuracy": [0.5, 0.5, 0.52, 0.6, 0.8],
        "sd": 0.05,
    }
)
SELECTIVE = pd.DataFrame(
    {
        "deficiency": "overstriding",
        "arm": ["gait", "gait", "rule", "majority"],
        "protocol": "test_set",
        "threshold": [0.5, 0.9, 0.5, 0.5],
        "answered": [40, 4, 40, 40],
        "coverage": [1.0, 0.1, 1.0, 1.0],
        "accuracy": [0.9, 1.0, 0.8, 0.5],
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
        "arm": [np.nan, np.nan, np.nan, "gait", "encoder", "rule", "gait"],
        "protocol": [np.nan, np.nan, np.nan, *["leave_one_runner_out"] * 2, "seed", np.nan],
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
TABLES = [
    (plot_arms, ARMS, SKIPPED),
    (plot_learning_curve, LEARNING, SKIPPED),
    (plot_selective, SELECTIVE, SKIPPED),
    (plot_confusion, PREDICTIONS, ACCURACY),
    (plot_professionals, PROFESSIONALS),
    (plot_training, TRAINING),
]
FIGURES = pytest.mark.parametrize(
    ("plot", "tables"),
    [(plot, tables) for plot, *tables in TABLES],
    ids=lambda it: getattr(it, "__name__", ""),
)


def written(tables, folder):
    """Paths of `tables` as CSVs in `folder`."""
    paths = [folder / f"table{number}.csv" for number in range(len(tables))]
    for table, path in zip(tables, paths, strict=True):
        table.to_csv(path, index=False)
    return paths


@FIGURES
def test_figure_is_the_same_bytes_again_and_has_no_date(plot, tables, tmp_path):
    paths = written(tables, tmp_path)
    for name in ("one", "two"):
        plot(*paths, tmp_path / f"{name}.png", tmp_path / f"{name}.pdf")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert b"CreationDate" not in (tmp_path / "one.pdf").read_bytes()


@FIGURES
def test_an_empty_table_gives_a_figure_that_says_so(plot, tables, tmp_path):
    paths = written([tables[0].iloc[:0], *tables[1:]], tmp_path)
    plot(*paths, tmp_path / "a.png", tmp_path / "a.pdf")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_figure_without_scores_names_each_reason_once_with_its_deficiencies(tmp_path):
    (path,) = written([SKIPPED], tmp_path)
    told = not_enough_in(path, "too few runners").split("\n")
    assert told == [
        "not enough labels",
        "overstriding: all yes",
        "low cadence: no labelled clip",
        "bouncing: one runner",
    ]
    (path,) = written([SKIPPED.tail(2)], tmp_path)
    assert not_enough_in(path, "too few runners") == "not enough labels\nbouncing: too few runners"
    (path,) = written([SKIPPED.tail(1)], tmp_path)
    assert not_enough_in(path, "too few runners") == "not enough labels: too few runners"
    words = not_enough_labels(ACCURACY["deficiency"], pd.Series(["no labelled clip"] * 2))
    assert words == "not enough labels\noverstriding, low cadence: no labelled clip"


def test_arms_stand_in_the_order_of_the_protocol_and_the_honest_one_is_shown():
    assert arm_order(["encoder", "new", "nuisance", "majority"]) == [
        "majority",
        "nuisance",
        "encoder",
        "new",
    ]
    assert main_protocol(ARMS) == "leave_one_runner_out"
    assert main_protocol(ARMS[ARMS["protocol"] == "seed"]) == "seed"


def test_arm_rows_put_the_seeds_protocol_first_and_baselines_before_encoders(tmp_path):
    rows = arm_rows(ARMS)
    assert [row[1:4] for row in rows] == [
        ["the seed study's folds", "encoder of this study (transductive)", "13 of 18"],
        ["leave one runner out", "nuisance only", "9 of 18"],
        ["leave one runner out", "encoder of this study (transductive)", "15 of 18"],
    ]
    assert rows[2][4:] == ["83.3 % (61 to 94 %)", "83.0 % (65 to 100 %)", "0.90", ".004", ".250"]
    ARMS.to_csv(tmp_path / "arms.csv", index=False)
    tabulate_arms(tmp_path / "arms.csv", tmp_path / "arms.md", tmp_path / "arms.tex")
    assert "| 15 of 18 |" in (tmp_path / "arms.md").read_text()


def test_labels_are_spread_apart_and_keep_their_order():
    assert spread_apart([0.2, 0.9, 0.21], 0.1) == pytest.approx([0.2, 0.9, 0.3])
    assert spread_apart([1.0, 1.0, 0.2], 0.1) == pytest.approx([0.9, 1.0, 0.2])


def test_gait_cycle_averages_both_sides_and_skips_clips_without_gait(tmp_path):
    curves = {"knee_flexion_deg": {"left": {"mean": [0, 10, 0]}, "right": {"mean": [0, 30, 0]}}}
    assert list(mean_curve({"curves": curves}, "knee_flexion_deg")) == [0, 20, 0]
    assert mean_curve({"status": "unavailable"}, "knee_flexion_deg") is None
    (tmp_path / "a.json").write_text(json.dumps({"curves": curves}))
    (tmp_path / "b.json").write_text(json.dumps({"status": "unavailable"}))
    gaits = {clip: tmp_path / f"{clip}.json" for clip in "ab"}
    for name in ("one", "two"):
        plot_gait_cycle(
            gaits, {"overstriding": {"a": True}}, tmp_path / f"{name}.png", tmp_path / f"{name}.pdf"
        )
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()

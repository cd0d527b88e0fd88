"""All feature sets end to end: a line for what cannot be evaluated, each figure by its target."""

import csv

import pytest

pytestmark = pytest.mark.xdist_group("study")

MANIFEST, CONFIG = "config/manifest.tsv", "config/config.yaml"
TABLES = (
    "accuracy_by_feature_set",
    "predictions_by_feature_set",
    "learning_curve",
    "prediction_sets",
    "skipped",
)
FIGURES = ("feature_sets", "learning_curve", "prediction_sets")
FEWER = {
    "permutations: 1000": "permutations: 19",
    "repeats: 50": "repeats: 1",
    "final_inner_repeats: 10": "final_inner_repeats: 1",
    "bootstrap_draws: 2000": "bootstrap_draws: 100",
    "curve_draws: 10": "curve_draws: 1",
}
GAPS = [
    "bouncing: 3 labelled clips are fewer than 4 folds: only leave-one-runner-out",
    "trunk_lean: all 1 labelled clips are yes: two classes are needed, not scored",
    (
        "low_cadence: all 4 labelled clips are of one runner: no split by runner, only the"
        " published protocol"
    ),
    "no labelled clip, not scored: stiff_knee, pelvic_drop, crossover, arm_crossing, asymmetry",
]


def label_more(project):
    """Three clips too few for four folds, one class alone, one runner alone, and nobody labelled at
    all.
    """
    header, *rows = (
        line.split("\t") for line in (project.folder / MANIFEST).read_text().splitlines()
    )
    added = {
        "bouncing": {"runner01": "yes", "runner02": "no", "runner03": "no"},
        "trunk_lean": {"runner01": "yes"},
    }
    added["low_cadence"] = {
        "runner05": "yes",
        "runner06": "no",
        "runner07": "yes",
        "runner08": "no",
    }
    for row in rows:
        if row[0] in added["low_cadence"]:
            row[header.index("runner")] = "anna"
    lines = [[*header, *added]] + [
        [*row, *(labels.get(row[0], "") for labels in added.values())] for row in rows
    ]
    (project.folder / MANIFEST).write_text("\n".join("\t".join(line) for line in lines) + "\n")


def table(project, name):
    with open(project.folder / f"results/tables/{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_feature_sets_of_a_study_with_gaps_and_their_figures(finished):
    label_more(finished)
    for old, new in FEWER.items():
        finished.edit(CONFIG, old, new)
    no_gait = finished.folder / "results/gait/runner04.json"
    no_gait.write_text('{"status": "unavailable", "reason": "no step in the clip"}')
    said = finished.snakemake(
        *(f"results/figures/{name}.png" for name in FIGURES), "--rerun-triggers", "mtime"
    ).stdout
    assert [
        line.removeprefix("runform: config/manifest.tsv: ")
        for line in said.split("\n")
        if line.startswith("runform: ")
    ] == GAPS

    reasons = {
        (row["deficiency"], row["feature_set"], row["protocol"], row["clip"]): row["reason"]
        for row in table(finished, "skipped")
    }
    assert reasons["pelvic_drop", "", "", ""] == "no labelled clip"
    assert (
        reasons["trunk_lean", "", "", ""] == "all 1 labelled clips are yes: two classes are needed"
    )
    assert reasons["bouncing", "gait", "repeated_grouped", ""] == "3 runners are fewer than 4 folds"
    assert reasons["low_cadence", "gait", "leave_one_runner_out", ""].startswith(
        "all 4 labelled clips are of one runner"
    )
    assert reasons["", "gait", "", "runner04"].startswith("no gait measured")
    feature_sets = {
        row["feature_set"]
        for row in table(finished, "accuracy_by_feature_set")
        if row["deficiency"] == "overstriding"
    }
    assert {
        "majority",
        "nuisance",
        "pose_mean_spread",
        "rule",
        "gait",
        "encoder",
        "form_metric",
        "gait_and_encoder",
    } == feature_sets

    for name in FIGURES:
        (finished.folder / f"results/figures/{name}.png").unlink()
        assert finished.jobs(f"results/figures/{name}.png", "--rerun-triggers", "mtime") == {
            f"plot_{name}": 1
        }

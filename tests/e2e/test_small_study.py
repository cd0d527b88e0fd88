"""The small study, run for real: every promised file, what is in it, nothing to do afterwards, the
same bytes again.
"""

import csv
import json

import numpy as np
import pytest

from runform.sequence import load_sequence

pytestmark = pytest.mark.xdist_group("study")

CLIPS = 14
FIGURES = ("tsne", "professionals", "training")
MADE_OF_A_CLIP = (("clips", "mp4"), ("pose", "npz"), ("gait", "json"))


def read_csv(project, name):
    with open(project.folder / "results/tables" / f"{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_the_scheduler_looks_for_jobs_only_when_one_has_ended(study):
    """With Snakemake's limit on jobs a second it would wake once a second for each job so far."""
    said = study.run.stdout
    jobs = said.count("Finished jobid:")
    assert jobs > 5 * CLIPS and said.count("Ready jobs:") <= jobs + 1


def test_every_promised_file_is_there(study):
    results = study.folder / "results"
    promised = [f"figures/{name}.{kind}" for name in FIGURES for kind in ("png", "pdf")]
    promised += [f"tables/accuracy.{kind}" for kind in ("csv", "md", "tex")]
    promised += [
        "tables/coverage.csv",
        "tables/predictions.csv",
        "tables/professionals.csv",
        "tables/gait.csv",
        "report.html",
    ]
    promised += [
        "references.bib",
        "encoder/finetuned.safetensors",
        "encoder/training.csv",
        "embeddings.npz",
    ]
    for name in promised:
        assert (results / name).stat().st_size > 0, name


def test_figures_are_what_their_names_say(study):
    for name in FIGURES:
        assert (study.folder / f"results/figures/{name}.png").read_bytes().startswith(b"\x89PNG")
        assert (study.folder / f"results/figures/{name}.pdf").read_bytes().startswith(b"%PDF")


def test_runners_are_found_in_the_rendered_video(study):
    files = sorted((study.folder / "results/pose").glob("*.npz"))
    assert len(files) == CLIPS
    for file in files:
        sequence = load_sequence(file)
        assert sequence.ok, sequence.reason
        assert np.isfinite(sequence.xy[:, sequence.joints.index("left_knee")]).mean() > 0.8


def test_receipts_follow_each_clip(study):
    for file in (study.folder / "results/clips").glob("*.json"):
        receipt = json.loads(file.read_text())
        assert (receipt["status"], receipt["frames"]) == ("ok", 60)


def test_the_published_protocol_in_the_table(study):
    rows = read_csv(study, "accuracy")
    assert {row["deficiency"] for row in rows if not row["note"]} == {"overstriding"}
    rows = [row for row in rows if row["deficiency"] == "overstriding"]
    folds = [row for row in rows if row["fold"].isdigit()]
    assert len(folds) == 4
    assert sum(int(row["n_test"]) for row in folds) == 8
    (mean,) = [row for row in rows if row["fold"] == "mean"]
    assert float(mean["ci_low"]) <= int(mean["k"]) / int(mean["n"]) <= float(mean["ci_high"])


def test_each_labelled_clip_is_predicted_once(study):
    rows = read_csv(study, "predictions")
    assert sorted(row["clip"] for row in rows) == [f"runner{number:02d}" for number in range(1, 9)]


def test_nothing_is_missing(study):
    assert read_csv(study, "coverage") == []


def test_nothing_is_left_to_do(finished):
    assert finished.jobs() == {}


def test_a_clip_comes_out_the_same_again(finished):
    """From its video on; `test_share` trains, reads and scores again from the poses."""
    files = [finished.folder / f"results/{name}/runner01.{kind}" for name, kind in MADE_OF_A_CLIP]
    before = [file.read_bytes() for file in files]
    finished.snakemake(*(str(file.relative_to(finished.folder)) for file in files), "--forceall")
    assert [file.read_bytes() for file in files] == before

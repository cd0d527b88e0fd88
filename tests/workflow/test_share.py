"""A study and its shared form, which has no video, give the same tables, byte for byte."""

import csv
import shutil

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("study")

TABLES = ("accuracy", "predictions", "professionals", "gait", "steps", "readings", "coverage")


@pytest.fixture(scope="module")
def shared(new_copy):
    """The small study's copy after `make share`."""
    project = new_copy("shared")
    project.snakemake("share_study")
    return project


@pytest.fixture(scope="module")
def again(shared, new_project):
    """A fresh project that ran the shared folder, from another working folder than it came from."""
    project = new_project("again")
    folder = project.folder / "from_a_colleague"
    shutil.copytree(shared.folder / "results/shared", folder)
    project.run = project.snakemake(
        "--configfile", str(folder / "config.yaml"),
        "--config", f"manifest={folder / 'manifest.tsv'}",
    )  # fmt: skip
    return project


def test_there_is_no_video_in_it(shared):
    files = [file for file in (shared.folder / "results/shared").rglob("*.*") if file.is_file()]
    kinds = {file.suffix for file in files if file.name != ".snakemake_timestamp"}
    assert kinds == {".npz", ".json", ".tsv", ".csv", ".yaml", ".md"}
    assert sum(file.suffix == ".npz" for file in files) == 14
    assert "cookies" not in (shared.folder / "results/shared/config.yaml").read_text()


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_equal_byte_for_byte(study, again, table):
    name = f"results/tables/{table}.csv"
    assert (again.folder / name).read_bytes() == (study.folder / name).read_bytes()


def test_poses_and_embeddings_are_equal(study, again):
    for file in sorted((study.folder / "results/pose").glob("*.npz")):
        same = (again.folder / "results/pose" / file.name).read_bytes() == file.read_bytes()
        assert same, file.name
    with (
        np.load(study.folder / "results/embeddings.npz") as one,
        np.load(again.folder / "results/embeddings.npz") as two,
    ):
        assert set(one) == set(two)
        assert all(
            np.array_equal(one[name], two[name], equal_nan=one[name].dtype.kind == "f")
            for name in set(one) - {"clip", "status", "reason"}
        )


def test_nothing_was_filmed_and_the_pages_show_a_figure(again):
    assert not list((again.folder / "results").rglob("clips/*.mp4"))
    assert not (again.folder / "results/videos").exists()
    page = (again.folder / "results/runners/runner01/report.html").read_text()
    assert page.count("data:image/jpeg") == 8 and "This runner is simulated" in page
    assert (again.folder / "results/runners/runner01/overlay.mp4").stat().st_size > 10_000
    assert (
        "Every clip of this study is simulated."
        in (again.folder / "results/report.html").read_text()
    )


def test_nothing_is_left_to_do(again):
    folder = again.folder / "from_a_colleague"
    settings = ("--configfile", str(folder / "config.yaml"))
    assert again.jobs(*settings, "--config", f"manifest={folder / 'manifest.tsv'}") == {}


def test_feature_sets_differ_in_nothing_but_light(shared, again):
    """All but the row of what must not predict the label, which holds the brightness."""
    name = "results/tables/accuracy_by_feature_set.csv"
    quick = 'fewshot={"repeats": 2, "permutations": 0, "bootstrap_draws": 0, "curve_draws": 1}'
    folder = again.folder / "from_a_colleague"
    shared.snakemake(name, "--config", quick)
    again.snakemake(
        name, "--configfile", str(folder / "config.yaml"),
        "--config", quick, f"manifest={folder / 'manifest.tsv'}",
    )  # fmt: skip
    rows = [
        [row for row in csv.reader((project.folder / name).open()) if "nuisance" not in row]
        for project in (shared, again)
    ]
    assert rows[0] == rows[1] and len(rows[0]) > 10

"""Snakemake's own report of a finished study: the command that a user types."""

import zipfile

import pytest

pytestmark = pytest.mark.xdist_group("study")


def test_the_report_is_made_and_shows_figures_and_pages(finished):
    finished.snakemake("--report", "report.zip")
    with zipfile.ZipFile(finished.folder / "report.zip") as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert any(name.endswith("report.html") for name in names)
    data = [name for name in names if "/data/" in name]
    for wanted in ("tsne.png", "confusion.png", "report.html"):
        assert any(name.endswith(wanted) for name in data), wanted

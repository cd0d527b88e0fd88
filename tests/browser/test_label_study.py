"""From a page of labels to a study: labels given by keys are what the study learns from."""

import csv
import subprocess
import sys

import pytest
from visits import Visit

pytestmark = pytest.mark.xdist_group("study")

ASKED = {"runner01": "yes", "runner02": "no", "runner03": "unsure"}
PRESSES = {"yes": 1, "no": 2, "unsure": 3}


def blank_labels(project):
    """The manifest as it was before anybody labelled three of its clips."""
    file = project.folder / "config/manifest.tsv"
    header, *rows = [line.split("\t") for line in file.read_text().splitlines()]
    for row in rows:
        if row[0] in ASKED:
            row[header.index("overstriding")] = ""
    file.write_text("\n".join("\t".join(row) for row in [header, *rows]) + "\n")
    return file


def test_three_clips_labelled_by_keys_are_studied(browse, finished, tmp_path):
    manifest = blank_labels(finished)
    before = manifest.read_text()
    tool = ["workflow/tools/write_label_page.py", "results", "config/config.yaml"]
    subprocess.run([sys.executable, *tool], cwd=finished.folder, check=True)
    page = finished.folder / "results/label.html"
    with browse(tmp_path / "profile") as context:
        visit = Visit(context, page)
        visit.page.keyboard.type("ab")
        visit.page.keyboard.press("Enter")
        first = visit.text("#clip")
        for clip, opinion in ASKED.items():
            visit.page.select_option("#jump", label=clip)
            visit.page.locator("#jump").blur()
            for _ in range(PRESSES[opinion]):
                visit.page.keyboard.press("1")
        assert visit.complaints == []
    with browse(tmp_path / "profile") as context:
        visit = Visit(context, page)
        assert visit.text("#count") == "3 of 14 clips labelled by AB"
        with visit.page.expect_download() as download:
            visit.page.click("#download")
        download.value.save_as(manifest)
    assert first not in [f"runner{number:02d}" for number in range(4, 9)]  # those have labels
    header, *rows = [line.split("\t") for line in manifest.read_text().splitlines()]
    assert header[-1] == "overstriding@AB"
    assert {row[0]: row[-1] for row in rows if row[-1]} == ASKED
    assert ["\t".join(row[:-1]) for row in [header, *rows]] == before.splitlines()
    finished.snakemake("results/tables/predictions.csv")
    with open(finished.folder / "results/tables/predictions.csv", newline="") as file:
        labels = {row["clip"]: row["label"] for row in csv.DictReader(file)}
    assert (labels["runner01"], labels["runner02"]) == ("yes", "no")
    assert "runner03" not in labels

"""Labels of one class alone, or none: a line, tables of what can be scored, figures that say why,
and the rest of the study as ever.
"""

import csv

import pytest

pytestmark = pytest.mark.xdist_group("study")

TABLES = ("predictions", "accuracy_by_feature_set", "learning_curve", "prediction_sets")
FIGURES = ("tsne", "gait_cycle", "confusion", "feature_sets", "learning_curve", "prediction_sets")
WHY = "all 8 labelled clips are yes: two classes are needed"


def rows(project, name):
    with open(project.folder / f"results/tables/{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


def label_all_yes(project):
    manifest = project.folder / "config/manifest.tsv"
    header, *lines = (line.split("\t") for line in manifest.read_text().splitlines())
    column = header.index("overstriding")
    for line in lines:
        line[column] = line[column] and "yes"
    manifest.write_text("\n".join("\t".join(line) for line in [header, *lines]) + "\n")


def test_no_deficiency_with_two_classes(finished):
    label_all_yes(finished)
    pages = ["results/report.html", "results/runners/runner01/report.html"]
    said = finished.snakemake(*(f"results/figures/{name}.png" for name in FIGURES), *pages).stdout
    assert said.count(f"runform: config/manifest.tsv: overstriding: {WHY}, not scored\n") == 1
    assert "Traceback" not in said

    reasons = {
        row["deficiency"]: row["reason"]
        for row in rows(finished, "skipped")
        if not row["feature_set"]
    }
    assert reasons["overstriding"] == WHY and reasons["bouncing"] == "no labelled clip"
    assert {row["deficiency"]: row["note"] for row in rows(finished, "accuracy")} == reasons
    for name in TABLES:
        assert rows(finished, name) == [], name
    assert (
        f"Not scored, {WHY}: overstriding." in (finished.folder / "results/report.html").read_text()
    )
    assert all(
        (finished.folder / "results/figures" / f"{name}.png").stat().st_size > 5000
        for name in FIGURES
    )


def test_without_labelled_clips_a_page_links_to_no_report_of_the_study(finished):
    finished.edit("config/manifest.tsv", "\tlabelled\t", "\ttest\t")
    finished.edit("config/config.yaml", "reports_for: [labelled]", "reports_for: [corpus]")
    page = "results/runners/corpus01/report.html"
    finished.snakemake(page)
    assert "Study report" not in (finished.folder / page).read_text()

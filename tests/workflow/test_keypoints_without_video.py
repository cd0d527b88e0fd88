"""Rows with keypoints and no video are measured and drawn; files that do not fit give one line."""

import numpy as np
import pandas as pd
import pytest

from runform.sequence import load_sequence

pytestmark = pytest.mark.xdist_group("study")

HEADER = "clip\turl\tsets\tkeypoints\tfps\twidth_px\theight_px\tview\n"


@pytest.fixture
def pose(study):
    """A runner of the small study, as a network saw them."""
    return load_sequence(study.folder / "results/pose/runner01.npz")


def write_csv(pose, path, scale=1.0):
    """The keypoints as another program may write them: a column a coordinate, blank where none."""
    columns = {}
    for number, joint in enumerate(pose.joints.joints):
        for axis, name in enumerate("xy"):
            columns[f"{joint}_{name}"] = scale * pose.raw_xy[:, number, axis]
        columns[f"{joint}_score"] = pose.raw_score[:, number]
    path.parent.mkdir(exist_ok=True)
    pd.DataFrame(columns).to_csv(path, index=False)


def test_a_csv_without_video_is_measured_and_drawn(project, study, pose):
    width, height = pose.size
    write_csv(pose, project.folder / "keypoints/anna.csv")
    filmed = pd.read_csv(study.folder / "results/tables/gait.csv").set_index("clip")
    view = filmed.loc["runner01", "view"]
    row = f"anna\t\t\tkeypoints/anna.csv\t{pose.fps}\t{width}\t{height}\t{view}\n"
    project.write("config/manifest.tsv", HEADER + row)
    project.snakemake("results/runners/anna/report.html", "results/tables/gait.csv")
    results = project.folder / "results"
    columns = ["cadence_steps_min", "contact_time_ms", "knee_flexion_stance_deg"]
    imported = pd.read_csv(results / "tables/gait.csv").set_index("clip").loc["anna", columns]
    np.testing.assert_allclose(
        imported.astype(float), filmed.loc["runner01", columns].astype(float), rtol=1e-9
    )
    assert not (results / "videos").exists() and not list((results / "clips").glob("*.mp4"))
    assert (results / "runners/anna/report.html").read_text().count("data:image/jpeg") == 8


def test_what_does_not_fit_is_one_line_and_the_others_go_on(project, pose):
    width, height = pose.size
    write_csv(pose, project.folder / "keypoints/good.csv")
    write_csv(pose, project.folder / "keypoints/large.csv", scale=3.0)
    np.savez(project.folder / "keypoints/slow.npz", xy=pose.raw_xy, fps=pose.fps / 2)
    size = f"{width}\t{height}\tleft\n"
    rows = [
        f"{name}\t\t\tkeypoints/{name}.{kind}\t{pose.fps}\t{size}"
        for name, kind in (("good", "csv"), ("large", "csv"), ("slow", "npz"))
    ]
    project.write("config/manifest.tsv", HEADER + "".join(rows))
    done = project.snakemake("results/tables/coverage.csv", "--keep-going", check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("runform:")]
    assert done.returncode and len(lines) == 2
    assert any("large.csv: keypoints reach x" in line for line in lines)
    assert any("slow.npz: fps is 15: expected 30 as the manifest says" in line for line in lines)
    assert load_sequence(project.folder / "results/pose/good.npz").ok


def test_a_row_that_says_too_little_stops_before_any_job(project, pose):
    write_csv(pose, project.folder / "keypoints/anna.csv")
    project.write(
        "config/manifest.tsv", HEADER + "anna\t\t\tkeypoints/anna.csv\t\t640\t480\tleft\n"
    )
    done = project.snakemake("-n", check=False)
    assert done.returncode
    assert "manifest.tsv:2: fps: '': expected a value: the row has no video" in done.stdout

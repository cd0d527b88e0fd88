"""Real footage through the whole workflow: acquire, pose, gait and embedding; a clip of legs alone
is listed with its reason.
"""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from runform.sequence import load_sequence

SHARED = (
    Path(os.environ.get("RUNFORM_SHARED", Path(__file__).parents[2] / "../shared")).resolve()
    / "data"
)
WHOLE = ("side_view_one_runner", "side_view_panning_bystanders", "two_people_walking")

pytestmark = pytest.mark.skipif(
    not (SHARED / "videos").is_dir(), reason=f"no real footage in {SHARED}: set RUNFORM_SHARED"
)


@pytest.fixture(scope="module")
def real_study(new_project):
    project = new_project("real")
    end_s = dict.fromkeys(WHOLE, "2") | {"legs_only": ""}
    rows = [f"{name}\t{SHARED}/videos/{name}.mp4\tcorpus\t{end_s[name]}" for name in end_s]
    project.write("real.tsv", "\n".join(["clip\turl\tsets\tend_s", *rows]) + "\n")
    project.train_little()
    wanted = ("results/embeddings.npz", "results/tables/coverage.csv")
    project.snakemake(*wanted, "--config", "manifest=real.tsv")
    return project


def test_whole_runners_are_found_and_embedded(real_study):
    with np.load(real_study.folder / "results/embeddings.npz") as file:
        status = dict(zip(file["clip"].tolist(), file["status"].tolist(), strict=True))
        finite = dict(
            zip(file["clip"].tolist(), np.isfinite(file["mean"]).all(axis=1), strict=True)
        )
    for name in WHOLE:
        assert load_sequence(real_study.folder / f"results/pose/{name}.npz").ok
        assert status[name] == "ok"
        assert finite[name]


def test_legs_alone_are_listed_with_the_reason(real_study):
    with open(real_study.folder / "results/tables/coverage.csv", newline="") as file:
        reasons = {row["clip"]: row["reason"] for row in csv.DictReader(file)}
    assert "legs_only" in reasons
    assert "view" in reasons["legs_only"]

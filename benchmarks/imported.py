"""Imported RTMPose-M keypoints and this project's own, of the same video, through the whole
workflow, beside each other.

    .venv/bin/python benchmarks/imported.py

A study of two rows, side_view_one_runner with and without a `keypoints` column, from trimming to
embeddings. Printed: how far the legs lie apart, how far the contacts, each measured metric with its
uncertainty, and the cosine of the two embeddings. Needs the footage of RUNFORM_SHARED (default:
../shared).
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "workflow"))

from scale import make_project  # noqa: E402

from runform.sequence import load_sequence  # noqa: E402

SHARED = Path(os.environ.get("RUNFORM_SHARED", REPOSITORY / "../shared")).resolve() / "data"
VIDEO = SHARED / "videos/side_view_one_runner.mp4"
KEYPOINTS = SHARED / "keypoints/side_view_one_runner.mmpose.json"
MANIFEST = (
    f"clip\turl\tsets\tkeypoints\nown\t{VIDEO}\tcorpus\t\nimported\t{VIDEO}\tcorpus\t{KEYPOINTS}\n"
)
TARGETS = ("results/tables/gait.csv", "results/tables/steps.csv", "results/embeddings.npz")
LEGS = ("left_knee", "right_knee", "left_ankle", "right_ankle")


def build(folder: Path) -> None:
    """The study of two rows in `folder`; the output on a fault."""
    make_project(folder, 1)
    (folder / "two.tsv").write_text(MANIFEST)
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--cores",
        "1",
        *TARGETS,
        "--config",
        "manifest=two.tsv",
    ]
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.exit(done.stdout[-4000:])


def print_legs(folder: Path) -> None:
    """Median distance of knees and ankles, and the height of the figure, px."""
    own, imported = (
        load_sequence(folder / f"results/pose/{name}.npz") for name in ("own", "imported")
    )
    distance = [
        np.nanmedian(np.linalg.norm(own.joint(name) - imported.joint(name), axis=1))
        for name in LEGS
    ]
    print(
        "Legs apart, median px: "
        + ", ".join(f"{name} {px:.1f}" for name, px in zip(LEGS, distance, strict=True))
    )


def print_contacts(folder: Path) -> None:
    """Distance of each contact of one to the nearest of the same foot of the other, ms of the
    video's clock.
    """
    steps = pd.read_csv(folder / "results/tables/steps.csv")
    for event in ("ic_s", "to_s"):
        apart = []
        for side in ("left", "right"):
            times = {
                clip: rows[event].dropna().to_numpy()
                for clip, rows in steps[steps.side == side].groupby("clip")
            }
            apart += [1000 * np.abs(times["imported"] - time).min() for time in times["own"]]
        print(
            f"{event[:2].upper()}: {len(apart)} events, apart by a median {np.median(apart):.0f}"
            f" ms, at most {max(apart):.0f} ms\n"
        )


def print_metrics(folder: Path) -> None:
    """Each metric that both have, with its standard uncertainty."""
    gait = pd.read_csv(folder / "results/tables/gait.csv").set_index("clip").T
    print(
        "| metric | own | imported | apart by more than two standard uncertainties |\n| --- | --- |"
        " --- | --- |"
    )
    for name in [
        row.removesuffix("_uncertainty") for row in gait.index if row.endswith("_uncertainty")
    ]:
        values, spread = gait.loc[name].astype(float), gait.loc[f"{name}_uncertainty"].astype(float)
        if values.notna().all():
            both = float(np.hypot(*spread))
            cells = [f"{values[clip]:.3g} ± {spread[clip]:.2g}" for clip in ("own", "imported")]
            print(
                f"| {name} | {' | '.join(cells)} |"
                f" {'yes' if abs(values.own - values.imported) > 2 * both else 'no'} |"
            )
    for name in [row for row in gait.index if row.startswith("verdict_")]:
        print(f"| {name} | {gait.loc[name, 'own']} | {gait.loc[name, 'imported']} | |")


def print_embeddings(folder: Path) -> None:
    """Cosine of the two mean embeddings."""
    with np.load(folder / "results/embeddings.npz") as file:
        first, second = file["mean"].astype(float)
    print(
        "cosine of the embeddings:"
        f" {first @ second / np.linalg.norm(first) / np.linalg.norm(second):.3f}"
    )


if __name__ == "__main__":
    if not KEYPOINTS.is_file():
        sys.exit(f"{KEYPOINTS}: no such file: expected the footage of RUNFORM_SHARED")
    with tempfile.TemporaryDirectory() as temporary:
        project = Path(temporary) / "project"
        build(project)
        for part in (print_legs, print_contacts, print_metrics, print_embeddings):
            part(project)

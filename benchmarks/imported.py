"""Imported RTMPose keypoints and this project's own, of the same videos, through the workflow.

    .venv/bin/python benchmarks/imported.py

Two videos of RUNFORM_SHARED (default: ../shared), each as two rows of a manifest, with and without
a `keypoints` column. Printed: how far the joints of the legs lie apart, in how many frames left and
right are exchanged, how far the contacts lie apart, and each measured metric with its uncertainty.
"""

import json
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
from runform.skeleton import get_skeleton  # noqa: E402

SHARED = Path(os.environ.get("RUNFORM_SHARED", REPOSITORY / "../shared")).resolve() / "data"
KEYPOINTS = {
    "side_view_one_runner": "side_view_one_runner.mmpose.json",
    "treadmill_side_facing_left": "treadmill_side_facing_left.halpe26.json",
}
TARGETS = ("results/tables/gait.csv", "results/tables/steps.csv")
PARTS = ("knee", "ankle", "heel", "big_toe")
# The keypoints are of the whole picture: no clip is made smaller.
WHOLE = 'acquire={"trim": {"max_height_px": 1280}}'
# Nearer to each other than this, left and right of the reference cannot be told apart.
APART_PX = 10


def as_mmpose(file: Path, folder: Path) -> Path:
    """The keypoints as a file that the workflow reads: named joints become Halpe-26 of MMPose."""
    saved = json.loads(file.read_text())
    if "keypoint_names" not in saved:
        return file
    joints = get_skeleton("halpe26").joints
    sides = {"l": "left", "r": "right"}
    columns = []
    for name in saved["keypoint_names"]:
        side, _, part = name.partition("_")
        columns.append(f"{sides[side]}_{part}" if side in sides else name)
    rows = [joints.index({"mid_hip": "root"}.get(name, name)) for name in columns]
    frames = []
    for number, frame in enumerate(saved["frames"], 1):
        points, seen = np.zeros((len(joints), 3)), np.array(frame, float)
        points[rows] = seen.reshape(-1, 3) if seen.size else 0.0
        person = {"keypoints": points[:, :2].tolist(), "keypoint_scores": points[:, 2].tolist()}
        frames.append({"frame_id": number, "instances": [person]})
    path = folder / f"{file.stem}.mmpose.json"
    path.write_text(json.dumps({"instance_info": frames}))
    return path


def build(folder: Path) -> None:
    """The study in `folder`; the output on a fault."""
    make_project(folder, 1)
    rows = ["clip\turl\tsets\tkeypoints"]
    for name, keypoints in KEYPOINTS.items():
        video = SHARED / f"videos/{name}.mp4"
        imported = as_mmpose(SHARED / "keypoints" / keypoints, folder)
        rows += [f"{name}\t{video}\tcorpus\t", f"{name}_imported\t{video}\tcorpus\t{imported}"]
    (folder / "pairs.tsv").write_text("\n".join(rows) + "\n")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *TARGETS]
    done = subprocess.run(
        [*command, "--config", "manifest=pairs.tsv", WHOLE],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stdout[-4000:])


def print_legs(folder: Path, name: str) -> None:
    """How far the joints lie apart, and how often left lies where the other program sees right."""
    own, imported = (
        load_sequence(folder / f"results/pose/{clip}.npz") for clip in (name, f"{name}_imported")
    )
    frames = min(len(own.xy), len(imported.xy))
    hip, knee, ankle = (own.joint(f"left_{part}") for part in ("hip", "knee", "ankle"))
    thigh_px, shank_px = (np.linalg.norm(a - b, axis=1) for a, b in ((hip, knee), (knee, ankle)))
    leg_px = np.nanmedian(thigh_px + shank_px)
    print("| joint | apart, px: median, ninth decile | % of the leg | exchanged, % of the frames |")
    print("| --- | --- | --- | --- |")
    for part in PARTS:
        sides = [f"{side}_{part}" for side in ("left", "right")]
        if not all(side in imported.joints.joints for side in sides):
            continue
        ours, theirs = (
            np.stack([sequence.joint(side)[:frames] for side in sides], axis=1)
            for sequence in (own, imported)
        )
        same, crossed = (
            np.linalg.norm(ours - other, axis=2) for other in (theirs, theirs[:, ::-1])
        )
        clear = np.linalg.norm(theirs[:, 0] - theirs[:, 1], axis=1) > APART_PX
        clear &= np.isfinite(same).all(axis=1)
        if clear.any():
            middle, ninth = np.nanpercentile(same, (50, 90))
            exchanged = 100 * (crossed.sum(axis=1) < same.sum(axis=1))[clear].mean()
            cells = f"{middle:.1f}, {ninth:.1f} | {100 * middle / leg_px:.1f} | {exchanged:.1f}"
            print(f"| {part.replace('_', ' ')} | {cells} |")


def print_contacts(folder: Path, name: str) -> None:
    """Distance of each contact to the nearest of the same foot of the other, ms as played."""
    steps = pd.read_csv(folder / "results/tables/steps.csv")
    for event, title in (("ic_s", "Contacts"), ("to_s", "Toe-offs")):
        apart = []
        for side in ("left", "right"):
            times = {
                clip: rows[event].dropna().to_numpy()
                for clip, rows in steps[steps.side == side].groupby("clip")
            }
            apart += [1e3 * np.abs(times[f"{name}_imported"] - time).min() for time in times[name]]
        print(f"{title}: {len(apart)}, apart by a median {np.median(apart):.0f} ms as played.\n")


def print_metrics(folder: Path, name: str) -> None:
    """Each metric that both have, with its standard uncertainty."""
    gait = pd.read_csv(folder / "results/tables/gait.csv").set_index("clip").T
    gait = gait[[name, f"{name}_imported"]].set_axis(["own", "imported"], axis=1)
    print("| metric, ± standard uncertainty | own | imported | within both uncertainties |")
    print("| --- | --- | --- | --- |")
    for row in gait.index[gait.index.str.endswith("_uncertainty")]:
        metric = row.removesuffix("_uncertainty")
        values, spread = (gait.loc[one].astype(float) for one in (metric, row))
        if values.notna().all():
            cells = [f"{values[clip]:.3g} ± {spread[clip]:.2g}" for clip in gait]
            within = abs(values.own - values.imported) <= spread.sum()
            print(f"| {metric} | {' | '.join(cells)} | {'yes' if within else 'no'} |")


def main() -> None:
    if not (SHARED / "keypoints").is_dir():
        sys.exit(f"{SHARED / 'keypoints'}: no such folder: expected the footage of RUNFORM_SHARED")
    with tempfile.TemporaryDirectory() as temporary:
        project = Path(temporary) / "project"
        build(project)
        for name in KEYPOINTS:
            print(f"\n{name}\n")
            for part in (print_legs, print_contacts, print_metrics):
                part(project, name)


if __name__ == "__main__":
    main()

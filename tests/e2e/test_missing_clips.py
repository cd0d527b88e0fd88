"""Clips that cannot be had cost a line each, with its own reason, and the study goes on without
them.
"""

import csv
import subprocess

import numpy as np

from runform.video import ffmpeg_program

MANIFEST = """clip\turl\tsets\tend_s
text\ttext.mp4\tcorpus\t
zero\tzero.mp4\tcorpus\t
nobody\tnobody.mp4\tcorpus\t
late\tnobody.mp4\tcorpus\t9
refused\thttp://127.0.0.1:9/x.mp4\tcorpus\t
here\tsimulated:seed=3\tcorpus\t
"""
WANTED = tuple(
    f"results/{name}" for name in ("embeddings.npz", "tables/coverage.csv", "tables/gait.csv")
)
REASONS = {
    "late": "window beyond the end",
    "nobody": "no runner in view",
    "refused": "loopback or private address",
    "text": "not a video that can be read",
    "zero": "the file is empty",
}


def make_videos(folder):
    (folder / "text.mp4").write_text("no video\n")
    (folder / "zero.mp4").touch()
    picture = ["-f", "lavfi", "-i", "testsrc=s=320x240:d=2", "nobody.mp4"]
    subprocess.run(
        [ffmpeg_program(), "-nostdin", "-loglevel", "error", *picture], cwd=folder, check=True
    )


def read_coverage(project):
    with open(project.folder / "results/tables/coverage.csv", newline="") as file:
        return {row["clip"]: row for row in csv.DictReader(file)}


def test_too_much_missing_stops_the_study_and_less_does_not(project):
    make_videos(project.folder)
    project.write("lossy.tsv", MANIFEST)
    project.train_little()
    done = project.snakemake(*WANTED, "--keep-going", "--config", "manifest=lossy.tsv", check=False)
    assert done.returncode == 1
    expected = "1 of 6 corpus clips are available: expected at least 50% (acquire.min_available)"
    assert expected in done.stdout
    # the reasons are there to read, and nothing was trained or embedded
    assert sorted(read_coverage(project)) == sorted(REASONS)
    assert not list((project.folder / "results").glob("encoder/finetuned*"))
    assert not (project.folder / "results/embeddings.npz").exists()

    project.write("lossy.yaml", "manifest: lossy.tsv\nacquire: {min_available: 0.1}\n")
    project.snakemake(*WANTED, "--configfile", "lossy.yaml")
    rows = read_coverage(project)
    assert sorted(rows) == sorted(REASONS)
    for clip, reason in REASONS.items():
        assert rows[clip]["status"] == "unavailable"
        assert reason in rows[clip]["reason"]
    with np.load(project.folder / "results/embeddings.npz") as file:
        have = dict(
            zip(file["clip"].tolist(), np.isfinite(file["mean"]).all(axis=1).tolist(), strict=True)
        )
    assert have == dict.fromkeys(REASONS, False) | {"here": True}

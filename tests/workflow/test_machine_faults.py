"""A full disk, a folder that cannot be written to, a clock that jumps: nothing half-written, lost
or rebuilt in vain.
"""

import os
import re
import subprocess
from contextlib import contextmanager

import numpy as np
import pytest

MANIFEST = "clip\turl\tsets\na\tsimulated:seed=1&duration_s=1\tcorpus\n"
YEAR_S = 365 * 86400
OUTPUTS = ("results/videos/*.mp4", "results/clips/*", "results/pose/*")


@contextmanager
def mounted(folder, *options):
    """A file system of its own at `folder`, for as long as the block lasts."""
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", *options, "none", str(folder)], capture_output=True, text=True
    )
    if mount.returncode:
        pytest.skip(f"no file system can be mounted here: {mount.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def files(project):
    return {
        file.name: file.read_bytes() for pattern in OUTPUTS for file in project.folder.glob(pattern)
    }


def test_a_full_disk_leaves_nothing_half_written_and_more_room_is_all_it_takes(project):
    project.write("config/manifest.tsv", MANIFEST)
    results = project.folder / "results"
    with mounted(results, "-o", "size=40k"):
        done = project.snakemake("results/pose/a.npz", check=False)
        assert done.returncode == 1
        assert "No space left on device" in done.stdout
        assert [line for line in done.stdout.splitlines() if line.startswith("runform: ")]
        written = [file for file in results.rglob("*") if file.is_file() and file.suffix != ".log"]
        # The weights go elsewhere: that job ended, and says what it took.
        assert not [file for file in written if file.parent.name != "fetch_file"]
        subprocess.run(["mount", "-o", "remount,size=50m", str(results)], check=True)
        project.snakemake("results/pose/a.npz")
        once_full = files(project)
    project.snakemake("results/pose/a.npz")
    assert files(project) == once_full and len(once_full) == 4


def test_a_folder_that_cannot_be_written_to_is_named(project):
    project.write("config/manifest.tsv", MANIFEST)
    with mounted(project.folder / "results", "-o", "ro"):
        done = project.snakemake("results/pose/a.npz", check=False)
    assert done.returncode == 1 and "Traceback" not in done.stdout
    # Of the jobs that could start, the first one names its folder.
    assert re.search(r"Failed to create output directory results/[a-z/_]+\.\n", done.stdout)


@pytest.mark.xdist_group("study")
def test_a_clock_that_jumped_ahead_makes_nothing_run_again(finished):
    """Every file of the study as if written at another time to come, in any order: their bytes
    count, not their times.
    """
    random = np.random.default_rng(5)
    for file in sorted((finished.folder / "results").rglob("*")):
        time_s = file.stat().st_mtime + random.uniform(0, 30) * YEAR_S
        os.utime(file, (time_s, time_s))
    assert finished.jobs() == {}


@pytest.mark.xdist_group("study")
def test_what_a_clock_behind_the_scripts_dated_is_made_again(finished):
    """Snakemake takes a script that is newer than its output for another script: work is done
    twice, none is trusted wrongly.
    """
    pose = finished.folder / "results/pose/pro01.npz"
    time_s = pose.stat().st_mtime - YEAR_S
    os.utime(pose, (time_s, time_s))
    assert finished.jobs("results/gait/pro01.json") == {"estimate_pose": 1, "measure_gait": 1}

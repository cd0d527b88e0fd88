"""Kills a run at random moments and looks whether the next one ends with the same results.

    .venv/bin/python benchmarks/kills.py 20

A study of a few simulated corpus clips, fine-tuning and embedding included, is run once whole.
Then, in a fresh copy each time, its driver is killed (SIGKILL) after a random share of that time
and the study is run again as `make run` does. Prints one line a kill: when, how many output files
there were, whether every table, pose, gait file and embedding has the bytes of the whole run.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import yaml

REPOSITORY = Path(__file__).parents[1]
ROW = "c{number}\tsimulated:seed={number}&duration_s=1.5\tcorpus\tr{number}\n"
COMPARED = ("tables/*", "clips/*", "pose/*.npz", "gait/*.json", "encoder/*", "embeddings.npz")


def make_project(folder: Path, clips: int) -> Path:
    """A copy of the project at `folder` with a manifest of `clips` corpus clips and one epoch of
    fine-tuning.
    """
    for part in ("workflow", "config", "envs", "resources"):
        shutil.copytree(
            REPOSITORY / part,
            folder / part,
            ignore=shutil.ignore_patterns("__pycache__", "weights"),
        )
    for part in ("Snakefile", "pyproject.toml"):
        shutil.copy(REPOSITORY / part, folder)
    (folder / "config/manifest.tsv").write_text(
        "clip\turl\tsets\trunner\n" + "".join(ROW.format(number=number) for number in range(clips))
    )
    config = yaml.safe_load((folder / "config/config.yaml").read_text())
    config["encoder"]["finetune"]["epochs"] = 1
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config))
    return folder


def start(folder: Path, cores: int) -> subprocess.Popen:
    """A run as `make` starts it."""
    command = [sys.executable, "workflow/tools/run_study.py", "--cores", str(cores)]
    with open(folder / "driver.log", "ab") as log:
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file that is compared, by its path below results/."""
    results = folder / "results"
    files = [
        file
        for pattern in COMPARED
        for file in results.glob(pattern)
        if file.is_file() and not file.name.startswith(".")
    ]
    return {
        str(file.relative_to(results)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def main(kills: int, clips: int, cores: int, seed: int) -> int:
    """Exit status: 0 when every run ended with the results of the whole one."""
    random, equal = np.random.default_rng(seed), 0
    with tempfile.TemporaryDirectory() as temporary:
        whole = make_project(Path(temporary) / "whole", clips)
        begin = time.monotonic()
        if start(whole, cores).wait():
            sys.exit((whole / "driver.log").read_text()[-3000:])
        lasts_s, expected = time.monotonic() - begin, digests(whole)
        print(f"whole run: {lasts_s:.1f} s, {len(expected)} files compared", file=sys.stderr)
        for kill in range(1, kills + 1):
            folder = make_project(Path(temporary) / f"killed{kill}", clips)
            driver, after_s = start(folder, cores), random.uniform(0, lasts_s)
            time.sleep(after_s)
            driver.kill()
            driver.wait()
            before, status = len(digests(folder)), start(folder, cores).wait()
            same = status == 0 and digests(folder) == expected
            equal += same
            print(
                f"{kill}: killed after {after_s:.1f} s with {before} files: "
                f"{'equal' if same else 'NOT EQUAL'}",
                file=sys.stderr,
            )
            shutil.rmtree(folder)
    print("| killed at random moments | files compared | equal afterwards |\n| --- | --- | --- |")
    print(f"| {kills} | {len(expected)} | {equal} |")
    return int(equal != kills)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kills", type=int, nargs="?", default=20)
    parser.add_argument("--clips", type=int, default=2)
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    sys.exit(main(arguments.kills, arguments.clips, arguments.cores, arguments.seed))

"""What a large manifest costs before any work is done: time and memory of the graph, and of a run
that finds nothing to do.

    .venv/bin/python benchmarks/scale.py 756 5000 20000

Each number of rows gets a copy of the project with as many simulated corpus clips. For the second
measurement every output is made as an empty file and recorded as finished with `snakemake --touch`,
so only the graph, the files' times and the records are real.
Prints one Markdown row per size: wall time and processor time in seconds (one core does it all; on
a busy machine the second says more) and peak memory in MB.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
HEADER = "clip\turl\tsets\trunner\n"
ROW = "c{number:06d}\tsimulated:seed={number}\tcorpus\tr{number}\n"
TARGETS = ("results/tables/gait.csv", "results/tables/coverage.csv", "results/embeddings.npz")


def make_project(folder: Path, rows: int) -> None:
    """A copy of the project at `folder` with a manifest of `rows` rows."""
    ignored = shutil.ignore_patterns("__pycache__", "weights")
    for part in ("workflow", "config", "envs", "resources"):
        shutil.copytree(REPOSITORY / part, folder / part, ignore=ignored)
    for part in ("Snakefile", "pyproject.toml"):
        shutil.copy(REPOSITORY / part, folder)
    (folder / "config/manifest.tsv").write_text(
        HEADER + "".join(ROW.format(number=number) for number in range(rows))
    )


def measured(folder: Path, *arguments: str) -> tuple[float, float, float, str]:
    """Wall and processor time in seconds, peak memory in MB and the output of one run of Snakemake
    on one core.
    """
    log = folder / "output.txt"
    begin = time.monotonic()
    with open(log, "wb") as out:
        command = [
            sys.executable,
            "-m",
            "snakemake",
            "--cores",
            "1",
            "--scheduler",
            "greedy",
            *TARGETS,
            *arguments,
        ]
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(log.read_text()[-3000:])
    return (
        time.monotonic() - begin,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        log.read_text(),
    )


def make_outputs(folder: Path) -> None:
    """An empty file for each output of the graph, recorded as made."""
    summary = measured(folder, "--summary")[-1].splitlines()
    for line in summary:
        name = line.split("\t")[0]
        if name.startswith("results/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
    measured(folder, "--touch")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows", type=int, nargs="+")
    parser.add_argument(
        "--graph-only", action="store_true", help="leave out the run that finds nothing to do"
    )
    arguments = parser.parse_args()
    print(
        "| rows | dry run s | processor s | MB | nothing to do s | processor s | MB"
        f" |\n|{' --- |' * 7}"
    )
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "project"
            make_project(folder, rows)
            cells = [*measured(folder, "--dry-run", "--quiet")[:-1]]
            if not arguments.graph_only:
                make_outputs(folder)
                *noop, output = measured(folder, "--dry-run")
                assert "Nothing to be done" in output, output[-2000:]
                cells += noop
        print(f"| {rows} | {' | '.join(f'{value:.1f}' for value in cells)} |", flush=True)

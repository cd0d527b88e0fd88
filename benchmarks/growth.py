"""What a whole study costs as it grows: time by number of clips, the exponent of its growth, and
where the time goes.

    .venv/bin/python benchmarks/growth.py 30 60 120 240

Each size is a study of its own, run from nothing on one core by the project's own driver: simulated
clips of a second, six of ten in the corpus, three labelled, one professional. Cheap settings: four
epochs of fine-tuning, no pages of single runners; both would add only what is proportional.
Processor time is that of the driver and all of its jobs; on a busy machine it says more than the
clock. Then for the largest size, by rule: seconds a job, of which how many pass before the work
starts (Python, imports), and what Snakemake adds to each job; and from that the machine hours and
the disk of larger studies.
"""

import argparse
import ast
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scale import REPOSITORY, make_project

HEADER = "clip\turl\tsets\toverstriding\n"
CONFIG = """manifest: growth.tsv
encoder: {finetune: {epochs: 4}}
present: {reports_for: []}
"""
STUDIES = (756, 10_000, 1_000_000)


def manifest(clips: int, duration_s: float) -> str:
    """Rows of `clips` simulated clips."""
    rows = []
    for number in range(clips):
        sets = ("corpus",) * 6 + ("labelled",) * 3 + ("professional",)
        label = ("yes", "no")[number // 10 % 2] if sets[number % 10] == "labelled" else ""
        severity = 0.8 if label == "yes" else 0
        url = f"simulated:seed={number}&duration_s={duration_s:g}&overstriding={severity}"
        rows.append(f"c{number:04d}\t{url}\t{sets[number % 10]}\t{label}\n")
    return HEADER + "".join(rows)


def run_study(folder: Path, clips: int, duration_s: float) -> tuple[float, float]:
    """Wall and processor time, in seconds, of a whole study in `folder`; the output on a fault."""
    make_project(folder, 1)
    (folder / "growth.tsv").write_text(manifest(clips, duration_s))
    (folder / "growth.yaml").write_text(CONFIG)
    command = [
        sys.executable,
        "workflow/tools/run_study.py",
        "--cores",
        "1",
        "--configfile",
        "growth.yaml",
    ]
    begin = time.monotonic()
    with open(folder / "output.txt", "wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit((folder / "output.txt").read_text()[-4000:])
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime


def seconds_by_rule(folder: Path) -> dict[str, list[float]]:
    """Wall seconds of each job of each rule, as Snakemake's benchmarks have them."""
    found: dict[str, list[float]] = {}
    for file in sorted((folder / "results/benchmarks").rglob("*.tsv")):
        with open(file, newline="") as table:
            row = next(csv.DictReader(table, delimiter="\t"))
        rule = file.relative_to(folder / "results/benchmarks").with_suffix("").parts[0]
        found.setdefault(rule, []).append(float(row["s"]))
    return found


def start_s(rule: str) -> float:
    """Seconds from the start of Python to the first line of the rule's script that works, imports
    done; the best of three.
    """
    tree = ast.parse((REPOSITORY / f"workflow/scripts/{rule}.py").read_text())
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    code = "import snakemake.script\n" + "\n".join(map(ast.unparse, imports))
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "workflow")}
    took = []
    for _ in range(3):
        begin = time.monotonic()
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
        took.append(time.monotonic() - begin)
    return min(took)


def megabytes(folder: Path) -> float:
    """Of all files below results/."""
    return (
        sum(file.stat().st_size for file in (folder / "results").rglob("*") if file.is_file()) / 1e6
    )


def main(sizes: list[int], duration_s: float) -> None:
    cpu = []
    print(
        "| clips | wall s | processor s | processor s a clip | MB |\n| --- | --- | --- | --- |"
        " --- |"
    )
    with tempfile.TemporaryDirectory() as temporary:
        for clips in sizes:
            folder = Path(temporary) / str(clips)
            wall_s, cpu_s = run_study(folder, clips, duration_s)
            cpu.append(cpu_s)
            size_mb = megabytes(folder)
            print(
                f"| {clips} | {wall_s:.0f} | {cpu_s:.0f} | {cpu_s / clips:.2f} | {size_mb:.1f} |",
                flush=True,
            )
        by_rule = seconds_by_rule(folder)
    if len(sizes) > 1:
        exponents = [
            np.polyfit(np.log(part), np.log(cpu[-len(part) :]), 1)[0]
            for part in (sizes, sizes[-2:])
        ]
        print(
            f"\nexponent of processor time: {exponents[0]:.3f}, of the last two sizes"
            f" {exponents[1]:.3f}"
        )
    jobs = sum(map(len, by_rule.values()))
    added_s = (wall_s - sum(map(sum, by_rule.values()))) / jobs
    print(
        f"Snakemake adds {added_s:.2f} s of wall time to each of {jobs} jobs, its own start"
        " included\n"
    )
    print("| rule | jobs | s a job | of which start s |\n| --- | --- | --- | --- |")
    for rule, seconds in sorted(by_rule.items(), key=lambda item: -sum(item[1])):
        print(f"| {rule} | {len(seconds)} | {np.mean(seconds):.2f} | {start_s(rule):.2f} |")
    print("\n| clips | machine hours | disk GB |\n| --- | --- | --- |")
    for clips in STUDIES:
        print(
            f"| {clips:,} | {clips * cpu[-1] / sizes[-1] / 3600:,.1f} |"
            f" {clips * size_mb / sizes[-1] / 1000:,.1f} |"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--duration-s", type=float, default=1.0)
    arguments = parser.parse_args()
    main(arguments.sizes, arguments.duration_s)

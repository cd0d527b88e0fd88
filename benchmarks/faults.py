"""A whole study of 200 clips from a web server on loopback, 30 of which cannot be had: does it end,
and does each have its reason?

    .venv/bin/python benchmarks/faults.py

20 dead links of ten kinds, 6 damaged files, 4 scenes without anybody; 170 clips of 2 s of four
simulated runners. Every tenth clip is labelled, of the missing ones too. Two epochs of fine-tuning
and no pages of single runners, to save time. tests/workflow/test_faulty_sources.py is the small
version.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
sys.path[:0] = [str(REPOSITORY / "workflow"), str(REPOSITORY / "tests/workflow")]

from faulty_sources import Site, serve  # noqa: E402
from scale import make_project  # noqa: E402

CONFIG = """manifest: web.tsv
acquire: {download: {allow_private_hosts: true}}
encoder: {finetune: {epochs: 2}}
present: {reports_for: []}
"""


def main(cores: int, good: int, dead: int, damaged: int, empty: int) -> int:
    """Exit status: 0 when the study ended and coverage.csv has exactly the faulty clips, each with
    its reason.
    """
    site = Site()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "project"
        make_project(folder, 1)
        sources = serve(site, Path(temporary), good, dead, damaged, empty)
        (folder / "web.tsv").write_text(sources.manifest)
        (folder / "web.yaml").write_text(CONFIG)
        begin = time.monotonic()
        command = [
            sys.executable,
            "workflow/tools/run_study.py",
            "--cores",
            str(cores),
            "--configfile",
            "web.yaml",
        ]
        done = subprocess.run(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        seconds = time.monotonic() - begin
        if done.returncode:
            print(done.stdout[-6000:])
            return 1
        with open(folder / "results/tables/coverage.csv", newline="") as file:
            rows = {row["clip"]: row for row in csv.DictReader(file)}
        with open(folder / "results/tables/predictions.csv", newline="") as file:
            predicted = sum(1 for _ in csv.DictReader(file))
    site.close()
    right = [
        clip
        for clip, words in sources.reasons.items()
        if words in rows.get(clip, {}).get("reason", "")
    ]
    print(
        f"{good + dead + damaged + empty} clips in {seconds:.0f} s on {cores} cores: {len(rows)}"
        f" rows in coverage.csv, {len(right)} of {len(sources.reasons)} faulty clips with their"
        f" reason; {predicted} labelled clips predicted.\n"
    )
    print("| clips | stage | reason |\n| --- | --- | --- |")
    counts = Counter((row["stage"], row["reason"]) for row in rows.values())
    for (stage, reason), clips in sorted(counts.items()):
        print(f"| {clips} | {stage} | {reason} |")
    return int(sorted(rows) != sorted(right) or len(right) != len(sources.reasons))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cores", type=int, default=2)
    for kind, count in {"good": 170, "dead": 20, "damaged": 6, "empty": 4}.items():
        parser.add_argument(f"--{kind}", type=int, default=count)
    sys.exit(main(**vars(parser.parse_args())))

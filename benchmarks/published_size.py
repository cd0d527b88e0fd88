"""A whole study of the size of the published one: 756 simulated clips of 2 s, 38 of them faulty;
killed half-way, run again, asked once more, and ten clips added.

    .venv/bin/python benchmarks/published_size.py [--clips 756] [--cores 2] [--folder FOLDER]

18 clips are labelled and 18 professional, the others are the corpus; settings are those of the
included study. Dead, damaged and empty videos come from a web server on loopback. The added clips
are professional ones, for which no encoder is trained again. Half-way is when half of the clips
have a pose. Times are those of the clock, of all parts together.
"""

import argparse
import csv
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
sys.path[:0] = [str(REPOSITORY / "workflow"), str(REPOSITORY / "tests/workflow")]

from faulty_sources import Site, Sources, serve  # noqa: E402
from growth import megabytes, seconds_by_rule  # noqa: E402
from scale import make_project  # noqa: E402

CONFIG = "manifest: study.tsv\nacquire: {download: {allow_private_hosts: true}}\n"
LABELLED, PROFESSIONAL, ADDED = 18, 18, 10
DRIVER_MB, WHOLE_S, NOTHING_S, ADDED_S = 300, 75 * 60, 10, 180
SHOWN = 10  # rules that took most of the time


@dataclass(frozen=True)
class Run:
    """What one run took: wall and processor time, s, and the largest memory of its driver, MB."""

    wall_s: float
    cpu_s: float
    driver_mb: float


def rows_of(clips: int, first: int, kind: str) -> list[str]:
    """Rows of that many simulated clips, each of a runner of its own."""
    rows = []
    for number in range(first, first + clips):
        label = ("yes", "no")[number % 2] if kind == "labelled" else ""
        side = ("left", "right")[number // 2 % 2]
        severity = 0.9 if label == "yes" else -0.3
        url = f"simulated:seed={number}&view={side}&overstriding={severity}"
        rows.append(f"{kind}{number:04d}\t{url}\t{kind}\t{label}")
    return rows


def faulty_of(site: Site, folder: Path, clips: int) -> tuple[list[str], Sources]:
    """Rows of clips that cannot be had: two thirds dead, the others damaged or empty."""
    damaged = empty = clips // 6
    sources = serve(site, folder, 0, clips - damaged - empty, damaged, empty)
    _, *rows = sources.manifest.splitlines()
    corpus = [row.replace("\tlabelled\tyes", "\tcorpus\t") for row in rows]
    return [row.replace("\tlabelled\tno", "\tcorpus\t") for row in corpus], sources


def start(folder: Path, cores: int) -> subprocess.Popen:
    """A run as `make run` starts it, in a process group of its own."""
    command = [sys.executable, "workflow/tools/run_study.py", "--cores", str(cores)]
    with open(folder / "output.txt", "ab") as log:
        return subprocess.Popen(
            [*command, "--configfile", "study.yaml"],
            cwd=folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip


@contextmanager
def watched_memory(process: subprocess.Popen):
    """A list that holds the largest memory of Snakemake's own process, MB: `run_study.py` becomes
    it.
    """
    largest, over = [0.0], threading.Event()

    def look_until_it_ends() -> None:
        while not over.wait(1.0):
            with suppress(OSError), open(f"/proc/{process.pid}/status") as status:
                peak = next((line for line in status if line.startswith("VmHWM")), "VmHWM 0")
                largest[0] = max(largest[0], int(peak.split()[1]) / 1024)

    thread = threading.Thread(target=look_until_it_ends, daemon=True)
    thread.start()
    try:
        yield largest
    finally:
        over.set()
        thread.join()


def run(folder: Path, cores: int, until=None) -> Run:
    """One run to its end, or, with `until`, killed as soon as that is true; ends the program with
    the output of a run that failed.
    """
    begin, process = time.monotonic(), start(folder, cores)
    with watched_memory(process) as largest:
        while until is not None and process.poll() is None:
            if until():
                os.killpg(process.pid, signal.SIGKILL)
                break
            time.sleep(1.0)
        _, status, usage = os.wait4(process.pid, 0)
    if status and until is None:
        sys.exit((folder / "output.txt").read_text()[-6000:])
    took = Run(time.monotonic() - begin, usage.ru_utime + usage.ru_stime, largest[0])
    print(took, file=sys.stderr, flush=True)
    return took


def poses(folder: Path) -> set[Path]:
    """The pose files of a study."""
    return set((folder / "results/pose").glob("*.npz"))


def unavailable(folder: Path) -> dict[str, str]:
    """Clip -> reason, of the clips that the study lists as missing."""
    with open(folder / "results/tables/coverage.csv", newline="") as file:
        return {row["clip"]: row["reason"] for row in csv.DictReader(file)}


def main(clips: int, faulty: int, cores: int, folder: Path) -> None:
    """Print the tables of the study in `folder`, which is made."""
    site, manifest = Site(), folder / "study.tsv"
    make_project(folder, 1)
    (folder / "sources").mkdir()
    broken, sources = faulty_of(site, folder / "sources", faulty)
    corpus = clips - faulty - LABELLED - PROFESSIONAL
    rows = [
        "clip\turl\tsets\toverstriding",
        *rows_of(LABELLED, 1000, "labelled"),
        *rows_of(PROFESSIONAL, 2000, "professional"),
        *rows_of(corpus, 5000, "corpus"),
        *broken,
    ]
    manifest.write_text("\n".join(rows) + "\n")
    (folder / "study.yaml").write_text(CONFIG)
    killed = run(folder, cores, until=lambda: len(poses(folder)) >= clips // 2)
    whole, again = run(folder, cores), run(folder, cores)
    reasons = unavailable(folder)
    right = [clip for clip, words in sources.reasons.items() if words in reasons.get(clip, "")]
    by_rule, size_mb = seconds_by_rule(folder), megabytes(folder)
    before = poses(folder)
    manifest.write_text("\n".join(rows + rows_of(ADDED, 2000 + PROFESSIONAL, "professional")))
    added = run(folder, cores)
    site.close()
    both_s = killed.wall_s + whole.wall_s
    driver_mb = max(one.driver_mb for one in (killed, whole, added))
    new = len(poses(folder) - before)
    facts = [
        (
            f"whole study, killed once at {killed.wall_s / 60:.0f} min",
            f"{both_s / 60:.0f} min, {(killed.cpu_s + whole.cpu_s) / 60:.0f} min of processor time",
            f"{WHOLE_S / 60:.0f} min",
            both_s <= WHOLE_S,
        ),
        ("driver", f"{driver_mb:.0f} MB", f"{DRIVER_MB} MB", driver_mb < DRIVER_MB),
        (
            "faulty rows listed as missing with the true reason",
            f"{len(right)} of {faulty}",
            f"{faulty}",
            len(right) == faulty,
        ),
        ("nothing to do", f"{again.wall_s:.1f} s", f"{NOTHING_S} s", again.wall_s < NOTHING_S),
        (
            f"{ADDED} clips added",
            f"{added.wall_s:.0f} s, {new} poses made",
            f"{ADDED_S} s, {ADDED}",
            added.wall_s < ADDED_S and new == ADDED,
        ),
    ]
    print(f"{clips} clips on {cores} cores; {size_mb / 1000:.2f} GB of results.")
    print(f"Simulated clips that are missing: {len(set(reasons) - set(sources.reasons))}.\n")
    print("| | measured | asked for | |\n| --- | --- | --- | --- |")
    for name, measured, asked, met in facts:
        print(f"| {name} | {measured} | {asked} | {'met' if met else 'missed'} |")
    print()
    print("| rule | jobs | s in all | s a job |\n| --- | --- | --- | --- |")
    slowest = sorted(by_rule.items(), key=lambda item: -sum(item[1]))[:SHOWN]
    for rule, seconds in slowest:
        mean_s = sum(seconds) / len(seconds)
        print(f"| {rule} | {len(seconds)} | {sum(seconds):.0f} | {mean_s:.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clips", type=int, default=756)
    parser.add_argument("--faulty", type=int, default=38)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="kept afterwards; else a temporary one")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = chosen.folder or Path(temporary) / "study"
        main(chosen.clips, chosen.faulty, chosen.cores, place)

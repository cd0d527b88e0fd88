"""Snakemake as `make` calls it: one run a folder, and a killed run goes on where it was."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.errors import InputError
from runform.run_lock import clear_killed_run, take_run_lock

NAMES = ("video", "before", "after", "manifest")


def as_text(argument: str) -> str:
    """An entry of `--config` that names a file, quoted: Snakemake reads it as YAML, in which ` #`
    begins a comment and `: ` ends a key. Quotes at the very ends it would take off.
    """
    key, equals, value = argument.partition("=")
    quoted = json.dumps(value, ensure_ascii=False)
    return f"{key}= {quoted} " if equals and value and key in NAMES else argument


if __name__ == "__main__":
    try:
        if "export" in sys.argv:
            # Before Snakemake removes the old one, so that a spreadsheet loses nothing. Only here:
            # it imports pandas.
            from runform.present.workbook import expect_closed

            expect_closed("results/study.xlsx")
        take_run_lock(".")
        for line in clear_killed_run("."):
            print(f"runform: {line}", file=sys.stderr)
    except InputError as error:
        print(f"runform: {error}", file=sys.stderr)
        sys.exit(1)
    # Half-written files of a killed run are made again; a job that fails stops what needs it, not
    # the other clips, and its log stands on the screen; a clip that is newer but has the same
    # bytes, after a copy or a jump of the clock, reruns nothing (by itself Snakemake looks only
    # into files up to 1 MB).
    options = [
        "--rerun-incomplete",
        "--keep-going",
        "--show-failed-logs",
        "--max-checksum-file-size",
        "200MB",
    ]
    # By deerror a solver chooses the next jobs, which takes longer; a SIGTERM meanwhile leaves
    # Snakemake waiting for its own lock.
    options += ["--scheduler", "greedy"]
    # One line of progress on the screen, where jobs run; `.snakemake/log` has everything.
    if not {"-n", "--dry-run"} & set(sys.argv):
        options += ["--logger", "progress"]
        tools = str(Path(__file__).parents[1] / "tools")
        os.environ["PYTHONPATH"] = os.pathsep.join(
            filter(None, [tools, os.environ.get("PYTHONPATH")])
        )
    os.execv(
        sys.executable, [sys.executable, "-m", "snakemake", *options, *map(as_text, sys.argv[1:])]
    )

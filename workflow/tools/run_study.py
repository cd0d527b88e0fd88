"""Snakemake as `make` calls it: one run a folder, and a killed run goes on where it was."""

import json
import os
import shutil
import sys
from importlib.util import find_spec
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


def value_of(option: str, arguments: list[str]) -> str:
    """What the command line gives an option, as `--name value` or `--name=value`; else empty."""
    after = dict(zip(arguments, [*arguments[1:], ""], strict=True))
    joined = [word.partition("=")[2] for word in arguments if word.startswith(f"{option}=")]
    return after.get(option) or next(iter(joined), "")


def take_storage(provider: str, prefix: str) -> None:
    """Expect what the storage of a study needs, and lock one that is a folder: another machine may
    be at work in it from a folder of its own. InputError where something is missing.
    """
    package = f"snakemake-storage-plugin-{provider}"
    if find_spec(package.replace("-", "_")) is None:
        raise InputError(
            f"--default-storage-provider {provider}: expected the package {package}:"
            " pip install --no-deps -r envs/requirements-storage.txt"
        )
    if provider == "fs":
        if not shutil.which("rsync"):
            raise InputError("--default-storage-provider fs: expected the program rsync")
        if Path(prefix).resolve() != Path.cwd():  # whose lock this run has
            take_run_lock(prefix)


if __name__ == "__main__":
    try:
        if "export" in sys.argv:
            # Before Snakemake removes the old one, so that a spreadsheet loses nothing. Only here:
            # it imports pandas.
            from runform.present.workbook import expect_closed

            expect_closed("results/study.xlsx")
        take_run_lock(".")
        if provider := value_of("--default-storage-provider", sys.argv):
            take_storage(provider, value_of("--default-storage-prefix", sys.argv))
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
    # By default a solver chooses the next jobs, which takes longer; a SIGTERM meanwhile leaves
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

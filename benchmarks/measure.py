"""Run one program of this folder and put what it printed into RESULTS.md.

Called by benchmarks/Snakefile.
"""

import datetime
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

BENCHMARKS = Path(__file__).parent if "snakemake" not in globals() else Path("benchmarks")
sys.path.insert(0, str(BENCHMARKS.parent / "workflow"))

from runform.files import write_text  # noqa: E402

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def measure(command: list[str]) -> str:
    """What the program printed; SystemExit with its error when it fails."""
    program = BENCHMARKS / command[1]
    done = subprocess.run(
        [command[0], str(program), *command[2:]], stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        sys.exit(f"{program} ended with {done.returncode}")
    return done.stdout.strip()


def put_in(results: str, name: str, text: str) -> str:
    """`results` with `text` between the markers of `name`; ValueError when they are missing."""
    begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
    if begin not in results or end not in results:
        raise ValueError(f"RESULTS.md: no markers {begin} and {end}: expected both")
    between = re.compile(f"({re.escape(begin)}\n).*?({re.escape(end)})", re.DOTALL)
    return between.sub(lambda found: f"{found[1]}{text}\n{found[2]}", results)


def main(name: str, command: list[str], table: Path) -> None:
    """Measure, keep the table, and put it into RESULTS.md with the command that made it."""
    printed = measure(command)
    call = " ".join(command[1:])
    title = f"`benchmarks/{call}`, {datetime.date.today():%B %Y}:\n\n"
    write_text(table, printed + "\n")
    results = BENCHMARKS / "RESULTS.md"
    write_text(results, put_in(results.read_text(), name, title + printed))


if "snakemake" in globals():
    main(snakemake.wildcards.table, list(snakemake.params.command), Path(snakemake.output[0]))

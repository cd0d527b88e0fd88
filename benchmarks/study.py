"""What the included study costs, rule by rule, from the records of a finished run.

.venv/bin/python benchmarks/study.py results
"""

import argparse
from pathlib import Path

import pandas as pd

SHOWN = 9


def costs(results: Path) -> pd.DataFrame:
    """Jobs, wall and processor seconds and largest memory in MB of each rule, slowest first."""
    rows = []
    for entry in (results / "benchmarks").iterdir():
        files = sorted(entry.rglob("*.tsv")) if entry.is_dir() else [entry]
        records = pd.concat(pd.read_csv(file, sep="\t", na_values="-") for file in files)
        total = records[["s", "cpu_time"]].sum()
        rows.append((entry.stem, len(files), total.s, total.cpu_time, records.max_rss.max()))
    table = pd.DataFrame(rows, columns=["rule", "jobs", "wall", "cpu", "memory"])
    return table.sort_values("wall", ascending=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results", type=Path)
    table = costs(parser.parse_args().results)
    rest = table[SHOWN:]
    others = ("all others", rest.jobs.sum(), rest.wall.sum(), rest.cpu.sum(), rest.memory.max())
    print("| rule | jobs | wall, s in all | CPU, s in all | largest memory, MB |")
    print("| --- | --- | --- | --- | --- |")
    for rule, jobs, wall, cpu, memory in [*table[:SHOWN].itertuples(index=False), others]:
        print(f"| {rule} | {jobs} | {wall:.0f} | {cpu:.0f} | {memory:.0f} |")


if __name__ == "__main__":
    main()

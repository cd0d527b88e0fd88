"""Files that are whole or absent: written aside, then renamed; JSON, CSV tables and hashes."""

import csv
import hashlib
import io
import json
import math
import os
from collections.abc import Iterable
from contextlib import contextmanager
from functools import cache
from pathlib import Path


@contextmanager
def written_aside(path: str | Path):
    """Yield a path beside `path` with the same suffix; renamed to `path` on success, else removed.

    So a reader, or a rerun after a kill or a power cut, meets the whole file or none.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield aside
        rename_whole(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def rename_whole(aside: Path, path: str | Path) -> None:
    """Rename `aside`, which is complete, to `path`, once its bytes are on the disk."""
    with open(aside, "rb") as file:
        os.fsync(file.fileno())  # else a power cut could leave the name without the bytes
    os.replace(aside, path)


def write_text(path: str | Path, text: str) -> None:
    """Write `text` as UTF-8 with Unix line ends, aside and renamed."""
    with written_aside(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: str | Path, value) -> None:
    """Write `value` as indented JSON with sorted keys, aside and renamed."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: str | Path):
    """The value in a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def sha256_of(path: str | Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_in(folder: str, suffix: str) -> list[str]:
    """The files of a folder with this suffix, sorted; none where `folder` is empty."""
    return [str(file) for file in sorted(Path(folder).glob(f"*{suffix}"))] if folder else []


@cache
def folder_state(path: str) -> str:
    """Hash of the names, sizes and times of the files in the folder at `path`, empty for anything
    else. Snakemake sees a folder's own time, which stays when a file in it is rewritten.
    """
    if not os.path.isdir(path):
        return ""
    with os.scandir(path) as entries:
        facts = sorted((one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in entries)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


TEXT, COUNT, SHARE, VALUE = "s", "d", ".4f", ".5f"  # formats of the cells of a table


def write_table(path: str | Path, columns: dict[str, str], rows: Iterable[dict]) -> None:
    """Write `rows` as CSV with fixed columns and decimals: the same rows give the same bytes.

    columns: name -> format of its cells.  What a row lacks, None and nan give an empty cell.
    ValueError for a cell without a column.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        unknown = set(row) - set(columns)
        if unknown:
            raise ValueError(f"{path}: cells without a column: {', '.join(sorted(unknown))}")
        writer.writerow([_cell(row.get(name), form) for name, form in columns.items()])
    write_text(path, text.getvalue())


def _cell(value, form: str) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if form == TEXT:
        return str(value)
    text = format(value, form)
    return text.removeprefix("-") if float(text) == 0 else text

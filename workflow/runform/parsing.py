"""Cells of the manifest: text to value. A ValueError says what was expected."""

import math
import os
import re
from datetime import date
from pathlib import Path


def parse_time_s(text: str) -> float:
    """Seconds from `12.5`, `1:02.5` or `1:01:02.5`; ValueError otherwise."""
    parts = text.split(":")
    if (
        len(parts) > 3
        or not all(re.fullmatch(r"\d+", part) for part in parts[:-1])
        or not re.fullmatch(r"\d+(\.\d*)?", parts[-1])
    ):
        raise ValueError("seconds (12.5) or mm:ss.s (1:02.5), not negative")
    return sum(float(part) * 60**power for power, part in enumerate(reversed(parts)))


def parse_date(text: str) -> str:
    """A day as year-month-day, such as 2026-06-14."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ValueError("a day as year-month-day (2026-06-14)")
    return text


def parse_number(text: str, low: float, high: float) -> float:
    """A number in low..high."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise ValueError(f"a number from {low:g} to {high:g}")
    return value


def parse_point(text: str) -> tuple[float, float]:
    """`x,y`, both in 0..1."""
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = math.nan
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise ValueError("x,y with both in 0..1 of the first frame")
    return x, y


def parse_sha256(text: str) -> str:
    """64 hex digits, in lower case."""
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("64 hex digits")
    return text.lower()


def parse_whole(text: str, low: int, high: int) -> int:
    """A whole number in low..high."""
    value = parse_number(text, low, high)
    if value != int(value):
        raise ValueError(f"a whole number from {low} to {high}")
    return int(value)


def parse_existing(text: str, folder: str | Path = "") -> str:
    """A path at which there is something, relative to `folder`, else to the working folder.

    A manifest that came with its files means those beside it.
    """
    for path in (Path(folder) / text, Path(text)):
        if os.path.exists(path):  # Path.exists raises where a name is too long or a folder private
            return str(path)
    raise ValueError(
        "a file that exists, relative to the manifest or to the folder snakemake runs in"
    )

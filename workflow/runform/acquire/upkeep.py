"""Care of the folder of videos between runs: tries again what could not be had, and frees the room of what was never finished."""

import shutil
from pathlib import Path

from runform.acquire.receipt import UNAVAILABLE
from runform.files import read_json


def forget_unavailable(videos: str | Path) -> list[str]:
    """Remove the receipts that say a download cannot be had, with their empty videos, so that the next run asks again.

    Returns the addresses; videos that were had, simulated or taken from a local file stay.
    """
    urls = []
    for receipt in sorted(Path(videos).glob("web-*.json")):
        facts = read_json(receipt)
        if facts["status"] == UNAVAILABLE:
            urls.append(facts["url"])
            receipt.with_suffix(".mp4").unlink(missing_ok=True)
            receipt.unlink()
    return urls


def clean_unfinished(results: str | Path) -> tuple[int, int]:
    """Remove unfinished downloads and the half-written files of killed jobs below `results`; how many files, and their bytes.

    Only while no run is at work: a download under way would have to begin again.
    """
    results = Path(results)
    partial = results / "videos/.partial"
    files = [file for file in (*partial.rglob("*"), *results.rglob(".*.part*")) if file.is_file() and not file.is_symlink()]
    files = sorted(set(files))
    size_bytes = sum(file.stat().st_size for file in files)
    for file in files:
        file.unlink()
    shutil.rmtree(partial, ignore_errors=True)
    return len(files), size_bytes

"""The receipt beside each video: what it is and where it came from, or why it cannot be had.

No times of day stand in it: the same video gives the same bytes.
"""

import logging
import os
import re
import shutil
from pathlib import Path

from runform.errors import Unavailable, one_line
from runform.files import read_json, sha256_of, write_json, written_aside
from runform.video import probe

OK, UNAVAILABLE = "ok", "unavailable"


def source_receipt(path: str | Path, sha256: str, **known) -> dict:
    """The receipt of the whole video at `path`: facts of the file and `known` (kind, url, title,
    uploader, …).

    Unavailable, with the reason, where the file holds no video.
    """
    info = probe(path)
    return {
        "status": OK,
        "reason": "",
        "duration_s": round(info.duration_s, 6),
        "fps": round(info.fps, 6),
        "width_px": info.width_px,
        "height_px": info.height_px,
        "rotation_deg": info.rotation_deg,
        "codec": info.codec,
        "container": info.container,
        "size_bytes": Path(path).stat().st_size,
        "sha256": sha256,
    } | known


def write_unavailable(video: str | Path, receipt: str | Path, reason: str, **known) -> None:
    """An empty video and a receipt that says in one line why there is none."""
    write_json(receipt, {"status": UNAVAILABLE, "reason": one_line(reason)} | known)
    with written_aside(video) as aside:
        aside.touch()


def without_passwords(text: str) -> str:
    """`text` less the user and password that may stand before the host of an address in it."""
    return re.sub(r"://[^/?#\s]*@", "://", text)


# Care of the folder of videos between runs: tries again what could not be had, and frees the room
# of what was never finished.


def forget_unavailable(videos: str | Path) -> list[str]:
    """Remove the receipts that say a download cannot be had, with their empty videos, so that the
    next run asks again.

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
    """Remove unfinished downloads and the half-written files of killed jobs below `results`; how
    many files, and their bytes.

    Only while no run is at work: a download under way would have to begin again.
    """
    results = Path(results)
    partial = results / "videos/.partial"
    files = [
        file
        for file in (*partial.rglob("*"), *results.rglob(".*.part*"))
        if file.is_file() and not file.is_symlink()
    ]
    files = sorted(set(files))
    size_bytes = sum(file.stat().st_size for file in files)
    for file in files:
        file.unlink()
    shutil.rmtree(partial, ignore_errors=True)
    return len(files), size_bytes


# A video that is already on this machine goes the same way as a download.


log = logging.getLogger(__name__)


def import_video(path: str | Path, video: str | Path, receipt: str | Path) -> None:
    """Copy the file at `path` to `video` and write its receipt; an empty video and the reason where
    it holds none.

    A copy and no link: a link would change under us when somebody edits the file, and shares its
    modification time, so that Snakemake could not see that the file was touched.
    """
    path = Path(path)
    known = {
        "kind": "file",
        "url": str(path),
        "title": one_line(path.stem),
        "uploader": "",
        "format": "",
        "tool": "",
    }
    try:
        with written_aside(video) as aside:
            copy_file(path, aside)
            facts = source_receipt(aside, sha256_of(aside), **known)
            write_json(receipt, facts)
    except Unavailable as fault:
        log.warning("%s: %s", path, fault)
        write_unavailable(video, receipt, str(fault), **known)


def copy_file(path: Path, copy: Path) -> None:
    """Copy the bytes of `path`; Unavailable when it is a folder or a device, or may not be read."""
    if not path.is_file():
        raise Unavailable("not a file")
    if not os.access(path, os.R_OK):
        raise Unavailable("the file may not be read by this user")
    shutil.copyfile(path, copy)

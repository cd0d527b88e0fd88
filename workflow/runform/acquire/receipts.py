"""The receipt beside each video: its facts and source, or why it cannot be had.

A receipt holds no time of day, so the same video gives the same bytes. Local files are imported
here, and the folder of videos is cleaned between runs.
"""

import logging
import os
import re
import shutil
from pathlib import Path

from runform.errors import Unavailable, one_line
from runform.files import read_json, sha256_of, write_json, written_aside
from runform.video import probe

log = logging.getLogger(__name__)

OK, UNAVAILABLE = "ok", "unavailable"


def source_receipt(path: str | Path, sha256: str, **source) -> dict:
    """The receipt of the whole video at `path`; Unavailable where the file holds no video.

    source: where it came from (kind, url, title, uploader, …).
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
    } | source


def write_unavailable(video: str | Path, receipt: str | Path, reason: str, **facts) -> None:
    """Write an empty video and a receipt that says in one line why there is none."""
    write_json(receipt, {"status": UNAVAILABLE, "reason": one_line(reason)} | facts)
    with written_aside(video) as aside:
        aside.touch()


def without_passwords(text: str) -> str:
    """`text` without the users and passwords of the addresses in it."""
    return re.sub(r"://[^/?#\s]*@", "://", text)


def import_video(path: str | Path, video: str | Path, receipt: str | Path) -> None:
    """Copy the local file at `path` to `video` and write its receipt.

    A file without a video gives an empty one and the reason. A copy and no link, which would change
    with the file and share its modification time, by which Snakemake sees changes.
    """
    path = Path(path)
    source = {
        "kind": "file",
        "url": str(path),
        "title": one_line(path.stem),
        "uploader": "",
        "format": "",
        "tool": "",
    }
    try:
        with written_aside(video) as aside:
            _copy_file(path, aside)
            write_json(receipt, source_receipt(aside, sha256_of(aside), **source))
    except Unavailable as error:
        log.warning("%s: %s", path, error)
        write_unavailable(video, receipt, str(error), **source)


def _copy_file(path: Path, copy: Path) -> None:
    if not path.is_file():
        raise Unavailable("not a file")
    if not os.access(path, os.R_OK):
        raise Unavailable("the file may not be read by this user")
    shutil.copyfile(path, copy)


def forget_unavailable(videos: str | Path) -> list[str]:
    """Remove the receipts of unavailable downloads, with their empty videos; return the addresses.

    The next run asks for them again. Everything else stays.
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
    """Remove unfinished downloads and the half-written files of killed jobs below `results`.

    Returns how many files, and their bytes. Call it only while no run is at work.
    """
    results = Path(results)
    partial = results / "videos/.partial"
    unfinished = {*partial.rglob("*"), *results.rglob(".*.part*")}
    files = [file for file in unfinished if file.is_file() and not file.is_symlink()]
    size_bytes = sum(file.stat().st_size for file in files)
    for file in files:
        file.unlink()
    shutil.rmtree(partial, ignore_errors=True)
    return len(files), size_bytes

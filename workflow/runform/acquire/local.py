"""A video that is already on this machine goes the same way as a download."""

import logging
import os
import shutil
from pathlib import Path

from runform.acquire.receipt import one_line, source_receipt, write_unavailable
from runform.faults import Unavailable
from runform.files import sha256_of, write_json, written_aside

log = logging.getLogger(__name__)


def import_video(path: str | Path, video: str | Path, receipt: str | Path) -> None:
    """Copy the file at `path` to `video` and write its receipt; an empty video and the reason where it holds none.

    A copy and no link: a link would change under us when somebody edits the file, and shares its modification time, so
    that Snakemake could not see that the file was touched.
    """
    path = Path(path)
    known = {"kind": "file", "url": str(path), "title": one_line(path.stem), "uploader": "", "format": "", "tool": ""}
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

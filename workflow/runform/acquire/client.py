"""yt-dlp's client: behind the filtering proxy, with the user's cookies, resuming only one version.

Only yt-dlp's public interface is used, so that its newest version can be.
"""

import io
import os
from dataclasses import dataclass
from pathlib import Path

import yt_dlp
from yt_dlp.networking import Request
from yt_dlp.networking.exceptions import RequestError

from runform.errors import InputError, one_line
from runform.files import read_json, write_json


@dataclass(frozen=True)
class Connection:
    """How a video is downloaded; none of this changes the bytes.

    attempts: in all, for the page and again for the data.  backoff_s: first wait between attempts,
    doubled each time up to max_backoff_s.  timeout_s: of a silent connection.  rate_limit_kb_s:
    10^3 bytes a second, None for no limit.  cookies_file: in Netscape format; read, never written.
    cookies_from_browser: "firefox" or "firefox:profile".  give_up: after the last attempt a
    temporary failure counts as unavailable too.
    """

    attempts: int = 5
    backoff_s: float = 2.0
    max_backoff_s: float = 120.0
    timeout_s: float = 20.0
    rate_limit_kb_s: float | None = None
    cookies_file: str | None = None
    cookies_from_browser: str | None = None
    give_up: bool = False


def cookie_options(connection: Connection) -> dict:
    """yt-dlp's options for the cookies; InputError for a file that is not in Netscape format."""
    browser, _, profile = (connection.cookies_from_browser or "").partition(":")
    return {
        "cookiefile": _cookies(connection.cookies_file) if connection.cookies_file else None,
        "cookiesfrombrowser": (browser, profile or None, None, None) if browser else None,
    }


def _cookies(path: str) -> io.StringIO:
    """The file as a stream: yt-dlp would write a file back, and parallel jobs would spoil it."""
    where = f"acquire.connection.cookies_file: {path}"
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{where}: expected a file that can be read ({type(error).__name__})"
        ) from None
    if not text.startswith(("# Netscape HTTP Cookie File", "# HTTP Cookie File")):
        raise InputError(f"{where}:1: expected '# Netscape HTTP Cookie File'")
    # Checked here, since yt-dlp would print a bad line with the secret in it.
    for number, line in enumerate(text.splitlines(), start=1):
        is_cookie = line.strip() and (not line.startswith("#") or line.startswith("#HttpOnly_"))
        if is_cookie and line.count("\t") != 6:
            raise InputError(f"{where}:{number}: expected 7 cells separated by tabs")
    return io.StringIO(text)


def open_client(params: dict, proxy_url: str, versions: Path) -> yt_dlp.YoutubeDL:
    """yt-dlp behind the proxy, its cookies loaded; InputError when they cannot be read.

    versions: a JSON file beside the unfinished download, see `SameVersion`.
    """
    os.environ["YTDLP_NO_PLUGINS"] = "1"  # plugins are other people's code in the user's home
    try:
        client = yt_dlp.YoutubeDL(params | {"proxy": proxy_url})
        len(client.cookiejar)  # loads them: later an error would look like one of the download
    except yt_dlp.utils.YoutubeDLError as error:
        reason = one_line(str(error).removeprefix("ERROR: "))
        raise InputError(
            f"acquire.connection: expected cookies that can be read: {reason}"
        ) from error
    client.add_post_processor(SameVersion(client, versions), when="before_dl")
    return client


class SameVersion(yt_dlp.postprocessor.PostProcessor):
    """Lets a download resume only while the server still has the same version of the file.

    versions: keeps by address the ETag or date of the version that was begun.
    """

    def __init__(self, client: yt_dlp.YoutubeDL, versions: Path):
        super().__init__(client)
        self.client, self.versions = client, versions

    def run(self, info: dict) -> tuple[list, dict]:
        """Drop the unfinished file of another version, and have the server check later requests.

        The server sends the whole file when `If-Range` names another version. Downloads in chunks
        (YouTube) have an address that changes with the version.
        """
        chunked = (info.get("downloader_options") or {}).get("http_chunk_size")
        if info.get("protocol") not in ("http", "https") or chunked:
            return [], info
        url = info["url"]
        begun = read_json(self.versions).get(url) if self.versions.exists() else None
        version = self._ask(info) or begun
        if begun and version != begun:
            for unfinished in self.versions.parent.glob("*.part"):
                unfinished.unlink()
        if version:
            write_json(self.versions, {url: version})
            info["http_headers"] = {**(info.get("http_headers") or {}), "If-Range": version}
        return [], info

    def _ask(self, info: dict) -> str | None:
        """The version that the server has now; None where it names none that is reliable."""
        request = Request(info["url"], headers=info.get("http_headers") or {}, method="HEAD")
        try:
            with self.client.urlopen(request) as response:
                version = response.headers.get("ETag") or response.headers.get("Last-Modified")
        except RequestError:
            return None
        return version if version and not version.startswith("W/") else None

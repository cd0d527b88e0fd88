"""How a download is carried out, and how long it is tried. None of this changes the bytes that are
downloaded.
"""

import functools
import io
import json
from dataclasses import dataclass
from pathlib import Path

import yt_dlp
from yt_dlp.globals import plugin_dirs

from runform.acquire.addresses import GuardedRH
from runform.errors import InputError, one_line
from runform.files import read_json, write_text


@dataclass(frozen=True)
class Connection:
    """How it is downloaded; none of this changes the bytes.

    attempts: in all, for the page and again for the data.  backoff_s: first wait between attempts,
    doubled each time up to max_backoff_s.  timeout_s: of a silent connection.  rate_limit_kb_s:
    10^3 bytes a second, None for no limit.  cookies_file: in Netscape format; read, never written.
    cookies_from_browser: "firefox" or "firefox:profile".  give_up: after the last attempt a passing
    fault counts as unavailable too.
    """

    attempts: int = 5
    backoff_s: float = 2.0
    max_backoff_s: float = 120.0
    timeout_s: float = 20.0
    rate_limit_kb_s: float | None = None
    cookies_file: str | None = None
    cookies_from_browser: str | None = None
    give_up: bool = False


# The user's cookies: read, checked, and never written back, logged or kept.


def cookie_options(connection: Connection) -> dict:
    """yt-dlp's options for the cookies of `connection`; InputError for a file that is not in
    Netscape format.
    """
    return {
        "cookiefile": _cookies(connection.cookies_file) if connection.cookies_file else None,
        "cookiesfrombrowser": _browser(connection.cookies_from_browser)
        if connection.cookies_from_browser
        else None,
    }


def _cookies(path: str) -> io.StringIO:
    """The file as a stream: yt-dlp would write a file back, and several jobs at once would spoil
    it.
    """
    where = f"acquire.connection.cookies_file: {path}"
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(
            f"{where}: expected a file that can be read ({type(fault).__name__})"
        ) from None
    if not text.startswith(("# Netscape HTTP Cookie File", "# HTTP Cookie File")):
        raise InputError(f"{where}:1: expected '# Netscape HTTP Cookie File'")
    for number, line in enumerate(
        text.splitlines(), start=1
    ):  # else yt-dlp prints the line, secret and all
        is_cookie = line.strip() and (not line.startswith("#") or line.startswith("#HttpOnly_"))
        if is_cookie and line.count("\t") != 6:
            raise InputError(f"{where}:{number}: expected 7 cells separated by tabs")
    return io.StringIO(text)


def _browser(text: str) -> tuple:
    name, _, profile = text.partition(":")
    return name, profile or None, None, None


# yt-dlp's client, guarded, without plugins, and resuming only what has not changed since.


class Client(yt_dlp.YoutubeDL):
    """YoutubeDL that sends through `GuardedRH` alone.

    validators: a JSON file beside the partial download that keeps, by address, the server's mark of
    the version it serves.
    """

    def __init__(self, params: dict, allow_private_hosts: bool, validators: Path):
        plugin_dirs.value = []  # plugins are other people's code in the user's home
        self.allow_private_hosts, self.validators, self.media_url = (
            allow_private_hosts,
            validators,
            None,
        )
        super().__init__(params)

    def build_request_director(self, handlers, preferences=None):
        guarded = functools.partial(GuardedRH, allow_private_hosts=self.allow_private_hosts)
        return super().build_request_director([guarded], [])

    def dl(self, name, info, subtitle=False, test=False):
        self.media_url = info.get("url")
        return super().dl(name, info, subtitle, test)

    def urlopen(self, req):
        """As yt-dlp's; a half-done download goes on only if the server still has the same file, by
        its ETag or date.
        """
        if getattr(req, "url", None) is None or req.url != self.media_url:
            return super().urlopen(req)
        known = read_json(self.validators) if self.validators.exists() else {}
        if "Range" in req.headers and req.url in known:
            req.headers["If-Range"] = known[
                req.url
            ]  # the server answers with the whole file when it has changed
        response = super().urlopen(req)
        mark = response.headers.get("ETag") or response.headers.get("Last-Modified")
        if mark and not mark.startswith("W/"):
            write_text(self.validators, json.dumps({self.media_url: mark}))
        return response


def open_client(params: dict, allow_private_hosts: bool, validators: Path) -> Client:
    """A `Client`, its cookies loaded; InputError when the browser's cannot be read."""
    try:
        client = Client(params, allow_private_hosts, validators)
        len(
            client.cookiejar
        )  # loaded on first use, where a fault would look like one of the download
    except yt_dlp.utils.YoutubeDLError as fault:
        reason = one_line(str(fault).removeprefix("ERROR: "))
        raise InputError(
            f"acquire.connection: expected cookies that can be read: {reason}"
        ) from fault
    return client

"""The user's cookies: read, checked, and never written back, logged or kept."""

import io
from pathlib import Path

from runform.acquire.connection import Connection
from runform.faults import InputError


def cookie_options(connection: Connection) -> dict:
    """yt-dlp's options for the cookies of `connection`; InputError for a file that is not in Netscape format."""
    return {
        "cookiefile": _cookies(connection.cookies_file) if connection.cookies_file else None,
        "cookiesfrombrowser": _browser(connection.cookies_from_browser) if connection.cookies_from_browser else None,
    }


def _cookies(path: str) -> io.StringIO:
    """The file as a stream: yt-dlp would write a file back, and several jobs at once would spoil it."""
    where = f"acquire.connection.cookies_file: {path}"
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"{where}: expected a file that can be read ({type(fault).__name__})") from None
    if not text.startswith(("# Netscape HTTP Cookie File", "# HTTP Cookie File")):
        raise InputError(f"{where}:1: expected '# Netscape HTTP Cookie File'")
    for number, line in enumerate(text.splitlines(), start=1):  # else yt-dlp prints the line, secret and all
        is_cookie = line.strip() and (not line.startswith("#") or line.startswith("#HttpOnly_"))
        if is_cookie and line.count("\t") != 6:
            raise InputError(f"{where}:{number}: expected 7 cells separated by tabs")
    return io.StringIO(text)


def _browser(text: str) -> tuple:
    name, _, profile = text.partition(":")
    return name, profile or None, None, None

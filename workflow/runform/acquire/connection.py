"""How a download is carried out, and how long it is tried. None of this changes the bytes that are downloaded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Connection:
    """How it is downloaded; none of this changes the bytes.

    attempts: in all, for the page and again for the data.  backoff_s: first wait between attempts, doubled each time up to
    max_backoff_s.  timeout_s: of a silent connection.  rate_limit_kb_s: 10^3 bytes a second, None for no limit.  cookies_file: in
    Netscape format; read, never written.  cookies_from_browser: "firefox" or "firefox:profile".  give_up: after the last attempt a
    passing fault counts as unavailable too.
    """

    attempts: int = 5
    backoff_s: float = 2.0
    max_backoff_s: float = 120.0
    timeout_s: float = 20.0
    rate_limit_kb_s: float | None = None
    cookies_file: str | None = None
    cookies_from_browser: str | None = None
    give_up: bool = False

"""What an error of yt-dlp means: the video cannot be had, or the download failed this time."""

import re
from collections.abc import Iterator

from yt_dlp.networking.exceptions import HTTPError, RequestError, TransportError
from yt_dlp.utils import DownloadCancelled, ExtractorError, UnsupportedError

from runform.acquire.receipts import without_passwords
from runform.errors import Unavailable, one_line

BUSY = (408, 425, 429)  # the server says "later"
GONE = (404, 410, 451)  # the video is not there, whatever the site
# Expected errors of yt-dlp that ask for patience or for cookies, and say nothing of the video.
TEMPORARY_WORDS = (
    "not a bot", "rate-limit", "rate limit", "too many requests", "try again", "temporar",
    "timed out", "login required", "fresh cookies", "content isn't available, try",
)  # fmt: skip
# Errors without a cause attached that are definite.
DEFINITE_WORDS = (
    "drm protected", "ffmpeg could not be found", "skipped for safety reasons",
    "no video formats found", "unsupported url scheme",
)  # fmt: skip


class TemporaryFailure(Exception):
    """The network or the server failed this time.

    wait_s: what the server asked for, 0 where it did not.
    """

    def __init__(self, message: str, wait_s: float = 0.0):
        super().__init__(message)
        self.wait_s = wait_s


def classify(error: Exception, site: str) -> Unavailable | TemporaryFailure:
    """What `error`, raised by yt-dlp, amounts to.

    site: yt-dlp's name of the extractor. For "generic" a refusal by the server concerns the address
    itself; the big sites also refuse a machine that asks too often (403), which says nothing of the
    video.
    """
    message = one_line(without_passwords(str(error).removeprefix("ERROR: ")))
    causes = list(_causes(error))
    http_error = next((cause for cause in causes if isinstance(cause, HTTPError)), None)
    if http_error:
        wait_s = _retry_after_s(http_error)
        return _classify_status(http_error.status, http_error.reason, site, wait_s)
    # Of a part of a stream yt-dlp keeps no more than these words.
    status = re.search(r"HTTP Error (\d{3})(?:: ([\w '-]+))?", message)
    if status:
        return _classify_status(int(status[1]), status[2], site, 0.0)
    if any(word in message.lower() for word in DEFINITE_WORDS):
        return Unavailable(message)
    if any(isinstance(cause, TransportError) for cause in causes):
        return TemporaryFailure(message)
    for cause in causes:
        if isinstance(cause, UnsupportedError):
            return Unavailable("no video found at the address")
        expected = isinstance(cause, ExtractorError) and cause.expected
        if expected and not any(word in message.lower() for word in TEMPORARY_WORDS):
            return Unavailable(message)
        if isinstance(cause, (DownloadCancelled, RequestError)):  # no request was ever sent
            return Unavailable(message)
    return TemporaryFailure(message)


def _classify_status(status: int, phrase: str | None, site: str, wait_s: float):
    message = f"the server responds {status} {phrase or ''}".strip()
    definite = status in GONE or (site == "generic" and 300 <= status < 500 and status not in BUSY)
    return Unavailable(message) if definite else TemporaryFailure(message, wait_s)


def _retry_after_s(error: HTTPError) -> float:
    text = error.response.headers.get("Retry-After") or ""
    return float(text) if text.isdecimal() else 0.0


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and the errors behind it, by all the ways in which yt-dlp keeps them."""
    visited = []
    waiting = [error, (getattr(error, "exc_info", None) or (None, None))[1], error.__context__]
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and not any(cause is other for other in visited):
            visited.append(cause)
            yield cause
            waiting += [getattr(cause, "cause", None), cause.__cause__]

"""What an error of a download means: a definite answer, so that the video cannot be had, or a
passing fault.
"""

import re

from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils import DownloadCancelled, ExtractorError, UnsupportedError

from runform.acquire.addresses import RequestRefused
from runform.acquire.receipts import without_passwords
from runform.errors import Unavailable, one_line

BUSY = (408, 425, 429)  # the server says "later"
GONE = (404, 410, 451)  # whoever says so, of whatever part, the video is not there
# Expected errors of yt-dlp that ask for patience or for cookies, and so say nothing of the video.
PASSING_WORDS = (
    "not a bot",
    "rate-limit",
    "rate limit",
    "too many requests",
    "try again",
    "temporar",
    "timed out",
    "login required",
    "fresh cookies",
    "content isn't available, try",
)
# Errors without a cause attached that are definite all the same.
DEFINITE_WORDS = (
    "drm protected",
    "ffmpeg could not be found",
    "skipped for safety reasons",
    "no video formats found",
    "unsupported url scheme",
)


class PassingFault(Exception):
    """The network or the server failed this time. `wait_s` is what the server asked for, 0 where it
    did not.
    """

    def __init__(self, message: str, wait_s: float = 0.0):
        super().__init__(message)
        self.wait_s = wait_s


def judged(fault: Exception, site: str) -> Exception:
    """The `Unavailable` or `PassingFault` that `fault`, raised by yt-dlp, amounts to.

    site: yt-dlp's name of the extractor at work. For "generic" a refusal by the server concerns the
    address itself; the big sites also refuse a machine that asks too often (403), which says
    nothing of the video.
    """
    message = one_line(without_passwords(str(fault).removeprefix("ERROR: ")))
    chain = list(_chain(fault))
    for cause in chain:
        if isinstance(cause, RequestRefused):
            return Unavailable(one_line(without_passwords(str(cause))))
    error = next((cause for cause in chain if isinstance(cause, HTTPError)), None)
    named = re.search(
        r"HTTP Error (\d{3})(?:: ([\w '-]+))?", message
    )  # of a part of a stream yt-dlp keeps no more than this
    if error:
        return _judged_status(error.status, error.reason, site, _retry_after_s(error))
    if named:
        return _judged_status(int(named[1]), named[2], site, 0.0)
    if any(word in message.lower() for word in DEFINITE_WORDS):
        return Unavailable(message)
    if any(isinstance(cause, TransportError) for cause in chain):
        return PassingFault(message)
    for cause in chain:
        if isinstance(cause, UnsupportedError):
            return Unavailable("no video found at the address")
        if (
            isinstance(cause, ExtractorError)
            and cause.expected
            and not any(word in message.lower() for word in PASSING_WORDS)
        ):
            return Unavailable(message)
        if isinstance(cause, DownloadCancelled):
            return Unavailable(message)
    return PassingFault(message)


def _judged_status(status: int, phrase: str | None, site: str, wait_s: float) -> Exception:
    message = f"the server answers {status} {phrase or ''}".strip()
    definite = status in GONE or (site == "generic" and 300 <= status < 500 and status not in BUSY)
    return Unavailable(message) if definite else PassingFault(message, wait_s)


def _retry_after_s(error: HTTPError) -> float:
    text = error.response.headers.get("Retry-After") or ""
    return float(text) if text.isdecimal() else 0.0


def _chain(fault: BaseException):
    """`fault` and the errors behind it, by all the ways in which yt-dlp keeps them."""
    seen = []
    waiting = [fault, (getattr(fault, "exc_info", None) or (None, None))[1], fault.__context__]
    while waiting:
        error = waiting.pop(0)
        if isinstance(error, BaseException) and not any(error is other for other in seen):
            seen.append(error)
            yield error
            waiting += [getattr(error, "cause", None), error.__cause__]

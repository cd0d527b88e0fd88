"""What yt-dlp's errors amount to, in the words of its extractors."""

import pytest
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UnsupportedError

from runform.acquire.failures import TemporaryFailure, classify
from runform.errors import Unavailable


def as_raised(error):
    """The DownloadError that YoutubeDL makes of an extractor's error."""
    try:
        try:
            raise error
        except ExtractorError as fault:
            raise DownloadError(f"ERROR: {fault}", (type(fault), fault, None))  # noqa: B904  as YoutubeDL.trouble does
    except DownloadError as fault:
        return fault


@pytest.mark.parametrize(
    "message",
    [
        "Video unavailable. This video is private",
        "Private video. Sign in if you've been granted access to this video",
        "Video unavailable. This video has been removed by the uploader",
        "This video is no longer available because its YouTube account has been terminated.",
        "Sign in to confirm your age. This video may be inappropriate for some users.",
        "Requested format is not available",
        "This video is DRM protected",
    ],
)
def test_definite(message):
    failure = classify(as_raised(ExtractorError(message, expected=True)), "youtube")
    assert isinstance(failure, Unavailable) and message in str(failure)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Sign in to confirm you’re not a bot. Use --cookies-from-browser or --cookies", True),
        ("Content is not available, rate-limit reached or login required. Use --cookies", True),
        ("This content isn't available, try again later.", True),
        ("Unable to extract video data", False),
        ("Unable to download API page: timed out", False),
    ],
)
def test_temporary(message, expected):
    assert isinstance(
        classify(as_raised(ExtractorError(message, expected=expected)), "youtube"), TemporaryFailure
    )


def test_unsupported_page_and_region():
    assert (
        str(classify(as_raised(UnsupportedError("https://example.org/")), "generic"))
        == "no video found at the address"
    )
    assert isinstance(
        classify(as_raised(GeoRestrictedError("not available in your country")), "youtube"),
        Unavailable,
    )


@pytest.mark.parametrize(
    ("status", "site", "kind"),
    [
        (404, "youtube", Unavailable),
        (410, "generic", Unavailable),
        (403, "generic", Unavailable),
        (403, "youtube", TemporaryFailure),
        (429, "generic", TemporaryFailure),
        (500, "generic", TemporaryFailure),
    ],
)
def test_status_in_words_alone(status, site, kind):
    message = f"[download] Got error: HTTP Error {status}: Some Words. Giving up after 3 retries"
    failure = classify(DownloadError(f"ERROR: {message}"), site)
    assert type(failure) is kind and str(failure) == f"the server responds {status} Some Words"


def test_password_and_line_ends_stay_out():
    failure = classify(
        DownloadError("ERROR: cannot read\nhttps://me:sesame@example.org/"), "generic"
    )
    assert str(failure) == "cannot read https://example.org/"

"""What yt-dlp's errors amount to, as its extractors word them."""

import pytest
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UnsupportedError

from runform.acquire.failures import PassingFault, judged
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
        "This video is no longer available because the YouTube account associated with this video has been terminated.",
        "Sign in to confirm your age. This video may be inappropriate for some users.",
        "Requested format is not available",
        "This video is DRM protected",
    ],
)
def test_definite(message):
    answer = judged(as_raised(ExtractorError(message, expected=True)), "youtube")
    assert isinstance(answer, Unavailable) and message in str(answer)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Sign in to confirm you’re not a bot. Use --cookies-from-browser or --cookies", True),
        (
            "Requested content is not available, rate-limit reached or login required. Use --cookies",
            True,
        ),
        ("This content isn't available, try again later.", True),
        ("Unable to extract video data", False),
        ("Unable to download API page: timed out", False),
    ],
)
def test_passing(message, expected):
    assert isinstance(
        judged(as_raised(ExtractorError(message, expected=expected)), "youtube"), PassingFault
    )


def test_unsupported_page_and_region():
    assert (
        str(judged(as_raised(UnsupportedError("https://example.org/")), "generic"))
        == "no video found at the address"
    )
    assert isinstance(
        judged(as_raised(GeoRestrictedError("not available in your country")), "youtube"),
        Unavailable,
    )


@pytest.mark.parametrize(
    ("status", "site", "kind"),
    [
        (404, "youtube", Unavailable),
        (410, "generic", Unavailable),
        (403, "generic", Unavailable),
        (403, "youtube", PassingFault),
        (429, "generic", PassingFault),
        (500, "generic", PassingFault),
    ],
)
def test_status_in_words_alone(status, site, kind):
    answer = judged(
        DownloadError(
            f"ERROR: [download] Got error: HTTP Error {status}: Some Words. Giving up after 3 retries"
        ),
        site,
    )
    assert type(answer) is kind and str(answer) == f"the server answers {status} Some Words"


def test_password_and_line_ends_stay_out():
    answer = judged(DownloadError("ERROR: cannot read\nhttps://me:sesame@example.org/"), "generic")
    assert str(answer) == "cannot read https://example.org/"

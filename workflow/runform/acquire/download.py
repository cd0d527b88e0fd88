"""Download one video with yt-dlp: resumed after a cut, retried after a temporary failure."""

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import tenacity
from yt_dlp.utils import YoutubeDLError
from yt_dlp.version import __version__ as YT_DLP_VERSION

from runform.acquire.client import Connection, cookie_options, open_client
from runform.acquire.failures import TemporaryFailure, classify
from runform.acquire.filtering_proxy import PAGE_BYTES, AddressRefused, FilteringProxy, check_scheme
from runform.acquire.receipts import OK, source_receipt, without_passwords, write_unavailable
from runform.errors import Unavailable, one_line
from runform.files import read_json, rename_whole, sha256_of, write_json

log = logging.getLogger(__name__)

# Only what yt-dlp fetches itself, so that every request passes the filtering proxy: no rtmp, no
# stream handed to ffmpeg.
PROTOCOLS = r"^(https?|m3u8_native|http_dash_segments)$"


@dataclass(frozen=True)
class DownloadSettings:
    """What may be downloaded.

    max_height_px: of several sizes the largest whose shorter side is not above this.
    max_duration_s, max_size_mb (10^6 bytes): a longer or larger video counts as unavailable.
    allow_private_hosts: loopback and private addresses may be asked.
    """

    max_height_px: int = 1080
    max_duration_s: float = 7200.0
    max_size_mb: float = 2000.0
    allow_private_hosts: bool = False


def download_video(
    url: str,
    video: str | Path,
    receipt: str | Path,
    partial: str | Path,
    settings: DownloadSettings,
    connection: Connection,
) -> None:
    """Download `url` to `video` and write its receipt.

    The file keeps the bytes and the container that the site gave, so that its SHA-256 can be
    pinned. A video that cannot be had gives an empty file and a receipt with the reason.
    A whole download that is there already stays: the site may have it no longer.
    partial: a folder for the unfinished download; it outlives a failed or killed job, and the next
    one resumes from it. TemporaryFailure when the last attempt failed, unless the connection is to
    give up then; InputError for unreadable cookies.
    """
    facts = {"kind": "web", "url": without_passwords(url), "tool": f"yt-dlp {YT_DLP_VERSION}"}
    if _is_whole(Path(video), Path(receipt), facts["url"]):
        log.info("%s: stays as it was downloaded", video)
        for file in (video, receipt):
            os.utime(file)  # else Snakemake, which compares with its script, would ask each time
        return
    partial = Path(partial)
    try:
        partial.mkdir(parents=True, exist_ok=True)
        path, info = fetch(url, partial, settings, connection)
        video_facts = source_receipt(path, sha256_of(path), **facts, **_site_facts(info))
        _check_duration(video_facts["duration_s"], settings)
        Path(video).parent.mkdir(parents=True, exist_ok=True)
        write_json(receipt, video_facts)
        rename_whole(path, video)  # last: a kill before it leaves the whole download in `partial`
    except Unavailable as error:
        log.warning("%s: %s", facts["url"], error)
        write_unavailable(video, receipt, str(error), **facts)
    except TemporaryFailure as error:
        if not connection.give_up:
            raise
        log.warning("%s: given up: %s", facts["url"], error)
        reason = f"given up after {connection.attempts} attempts: {error}"
        write_unavailable(video, receipt, reason, **facts)
    shutil.rmtree(partial)


def _is_whole(video: Path, receipt: Path, url: str) -> bool:
    if not (video.is_file() and receipt.is_file()):
        return False
    facts = read_json(receipt)
    same = facts["status"] == OK and facts["url"] == url
    return same and facts["size_bytes"] == video.stat().st_size


def fetch(
    url: str, partial: Path, settings: DownloadSettings, connection: Connection
) -> tuple[Path, dict]:
    """The downloaded file in the folder `partial` and the site's facts about it.

    Unavailable or, after the last attempt, TemporaryFailure otherwise.
    """
    try:
        check_scheme(url)
    except AddressRefused as error:
        raise Unavailable(f"address refused: {error}") from error

    def wait_s(state) -> float:
        return max(
            _backoff_s(state.attempt_number - 1, connection), state.outcome.exception().wait_s
        )

    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TemporaryFailure),
        stop=tenacity.stop_after_attempt(connection.attempts),
        wait=lambda state: min(connection.max_backoff_s, wait_s(state)),
        before_sleep=tenacity.before_sleep_log(log, logging.WARNING),
        reraise=True,
    )
    return attempts(_fetch_once, url, partial, settings, connection)


def _backoff_s(failures: int, connection: Connection) -> float:
    return min(connection.max_backoff_s, connection.backoff_s * 2**failures)


def _fetch_once(url, partial, settings, connection):
    with FilteringProxy(settings.allow_private_hosts) as proxy:
        limits = _Limits(settings, connection, proxy)
        options = _options(partial, settings, connection, limits) | cookie_options(connection)
        try:
            with open_client(options, proxy.url, partial / "version.json") as client:
                info = client.extract_info(url, download=True)
        except YoutubeDLError as error:
            limits.check_refusal()
            raise classify(error, limits.site) from error
    if not info or info.get("entries") == []:
        raise Unavailable("no video found at the address")
    info = info["entries"][0] if "entries" in info else info
    downloads = (info or {}).get("requested_downloads") or []
    if not downloads or not Path(downloads[0]["filepath"]).is_file():
        raise TemporaryFailure("yt-dlp ended without a file and without an error")
    return Path(downloads[0]["filepath"]), info


class _Limits:
    """Callbacks of yt-dlp before and during a download; Unavailable for what goes too far."""

    def __init__(self, settings: DownloadSettings, connection: Connection, proxy: FilteringProxy):
        self.settings, self.connection, self.proxy = settings, connection, proxy
        self.site = "generic"

    def check_info(self, info, *, incomplete):
        """As yt-dlp's `match_filter`."""
        self.site = (info.get("extractor_key") or info.get("ie_key") or "generic").lower()
        count = info.get("playlist_count") or info.get("n_entries") or 1
        if count > 1:
            raise Unavailable(f"a list of {count} videos: give the address of one")
        if info.get("is_live") or info.get("live_status") == "is_live":
            raise Unavailable("a live stream, which has no end")
        _check_duration(info.get("duration") or 0, self.settings)
        if not incomplete:  # no pages follow but the video
            self.proxy.max_bytes = PAGE_BYTES + round(self.settings.max_size_mb * 1e6)

    def check_progress(self, progress):
        """As yt-dlp's progress hook.

        yt-dlp's own `max_filesize` ends without an error and overlooks bodies of unknown length.
        """
        size_mb = max(progress.get("total_bytes") or 0, progress.get("downloaded_bytes") or 0) / 1e6
        if size_mb > self.settings.max_size_mb:
            raise Unavailable(
                f"the file is too large: {size_mb:.3g} MB or more, "
                f"at most {self.settings.max_size_mb:g} MB are taken"
            )

    def backoff_s(self, n):
        """As yt-dlp's `retry_sleep_functions`; what the proxy refuses is not retried."""
        self.check_refusal()
        return _backoff_s(n, self.connection)

    def check_refusal(self):
        """Unavailable where the proxy has refused a request or cut an answer."""
        if self.proxy.refusal:
            raise Unavailable(one_line(without_passwords(self.proxy.refusal)))


def _check_duration(duration_s: float, settings: DownloadSettings) -> None:
    if duration_s > settings.max_duration_s:
        raise Unavailable(
            f"the video is too long: {duration_s:.0f} s, "
            f"at most {settings.max_duration_s:g} s are taken"
        )


def _options(
    partial: Path, settings: DownloadSettings, connection: Connection, limits: _Limits
) -> dict:
    folder = str(partial).replace("%", "%%")
    retries = connection.attempts - 1
    return {
        "format": f"bestvideo*[protocol~='{PROTOCOLS}']",
        # Frames a second matter more to gait than the container does, and no sound is needed. H.264
        # is the quickest to decode.
        "format_sort": [f"res:{settings.max_height_px}", "fps", "vext", "vcodec:h264", "proto"],
        "outtmpl": {"default": f"{folder}/video-%(format_id).40s.%(ext)s"},
        "restrictfilenames": True,
        "noplaylist": True,
        "playlist_items": "1:2",
        "match_filter": limits.check_info,
        "progress_hooks": [limits.check_progress],
        "retries": retries,
        "fragment_retries": retries,
        "extractor_retries": retries,
        "retry_sleep_functions": dict.fromkeys(("http", "fragment", "extractor"), limits.backoff_s),
        "skip_unavailable_fragments": False,  # a hole in the video would pass as a shorter one
        "socket_timeout": connection.timeout_s,
        "ratelimit": connection.rate_limit_kb_s and connection.rate_limit_kb_s * 1000,
        "enable_file_urls": False,
        # Nowhere, else yt-dlp hands some streams to ffmpeg, past the filtering proxy.
        "ffmpeg_location": str(partial / "no-ffmpeg"),
        "fixup": "never",
        "cachedir": False,
        "updatetime": False,
        "noprogress": True,
        "logger": _Logger(),
    }


def _site_facts(info: dict) -> dict:
    return {
        "title": one_line(str(info.get("title") or "")),
        "uploader": one_line(str(info.get("uploader") or info.get("channel") or "")),
        "format": one_line(str(info.get("format") or "")),
        "site": str(info.get("extractor_key") or ""),
    }


class _Logger:
    """Sends yt-dlp's messages to the job's log."""

    def debug(self, message):
        log.info("%s", one_line(without_passwords(message)))

    def warning(self, message):
        log.warning("%s", one_line(without_passwords(message)))

    error = warning

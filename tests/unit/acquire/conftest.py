"""Shared by the tests of the acquire stage: a web server on loopback and a video to serve."""

import json

import pytest
from download_cases import LOOPBACK, QUICK
from loopback_site import Site
from numbered_videos import make_video

from runform.acquire.download import download_video


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="session")
def video_bytes(tmp_path_factory):
    """A video of 2 s, 30 frames a second, 64x48."""
    return make_video(tmp_path_factory.mktemp("video") / "run.mp4").read_bytes()


@pytest.fixture
def download(tmp_path):
    """Download an address; returns (receipt, bytes of the video)."""

    def run(url, settings=LOOPBACK, connection=QUICK):
        video, receipt = tmp_path / "out" / "video.mp4", tmp_path / "out" / "video.json"
        download_video(url, video, receipt, tmp_path / "partial", settings, connection)
        return json.loads(receipt.read_text()), video.read_bytes()

    return run

"""What the tests of the acquire stage share: a web server on loopback and a video for it to serve."""

import pytest
from loopback_site import Site
from numbered_videos import make_video


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="session")
def video_bytes(tmp_path_factory):
    """A video of 2 s, 30 frames a second, 64x48."""
    return make_video(tmp_path_factory.mktemp("video") / "run.mp4").read_bytes()

"""What the tests of downloading share: settings that reach loopback, and the look of a video that
is not to be had.
"""

from runform.acquire.client import Connection
from runform.acquire.download import DownloadSettings

LOOPBACK = DownloadSettings(allow_private_hosts=True)
QUICK = Connection(attempts=3, backoff_s=0.01, timeout_s=2)


def check_unavailable(result, *words):
    receipt, video = result
    assert receipt["status"] == "unavailable" and video == b""
    assert "\n" not in receipt["reason"]
    for word in words:
        assert word in receipt["reason"]

"""yt-dlp's client, guarded, without plugins, and resuming only what has not changed since."""

import functools
import json
from pathlib import Path

import yt_dlp
from yt_dlp.globals import plugin_dirs

from runform.acquire.guard import GuardedRH
from runform.acquire.receipt import one_line
from runform.faults import InputError
from runform.files import read_json, write_text


class Client(yt_dlp.YoutubeDL):
    """YoutubeDL that sends through `GuardedRH` alone.

    validators: a JSON file beside the partial download that keeps, by address, the server's mark of the version it serves.
    """

    def __init__(self, params: dict, allow_private_hosts: bool, validators: Path):
        plugin_dirs.value = []  # plugins are other people's code in the user's home
        self.allow_private_hosts, self.validators, self.media_url = allow_private_hosts, validators, None
        super().__init__(params)

    def build_request_director(self, handlers, preferences=None):
        guarded = functools.partial(GuardedRH, allow_private_hosts=self.allow_private_hosts)
        return super().build_request_director([guarded], [])

    def dl(self, name, info, subtitle=False, test=False):
        self.media_url = info.get("url")
        return super().dl(name, info, subtitle, test)

    def urlopen(self, req):
        """As yt-dlp's; a half-done download goes on only if the server still has the same file, by its ETag or date."""
        if getattr(req, "url", None) is None or req.url != self.media_url:
            return super().urlopen(req)
        known = read_json(self.validators) if self.validators.exists() else {}
        if "Range" in req.headers and req.url in known:
            req.headers["If-Range"] = known[req.url]  # the server answers with the whole file when it has changed
        response = super().urlopen(req)
        mark = response.headers.get("ETag") or response.headers.get("Last-Modified")
        if mark and not mark.startswith("W/"):
            write_text(self.validators, json.dumps({self.media_url: mark}))
        return response


def open_client(params: dict, allow_private_hosts: bool, validators: Path) -> Client:
    """A `Client`, its cookies loaded; InputError when the browser's cannot be read."""
    try:
        client = Client(params, allow_private_hosts, validators)
        len(client.cookiejar)  # loaded on first use, where a fault would look like one of the download
    except yt_dlp.utils.YoutubeDLError as fault:
        reason = one_line(str(fault).removeprefix("ERROR: "))
        raise InputError(f"acquire.connection: expected cookies that can be read: {reason}") from fault
    return client

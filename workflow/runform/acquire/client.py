"""yt-dlp's client with a guard on every request it sends, redirects and embedded addresses included."""

import functools
import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import yt_dlp
from yt_dlp.globals import plugin_dirs
from yt_dlp.networking._urllib import HTTPHandler, RedirectHandler, UrllibRH
from yt_dlp.networking.exceptions import RequestError, TransportError
from yt_dlp.utils.networking import select_proxy

from runform.acquire.addresses import AddressRefused, check_host, check_public, check_scheme
from runform.acquire.receipt import one_line
from runform.faults import InputError
from runform.files import read_json, write_text


class RequestRefused(RequestError):
    """A request to an address that may not be touched. No kind of error that yt-dlp's extractors swallow or retry."""


def check_request(url: str, allow_private_hosts: bool, proxied: bool) -> None:
    """RequestRefused for a request that may not be sent; TransportError where the host's name cannot be looked up.

    Behind a proxy a name that is not known here may be known there: then only what can be looked up is judged.
    """
    try:
        check_scheme(url)
        if not allow_private_hosts:
            check_host(url)
    except AddressRefused as fault:
        raise RequestRefused(str(fault)) from fault
    except socket.gaierror as fault:
        if not proxied:
            raise TransportError(f"{urlsplit(url).hostname}: {fault.strerror}", cause=fault) from fault


class _Redirects(RedirectHandler):
    """Checks where a redirect leads before it is followed."""

    def __init__(self, check):
        self.check = check

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        self.check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _PublicHTTPHandler(HTTPHandler):
    """Checks the address that a connection really has, since a name may resolve differently the second time."""

    @staticmethod
    def _make_conn_class(base, req):
        if req.has_proxy() or req._tunnel_host or "Ytdl-socks-proxy" in req.headers:
            return HTTPHandler._make_conn_class(base, req)

        class PublicConnection(base):
            def connect(self):
                super().connect()
                try:
                    check_public(self.sock.getpeername()[0], self.host)
                except AddressRefused as fault:
                    self.close()
                    raise RequestRefused(str(fault)) from fault

        return PublicConnection


class GuardedRH(UrllibRH):
    """yt-dlp's plain HTTP handler, which opens http, https and data: addresses, and of these only what `check_request` lets by."""

    _SUPPORTED_URL_SCHEMES = ("http", "https", "data")

    def __init__(self, *, allow_private_hosts: bool, **kwargs):
        super().__init__(**kwargs)
        self.allow_private_hosts = allow_private_hosts

    def _create_instance(self, proxies, cookiejar, legacy_ssl_support=None):
        opener = super()._create_instance(proxies=proxies, cookiejar=cookiejar, legacy_ssl_support=legacy_ssl_support)
        context = self._make_sslcontext(legacy_ssl_support=legacy_ssl_support)
        kinds = {RedirectHandler: _Redirects(lambda url: self._check(url, proxies))}
        if not self.allow_private_hosts:
            kinds[HTTPHandler] = _PublicHTTPHandler(context=context, source_address=self.source_address)
        guarded = type(opener)()
        guarded.addheaders = []
        for handler in opener.handlers:
            guarded.add_handler(kinds.get(type(handler), handler))
        return guarded

    def _check(self, url, proxies):
        check_request(url, self.allow_private_hosts, select_proxy(url, proxies) is not None)

    def _send(self, request):
        if not request.url.startswith("data:"):
            self._check(request.url, self._get_proxies(request))
        return super()._send(request)


class Client(yt_dlp.YoutubeDL):
    """YoutubeDL that sends through `GuardedRH` alone, loads no plugins, and resumes only what has not changed since.

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

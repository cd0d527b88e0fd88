"""Which addresses of the network a download may touch."""

import ipaddress
import socket
import zlib
from urllib.parse import urlsplit

from yt_dlp.networking._urllib import HTTPHandler, RedirectHandler, UrllibRH
from yt_dlp.networking.exceptions import RequestError, TransportError
from yt_dlp.utils.networking import select_proxy

SCHEMES = ("http", "https")


class AddressRefused(ValueError):
    """An address that a download may not touch; the message says which and why."""


def check_scheme(url: str) -> None:
    """AddressRefused unless `url` is http:// or https:// with a host."""
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), parts.hostname
    except ValueError as fault:
        raise AddressRefused(f"{url[:80]!r}: not an address ({fault})") from fault
    if scheme not in SCHEMES or not host:
        raise AddressRefused(f"{url[:80]!r}: only http:// and https:// addresses are taken")


def check_host(url: str) -> None:
    """AddressRefused when the host of `url` is, or any of its DNS addresses is, not a public one.
    OSError when DNS fails.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme.lower() == "https" else 80)
    host = parts.hostname or ""
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        check_public(str(address[0]), host)


def check_public(address: str, host: str) -> None:
    """AddressRefused unless the IP `address` (of `host`) is one of the open internet.

    Loopback, private, link-local (where clouds keep their credentials), shared, reserved and
    multicast ones are not.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if not ip.is_global or ip.is_multicast:
        name = host if host == address else f"{host} ({address})"
        raise AddressRefused(
            f"{name} is a loopback or private address, and acquire.download.allow_private_hosts is off"
        )


# yt-dlp's plain HTTP handler with a guard on every request it sends and a bound on every page it
# reads.
#
# yt-dlp has no public hook at this height, so this builds on its urllib handler, whose version
# envs/requirements.txt pins.


PAGE_BYTES = (
    64 * 2**20
)  # a page, playlist or reply of a site is read into memory as a whole; video data is not
A_NAME_THAT_EXISTS = "example.com"  # reserved for such use (RFC 2606) and always served


class RequestRefused(RequestError):
    """A request that may not be sent or an answer that may not be read. No kind that yt-dlp's
    extractors swallow or retry.
    """


def check_request(url: str, allow_private_hosts: bool, proxied: bool) -> None:
    """RequestRefused for a request that may not be sent; TransportError where the host's name
    cannot be looked up just now.

    Behind a proxy a name that is not known here may be known there: then only what can be looked up
    is judged.
    """
    try:
        check_scheme(url)
        if not allow_private_hosts:
            check_host(url)
    except AddressRefused as fault:
        raise RequestRefused(f"address refused: {fault}") from fault
    except socket.gaierror as fault:
        if proxied:
            return
        host = urlsplit(url).hostname
        if fault.errno == socket.EAI_NONAME and _names_are_answered():
            raise RequestRefused(f"there is no host {host}") from fault
        raise TransportError(f"{host}: {fault.strerror}", cause=fault) from fault


def _names_are_answered() -> bool:
    """Whether DNS works at all: some systems say "no such name" when they are merely offline."""
    try:
        return bool(socket.getaddrinfo(A_NAME_THAT_EXISTS, 443))
    except OSError:
        return False


class _Redirects(RedirectHandler):
    """Checks where a redirect leads before it is followed."""

    def __init__(self, check):
        self.check = check

    def redirect_request(self, req, fp, code, msg, headers, newurl):
        self.check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _BoundedHTTP(HTTPHandler):
    """Reads at most `PAGE_BYTES` where everything is asked for at once, packed or unpacked."""

    def http_response(self, req, resp):
        resp.read = _bounded(resp.read)
        return super().http_response(req, resp)

    https_response = http_response

    @staticmethod
    def gz(data):
        return _unpacked(data, zlib.MAX_WBITS | 16)

    @staticmethod
    def deflate(data):
        try:
            return _unpacked(data, -zlib.MAX_WBITS)
        except zlib.error:
            return _unpacked(data, zlib.MAX_WBITS)

    @staticmethod
    def brotli(data):
        raise RequestRefused("the answer is packed in a way that was not asked for")


class _PublicHTTP(_BoundedHTTP):
    """Checks the address that a connection really has, since a name may resolve differently the
    second time.
    """

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
                    raise RequestRefused(f"address refused: {fault}") from fault

        return PublicConnection


class GuardedRH(UrllibRH):
    """Opens http, https and data: addresses, and of these only what `check_request` lets by."""

    _SUPPORTED_URL_SCHEMES = ("http", "https", "data")

    def __init__(self, *, allow_private_hosts: bool, **kwargs):
        super().__init__(**kwargs)
        self.allow_private_hosts = allow_private_hosts

    def _create_instance(self, proxies, cookiejar, legacy_ssl_support=None):
        plain = super()._create_instance(
            proxies=proxies, cookiejar=cookiejar, legacy_ssl_support=legacy_ssl_support
        )
        http = _BoundedHTTP if self.allow_private_hosts else _PublicHTTP
        context = self._make_sslcontext(legacy_ssl_support=legacy_ssl_support)
        ours = {
            RedirectHandler: _Redirects(lambda url: self._check(url, proxies)),
            HTTPHandler: http(context=context, source_address=self.source_address),
        }
        guarded = type(plain)()
        guarded.addheaders = []
        for handler in plain.handlers:
            guarded.add_handler(ours.get(type(handler), handler))
        return guarded

    def _prepare_headers(self, _, headers):
        headers.setdefault("Accept-Encoding", "gzip, deflate")

    def _check(self, url, proxies):
        check_request(url, self.allow_private_hosts, select_proxy(url, proxies) is not None)

    def _send(self, request):
        if not request.url.startswith("data:"):
            self._check(request.url, self._get_proxies(request))
        return super()._send(request)


def _bounded(read):
    def read_at_most(amount=None):
        data = read(PAGE_BYTES + 1 if amount is None else amount)
        return _within_bound(data) if amount is None else data

    return read_at_most


def _unpacked(data: bytes, window_bits: int) -> bytes:
    return (
        _within_bound(zlib.decompressobj(window_bits).decompress(data, PAGE_BYTES + 1))
        if data
        else data
    )


def _within_bound(data: bytes) -> bytes:
    if len(data) > PAGE_BYTES:
        raise RequestRefused(
            f"the answer is too large: a page of more than {PAGE_BYTES / 1e6:.0f} MB"
        )
    return data

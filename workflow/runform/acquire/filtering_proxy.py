"""A proxy on loopback through which a download reaches public http and https addresses only.

yt-dlp gets it by its `proxy` option, so that each of its requests, redirects included, is checked
here. The host is looked up once and the connection goes to the very address that was checked.
"""

import asyncio
import base64
import contextlib
import ipaddress
import os
import re
import socket
import ssl
import struct
import threading
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from runform.errors import InputError, one_line

PAGE_BYTES = 64 * 2**20  # most that one connection may bring unless `max_bytes` is raised
CHUNK_BYTES = 2**16
HEAD_BYTES = 2**17
PORTS = {"http": 80, "https": 443}
CLOSE = "Connection: close"  # one request a connection, so that none passes unchecked
HOP_BY_HOP = ("connection", "keep-alive", "proxy-connection", "proxy-authorization")
EXISTING_NAME = "example.com"  # reserved for such use (RFC 2606) and always served


class AddressRefused(ValueError):
    """An address that a download may not touch; the message says which and why."""


def check_scheme(url: str) -> SplitResult:
    """The parts of `url`; AddressRefused unless it is http:// or https:// with a host."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")  # as it is looked up: no empty label and none over 63 letters
    except ValueError as error:
        raise AddressRefused(f"{url[:80]!r}: not an address ({error})") from error
    if parts.scheme.lower() not in PORTS or not host:
        raise AddressRefused(f"{url[:80]!r}: only http:// and https:// addresses are taken")
    return parts


def check_public(address: str, host: str) -> None:
    """AddressRefused unless the IP `address` (of `host`) is one of the open internet.

    Loopback, private, link-local (where clouds keep their credentials), shared, reserved and
    multicast addresses are not.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if not ip.is_global or ip.is_multicast:
        name = host if host == address else f"{host} ({address})"
        raise AddressRefused(
            f"{name} is a loopback or private address, "
            "and acquire.download.allow_private_hosts is off"
        )


def resolve(url: str, allow_private_hosts: bool, behind_proxy: bool = False) -> list[str]:
    """IP addresses of the host of `url`, each of them public unless private ones are allowed.

    AddressRefused otherwise, and for a name that does not exist; OSError for a name that cannot be
    looked up now.  behind_proxy: the next proxy may know names that are unknown here.
    """
    host = check_scheme(url).hostname or ""
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if behind_proxy:
            return []
        if error.errno == socket.EAI_NONAME and _dns_works():
            raise AddressRefused(f"there is no host {host}") from error
        raise
    addresses = [str(address[0]) for *_, address in entries]
    for address in addresses if not allow_private_hosts else ():
        check_public(address, host)
    return addresses


def _dns_works() -> bool:
    """Whether DNS works at all: some systems say "no such name" when they are merely offline."""
    try:
        return bool(socket.getaddrinfo(EXISTING_NAME, 443))
    except OSError:
        return False


class FilteringProxy:
    """The proxy, at `url` while its `with` block runs.

    refusal: why a request was refused or an answer cut, empty while none was; afterwards every
    request is refused.  max_bytes: most that one connection may bring.  Requests go on through the
    proxies that the environment names; these may have private addresses.
    """

    def __init__(self, allow_private_hosts: bool):
        self.allow_private_hosts = allow_private_hosts
        self.refusal, self.max_bytes, self.url = "", PAGE_BYTES, ""
        self._next_proxies = {scheme: _next_proxy(scheme) for scheme in PORTS}
        self._started = threading.Event()

    def __enter__(self) -> "FilteringProxy":
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        run = self._run(listener)
        self._thread = threading.Thread(target=asyncio.run, args=(run,), daemon=True)
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=5)

    async def _run(self, listener: socket.socket) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._started.set()
        server = await asyncio.start_server(self._serve, sock=listener, limit=HEAD_BYTES)
        await self._stop.wait()
        server.close()

    async def _serve(self, client_in, client_out) -> None:
        try:
            head = await client_in.readuntil(b"\r\n\r\n")
            await self._answer(head, client_in, client_out)
        except AddressRefused as error:
            self.refusal = self.refusal or f"address refused: {error}"
            client_out.write(_status_line(403, self.refusal))
        except asyncio.IncompleteReadError:
            client_out.write(_status_line(502, "the connection was closed without an answer"))
        except (OSError, asyncio.LimitOverrunError) as error:
            client_out.write(_status_line(502, str(error)))
        finally:
            client_out.close()

    async def _answer(self, head: bytes, client_in, client_out) -> None:
        """Check one request, send it on and pass the answer back."""
        method, target, version = (*_first_line(head).split(" "), "", "")[:3]
        tunnel = method == "CONNECT"
        url = f"https://{target}" if tunnel else target
        parts = check_scheme(url)
        if self.refusal:
            client_out.write(_status_line(403, self.refusal))
            return
        proxy = self._next_proxies[parts.scheme.lower()]
        proxy = None if proxy_bypass(parts.hostname or "") else proxy
        server_in, server_out = await self._connect(url, parts, proxy)
        try:
            if tunnel and not proxy:
                client_out.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                if not proxy:
                    target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
                fields = ([] if tunnel else [CLOSE]) + _authorization(proxy)
                server_out.write(_rewritten(head, f"{method} {target} {version}", fields))
            if not tunnel:
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                server_out.write(await client_in.readexactly(int(length[1]) if length else 0))
                answer = await server_in.readuntil(b"\r\n\r\n")
                client_out.write(_rewritten(answer, _first_line(answer), [CLOSE]))
            up = self._copy(client_in, server_out) if tunnel else client_in.read(1)
            down = self._copy(server_in, client_out, bounded=True)
            tasks = [asyncio.ensure_future(up), asyncio.ensure_future(down)]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        finally:
            server_out.close()

    async def _connect(self, url: str, parts: SplitResult, proxy: SplitResult | None):
        """Streams from and to the host of `url`, or to the next proxy where there is one."""
        hosts = await asyncio.to_thread(resolve, url, self.allow_private_hosts, bool(proxy))
        end = proxy or parts
        port = end.port or PORTS[end.scheme.lower()]
        secure = ssl.create_default_context() if proxy and proxy.scheme == "https" else None
        for host in [proxy.hostname] if proxy else hosts:
            try:
                return await asyncio.open_connection(host, port, ssl=secure, limit=HEAD_BYTES)
            except OSError as error:
                reason = os.strerror(error.errno) if error.errno else str(error)
        raise OSError(f"no connection to {end.hostname}: {reason}")

    async def _copy(self, source, sink, bounded: bool = False) -> None:
        count = 0
        try:
            while data := await source.read(CHUNK_BYTES):
                count += len(data)
                if bounded and count > self.max_bytes:
                    megabytes = self.max_bytes / 1e6
                    self.refusal = f"the answer is too large: more than {megabytes:.0f} MB"
                    raise OSError(self.refusal)
                sink.write(data)
                await sink.drain()
        except OSError:
            # A reset, since an orderly end would make a cut answer look whole.
            linger = socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            with contextlib.suppress(OSError):  # it is closed already
                sink.get_extra_info("socket").setsockopt(*linger)
            sink.transport.abort()


def _next_proxy(scheme: str) -> SplitResult | None:
    """The proxy that the environment names for `scheme`; InputError unless it speaks HTTP."""
    proxies = getproxies()
    text = proxies.get(scheme) or proxies.get("http") or proxies.get("all")
    if not text:
        return None
    proxy = urlsplit(text if "://" in text else f"http://{text}")
    if proxy.scheme not in PORTS or not proxy.hostname:
        raise InputError(f"{scheme}_proxy: {proxy.scheme}: expected an http:// or https:// proxy")
    return proxy


def _authorization(proxy: SplitResult | None) -> list[str]:
    if not proxy or proxy.username is None:
        return []
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return [f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}"]


def _first_line(head: bytes) -> str:
    return head.partition(b"\r\n")[0].decode("latin-1")


def _rewritten(head: bytes, first: str, fields: list[str]) -> bytes:
    """`head` with this first line, and with `fields` in place of those about its connection."""
    lines = head.decode("latin-1").split("\r\n")[1:-2]
    kept = [line for line in lines if line.partition(":")[0].lower() not in HOP_BY_HOP]
    return "\r\n".join([first, *kept, *fields, "", ""]).encode("latin-1")


def _status_line(status: int, reason: str) -> bytes:
    text = f"HTTP/1.1 {status} {one_line(reason)}\r\nContent-Length: 0\r\n{CLOSE}\r\n\r\n"
    return text.encode("latin-1", "replace")

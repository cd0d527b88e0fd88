"""Which addresses of the network a download may touch."""

import ipaddress
import socket
from urllib.parse import urlsplit

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
    """AddressRefused when the host of `url` is, or any of its DNS addresses is, not a public one. OSError when DNS fails."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme.lower() == "https" else 80)
    host = parts.hostname or ""
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        check_public(str(address[0]), host)


def check_public(address: str, host: str) -> None:
    """AddressRefused unless the IP `address` (of `host`) is one of the open internet.

    Loopback, private, link-local (where clouds keep their credentials), shared, reserved and multicast ones are not.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if not ip.is_global or ip.is_multicast:
        name = host if host == address else f"{host} ({address})"
        raise AddressRefused(f"{name} is a loopback or private address, and acquire.download.allow_private_hosts is off")

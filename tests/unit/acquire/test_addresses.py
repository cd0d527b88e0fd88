"""Which addresses may be asked. A hostile DNS server cannot be run here, so its answers alone are
made up.
"""

import socket
import urllib.request
import zlib

import pytest
from loopback_site import answer
from yt_dlp.networking.exceptions import TransportError

from runform.acquire.addresses import (
    PAGE_BYTES,
    AddressRefused,
    RequestRefused,
    _Redirects,
    check_host,
    check_public,
    check_request,
    check_scheme,
)
from runform.acquire.client import open_client


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a",
        "http://example.org:8080",
        "HTTPS://example.org",
        "http://a:b@example.org/",
    ],
)
def test_web_addresses(url):
    check_scheme(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///a",
        "ftp://a/b",
        "//example.org",
        "http:",
        "http:///a",
        "-v",
        "javascript:a",
        "data:,a",
    ],
)
def test_other_addresses(url):
    with pytest.raises(AddressRefused):
        check_scheme(url)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"]
)
def test_public(address):
    check_public(address, "example.org")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
    ],
)
def test_not_public(address):
    with pytest.raises(AddressRefused, match="allow_private_hosts"):
        check_public(address, "example.org")


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1:8080", "[::1]", "2130706433", "0x7f.1", "127.1", "[::ffff:7f00:1]"],
)
def test_every_way_to_write_loopback(host):
    with pytest.raises(AddressRefused):
        check_host(f"http://{host}/")


def test_redirect_to_a_private_address_is_refused_before_it_is_asked(site):
    redirects = _Redirects(lambda url: check_request(url, allow_private_hosts=False, proxied=False))
    request = urllib.request.Request("https://example.org/")
    with pytest.raises(RequestRefused, match="private"):
        redirects.redirect_request(request, None, 302, "Found", {}, f"{site.address}/secret")
    assert site.requests == []


def test_name_that_turns_private_after_the_check(site, tmp_path, monkeypatch):
    """DNS rebinding: the check sees a public address, the connection then gets a private one."""
    port = site.server.server_port
    answers = [
        [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
        for address in ("8.8.8.8", "127.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers.pop(0))
    site.pages["/secret"] = answer(body=b"secret")
    with (
        open_client({}, False, tmp_path / "version.json") as client,
        pytest.raises(RequestRefused, match=r"127\.0\.0\.1"),
    ):
        client.urlopen(f"http://rebinding.example:{port}/secret")
    assert site.requests == []


def refuse_names(monkeypatch, errno, but=()):
    def look_up(host, *_, **__):
        if host in but:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))]
        raise socket.gaierror(errno, "not found")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("errno", [socket.EAI_AGAIN, socket.EAI_NONAME])
def test_name_that_cannot_be_looked_up_now(monkeypatch, errno):
    refuse_names(monkeypatch, errno)
    with pytest.raises(TransportError, match=r"gone\.example: not found"):
        check_request("https://gone.example/", allow_private_hosts=False, proxied=False)
    check_request(
        "https://gone.example/", allow_private_hosts=False, proxied=True
    )  # the proxy may know it


def test_name_that_does_not_exist(monkeypatch):
    """The answer is definite when DNS knows other names: the machine is not merely offline."""
    refuse_names(monkeypatch, socket.EAI_NONAME, but=("example.com",))
    with pytest.raises(RequestRefused, match=r"no host gone\.example"):
        check_request("https://gone.example/", allow_private_hosts=False, proxied=False)


def packed(body, kind):
    packer = zlib.compressobj(wbits={"gzip": zlib.MAX_WBITS | 16, "deflate": -zlib.MAX_WBITS}[kind])
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize("kind", ["gzip", "deflate"])
def test_packed_pages(site, tmp_path, kind):
    site.pages["/page"] = answer(body=packed(b"hello", kind), Content_Encoding=kind)
    site.pages["/bomb"] = answer(body=packed(bytes(PAGE_BYTES + 1), kind), Content_Encoding=kind)
    with open_client({}, True, tmp_path / "version.json") as client:
        assert client.urlopen(f"{site.address}/page").read() == b"hello"
        with pytest.raises(RequestRefused, match="too large"):
            client.urlopen(f"{site.address}/bomb")


def test_endless_page(site, tmp_path):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"<html>" * 100_000)
        except OSError:
            pass

    site.pages["/page"] = endless
    with (
        open_client({}, True, tmp_path / "version.json") as client,
        pytest.raises(RequestRefused, match="too large"),
    ):
        client.urlopen(f"{site.address}/page").read()

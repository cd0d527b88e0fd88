"""Which addresses may be asked, and the proxy that asks them for yt-dlp.

A hostile DNS server cannot be run here, so its answers alone are made up.
"""

import http.client
import os
import socket
import struct
from urllib.parse import urlsplit

import pytest
from download_cases import LOOPBACK, check_unavailable
from loopback_site import answer, video_file

from runform.acquire.download import DownloadSettings
from runform.acquire.filtering_proxy import (
    PAGE_BYTES,
    AddressRefused,
    FilteringProxy,
    check_public,
    check_scheme,
    resolve,
)
from runform.errors import InputError


@pytest.fixture
def no_proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def next_proxy(no_proxies, site, monkeypatch):
    """The site as the proxy that the environment names."""
    monkeypatch.setenv("http_proxy", site.address.replace("//", "//me:ses%40me@"))
    return site


@pytest.fixture
def open_proxy(no_proxies):
    with FilteringProxy(allow_private_hosts=True) as proxy:
        yield proxy


@pytest.fixture
def strict_proxy(no_proxies):
    with FilteringProxy(allow_private_hosts=False) as proxy:
        yield proxy


def ask(proxy, url, method="GET", body=None, **headers):
    """(status, reason, body) of a request through the proxy."""
    connection = http.client.HTTPConnection(urlsplit(proxy.url).netloc, timeout=10)
    connection.request(method, url, body, headers)
    response = connection.getresponse()
    try:
        return response.status, response.reason, response.read()
    finally:
        connection.close()


def exchange(proxy, data):
    """All bytes that come back for `data`."""
    received = b""
    with socket.create_connection(("127.0.0.1", urlsplit(proxy.url).port), timeout=10) as client:
        client.sendall(data)
        while part := client.recv(65536):
            received += part
    return received


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
        resolve(f"http://{host}/", allow_private_hosts=False)


def refuse_names(monkeypatch, errno, but=()):
    def look_up(host, *_, **__):
        if host in but:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 443))]
        raise socket.gaierror(errno, "not found")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("errno", [socket.EAI_AGAIN, socket.EAI_NONAME])
def test_name_that_cannot_be_looked_up_now(monkeypatch, errno):
    refuse_names(monkeypatch, errno)
    with pytest.raises(socket.gaierror):
        resolve("https://gone.example/", allow_private_hosts=False)
    assert resolve("https://gone.example/", False, behind_proxy=True) == []  # it may know the name


def test_name_that_does_not_exist(monkeypatch):
    """The answer is definite when DNS knows other names: the machine is not merely offline."""
    refuse_names(monkeypatch, socket.EAI_NONAME, but=("example.com",))
    with pytest.raises(AddressRefused, match=r"no host gone\.example"):
        resolve("https://gone.example/", allow_private_hosts=False)


def look_up_as(monkeypatch, name, *addresses):
    """Have DNS give the next of `addresses` at each look-up of `name`; returns those left."""
    left, real = list(addresses), socket.getaddrinfo

    def look_up(host, port, *arguments, **options):
        if host != name:
            return real(host, port, *arguments, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 0)) for ip in left.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return left


def test_one_private_address_among_public_ones(monkeypatch):
    look_up_as(monkeypatch, "mixed.example", ["8.8.8.8", "127.0.0.1"])
    with pytest.raises(AddressRefused, match=r"mixed\.example \(127\.0\.0\.1\)"):
        resolve("http://mixed.example/", allow_private_hosts=False)


def test_the_connection_goes_to_the_address_that_was_checked(open_proxy, site, monkeypatch):
    """DNS rebinding: a second look-up would give another address."""
    left = look_up_as(monkeypatch, "rebinding.example", ["127.0.0.1"], ["127.0.0.2"])
    site.pages["/a"] = answer(body=b"hello")
    port = site.server.server_port
    assert ask(open_proxy, f"http://rebinding.example:{port}/a")[2] == b"hello"
    assert left == [["127.0.0.2"]]


def test_request_and_answer_pass_unchanged(open_proxy, site):
    site.pages["/a"] = answer(203, body=b"hello", X_Kind="x")
    assert ask(open_proxy, f"{site.address}/a?b=c%20d", Cookie="k=v")[::2] == (203, b"hello")
    (method, path, headers), *_ = site.requests
    assert (method, path) == ("GET", "/a?b=c%20d")
    assert headers["Cookie"] == "k=v" and headers["Host"] == urlsplit(site.address).netloc


def test_body_of_a_request(open_proxy, site):
    received = []

    def page(handler):
        received.append(handler.rfile.read(int(handler.headers["Content-Length"])))
        answer(body=b"thanks")(handler)

    site.pages["/form"] = page
    assert ask(open_proxy, f"{site.address}/form", "POST", b"a=1")[2] == b"thanks"
    assert received == [b"a=1"]


def test_tunnel(open_proxy, site):
    site.pages["/a"] = answer(body=b"hello")
    host = urlsplit(site.address).netloc
    head = f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n"
    request = f"GET /a HTTP/1.0\r\nHost: {host}\r\n\r\n"
    received = exchange(open_proxy, (head + request).encode())
    assert received.startswith(b"HTTP/1.1 200 ") and received.endswith(b"hello")


def test_second_request_of_a_connection_does_not_pass(open_proxy, site):
    site.pages["/a"] = answer(body=b"hello")
    request = f"GET {site.address}/a HTTP/1.1\r\nHost: x\r\n\r\n"
    second = "GET http://10.0.0.1/b HTTP/1.1\r\nHost: x\r\n\r\n"
    exchange(open_proxy, (request + second).encode())
    assert [path for _, path, _ in site.requests] == ["/a"]


@pytest.mark.parametrize("method", ["GET", "CONNECT"])
def test_private_address_is_not_asked(strict_proxy, site, method):
    target = urlsplit(site.address).netloc if method == "CONNECT" else f"{site.address}/a"
    received = exchange(strict_proxy, f"{method} {target} HTTP/1.1\r\n\r\n".encode())
    assert received.startswith(b"HTTP/1.1 403 address refused: 127.0.0.1 is a loopback or private")
    assert "127.0.0.1" in strict_proxy.refusal and site.requests == []


@pytest.mark.parametrize("line", ["GET /a HTTP/1.1", "GET ftp://a/b HTTP/1.1", "CONNECT a:b", "x"])
def test_what_is_no_request_for_a_proxy(strict_proxy, line):
    assert exchange(strict_proxy, f"{line}\r\n\r\n".encode()).startswith(b"HTTP/1.1 403 ")


def test_after_a_refusal_all_is_refused(open_proxy, site):
    site.pages["/a"] = answer(body=b"hello")
    assert ask(open_proxy, "ftp://example.org/")[0] == 403
    assert ask(open_proxy, f"{site.address}/a")[0] == 403 and site.requests == []


def test_server_that_is_not_there(open_proxy, site):
    site.close()
    status, reason, _ = ask(open_proxy, f"{site.address}/a")
    assert (status, reason) == (502, "no connection to 127.0.0.1: Connection refused")
    assert not open_proxy.refusal


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"<html>" * 100_000)
    except OSError:
        pass


def test_endless_page(no_proxies, site, download):
    site.pages["/page"] = endless
    check_unavailable(download(f"{site.address}/page"), "too large", f"{PAGE_BYTES / 1e6:.0f} MB")


def test_answer_that_is_cut_does_not_look_whole(open_proxy, site):
    def stated(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"hello")

    def reset(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"hello")
        handler.wfile.flush()
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(handler.connection.detach())

    site.pages |= {"/stated": stated, "/reset": reset}
    with pytest.raises(http.client.IncompleteRead):
        ask(open_proxy, f"{site.address}/stated")
    with pytest.raises(ConnectionResetError):
        ask(open_proxy, f"{site.address}/reset")


def test_private_address_is_refused(no_proxies, site, download, video_bytes):
    site.pages["/run.mp4"] = video_file(video_bytes)
    result = download(f"{site.address}/run.mp4", DownloadSettings())
    check_unavailable(result, "private", "127.0.0.1")
    assert site.requests == []


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/run.mp4", "gopher://127.0.0.1/"]
)
def test_redirect_to_another_scheme_is_refused(no_proxies, site, download, target):
    site.pages["/run.mp4"] = answer(302, Location=target)
    check_unavailable(download(f"{site.address}/run.mp4"))


def test_through_a_proxy_of_the_local_network(next_proxy, download, video_bytes):
    """It may stand at a private address and know names that this machine does not."""
    next_proxy.pages["http://runs.invalid/run.mp4"] = video_file(video_bytes)
    assert download("http://runs.invalid/run.mp4", DownloadSettings())[1] == video_bytes
    headers = next_proxy.requests[0][2]
    assert headers["Proxy-Authorization"] == "Basic bWU6c2VzQG1l"  # me:ses@me
    check_unavailable(download("http://10.0.0.1/run.mp4", DownloadSettings()), "private")


def test_redirect_to_a_private_address_is_refused_before_it_is_asked(next_proxy, download):
    secret = "http://10.0.0.1/secret.mp4"
    next_proxy.pages["http://runs.invalid/run.mp4"] = answer(302, Location=secret)
    next_proxy.pages[secret] = answer(body=b"secret", kind="video/mp4")
    result = download("http://runs.invalid/run.mp4", DownloadSettings())
    check_unavailable(result, "private", "10.0.0.1")
    assert {path for _, path, _ in next_proxy.requests} == {"http://runs.invalid/run.mp4"}


def test_hosts_for_which_the_environment_wants_no_proxy(next_proxy, monkeypatch, download):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    next_proxy.pages["/run.mp4"] = answer(404)
    check_unavailable(download(f"{next_proxy.address}/run.mp4", LOOPBACK), "404")
    assert next_proxy.requests[0][1] == "/run.mp4"


def test_a_proxy_of_another_kind(no_proxies, monkeypatch):
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:1080")
    with pytest.raises(InputError, match="socks5: expected an http:// or https:// proxy"):
        FilteringProxy(allow_private_hosts=False)

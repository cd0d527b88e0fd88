"""Fetching against a real server on loopback."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from runform.faults import InputError
from runform.pose.weights import fetch_weights

BODY = bytes(range(256)) * 5000
HASH = hashlib.sha256(BODY).hexdigest()[:8]


class Handler(BaseHTTPRequestHandler):
    """/missing… is 404; /late… answers 503 once; /short… closes early; anything else is BODY."""

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path.startswith("/missing"):
            self.send_error(404)
        elif self.path.startswith("/late") and len(self.server.asked) == 1:
            self.send_error(503)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY[:1000] if self.path.startswith("/short") else BODY)

    def log_message(self, *_):
        """Keep the test's output clean."""


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.url = [], f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_file_arrives_whole(server, tmp_path):
    fetch_weights(f"{server.url}/model-{HASH}_20230127.pth", tmp_path / "deep" / "model.pth")
    assert (tmp_path / "deep" / "model.pth").read_bytes() == BODY


def test_a_passing_fault_is_tried_again(server, tmp_path):
    fetch_weights(f"{server.url}/late-{HASH}.pth", tmp_path / "model.pth", pause_s=0)
    assert (tmp_path / "model.pth").read_bytes() == BODY and len(server.asked) == 2


@pytest.mark.parametrize(
    ("name", "attempts", "reason"),
    [
        (f"missing-{HASH}.pth", 1, "404"),
        (f"short-{HASH}.pth", 3, "cut short after 1000 of 1280000 bytes"),
        ("model-00000000.pth", 1, f"its SHA-256 starts with {HASH}, its name says 00000000"),
    ],
)
def test_a_lasting_fault_is_one_line_that_says_what_to_do(server, tmp_path, name, attempts, reason):
    with pytest.raises(InputError) as fault:
        fetch_weights(f"{server.url}/{name}", tmp_path / "model.pth", pause_s=0)
    line = str(fault.value)
    assert "\n" not in line and reason in line and f"{server.url}/{name} cannot be fetched" in line
    assert "pose.model: blazepose, which needs nothing" in line
    assert list(tmp_path.iterdir()) == [] and len(server.asked) == attempts


def test_without_a_network_the_line_says_what_was_tried(tmp_path):
    with pytest.raises(InputError, match=r"http://127\.0\.0\.1:9/model-0000abcd\.pth cannot be fetched"):
        fetch_weights("http://127.0.0.1:9/model-0000abcd.pth", tmp_path / "model.pth", pause_s=0)


@pytest.mark.parametrize("url", ["file:///etc/passwd-0000abcd.pth", "ftp://host/m-0000abcd.pth", "https://host/model.pth"])
def test_only_named_hashes_over_http(url, tmp_path):
    with pytest.raises(InputError, match="expected an https:// address"):
        fetch_weights(url, tmp_path / "model.pth")

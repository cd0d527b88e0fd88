"""Fetching against a real server on loopback."""

import hashlib
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from runform.acquire.weights import fetch_weights, provide_weights
from runform.errors import InputError

BODY = bytes(range(256)) * 5000
WHOLE_HASH = hashlib.sha256(BODY).hexdigest()
HASH = WHOLE_HASH[:8]
INSTEAD = "set pose.model: blazepose, which needs nothing"


class Handler(BaseHTTPRequestHandler):
    """/missing… is 404; /late… answers 503 once; /short… closes early; anything else the server's
    body.
    """

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path.startswith("/missing"):
            self.send_error(404)
        elif self.path.startswith("/late") and len(self.server.asked) == 1:
            self.send_error(503)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.server.body)))
            self.end_headers()
            self.wfile.write(
                self.server.body[:1000] if self.path.startswith("/short") else self.server.body
            )

    def log_message(self, *_):
        """Keep the test's output clean."""


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.body, server.url = [], BODY, f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_file_arrives_whole(server, tmp_path):
    fetch_weights(
        f"{server.url}/model-{HASH}_20230127.pth", tmp_path / "deep" / "model.pth", INSTEAD
    )
    assert (tmp_path / "deep" / "model.pth").read_bytes() == BODY


def test_a_temporary_failure_is_tried_again(server, tmp_path):
    fetch_weights(f"{server.url}/late-{HASH}.pth", tmp_path / "model.pth", INSTEAD)
    assert (tmp_path / "model.pth").read_bytes() == BODY and len(server.asked) == 2


@pytest.mark.parametrize(
    ("name", "attempts", "reason"),
    [
        (f"missing-{HASH}.pth", 1, "404"),
        (f"short-{HASH}.pth", 3, "1000 bytes read, 1279000 more expected"),
        ("model-00000000.pth", 1, f"its SHA-256 starts with {HASH}, its name says 00000000"),
    ],
)
def test_a_lasting_failure_is_one_line_that_says_what_to_do(
    server, tmp_path, name, attempts, reason
):
    with pytest.raises(InputError) as fault:
        fetch_weights(f"{server.url}/{name}", tmp_path / "model.pth", INSTEAD)
    line = str(fault.value)
    assert "\n" not in line and reason in line and f"{server.url}/{name} cannot be fetched" in line
    assert "pose.model: blazepose, which needs nothing" in line
    assert list(tmp_path.iterdir()) == [] and len(server.asked) == attempts


def test_without_a_network_the_line_says_what_was_tried(tmp_path):
    refused = r"http://127\.0\.0\.1:9/model-0000abcd\.pth cannot be fetched \(Failed to establish"
    with pytest.raises(InputError, match=rf"{refused} a new connection: \[Errno \d+\] [\w ]+\); "):
        fetch_weights("http://127.0.0.1:9/model-0000abcd.pth", tmp_path / "model.pth", INSTEAD)


def test_a_hash_nobody_publishes_is_noted_at_first_use_and_held_to(server, tmp_path):
    path = tmp_path / "model.bin"
    fetch_weights(f"{server.url}/model.bin", path, INSTEAD)
    noted = f"{WHOLE_HASH}  model.bin\n# {server.url}/model.bin\n"
    assert (tmp_path / "model.bin.sha256").read_text() == noted
    path.unlink()
    fetch_weights(f"{server.url}/model.bin", path, INSTEAD)
    path.unlink()
    server.body = BODY[::-1]
    with pytest.raises(InputError) as fault:
        fetch_weights(f"{server.url}/model.bin", path, INSTEAD)
    changed = hashlib.sha256(BODY[::-1]).hexdigest()
    assert (
        f"its SHA-256 starts with {changed}, {tmp_path}/model.bin.sha256 says {WHOLE_HASH}"
        in str(fault.value)
    )
    assert not path.exists()
    # Another network of that name.
    fetch_weights(f"{server.url}/other/model.bin", path, INSTEAD)
    assert path.read_bytes() == BODY[::-1]


def test_a_file_with_the_pinned_hash_is_not_fetched_again(server, tmp_path):
    path = tmp_path / "model.pth"
    path.write_bytes(BODY)
    fetch_weights(f"{server.url}/model.pth", path, INSTEAD, sha256=WHOLE_HASH)
    assert server.asked == []
    path.write_bytes(b"damaged")
    fetch_weights(f"{server.url}/model.pth", path, INSTEAD, sha256=WHOLE_HASH)
    assert path.read_bytes() == BODY and len(server.asked) == 1


def test_a_file_with_the_hash_of_its_name_stays_too(tmp_path):
    path = tmp_path / "model.pth"
    path.write_bytes(BODY)
    os.utime(path, (1, 1))
    fetch_weights(f"http://127.0.0.1:9/model-{HASH}.pth", path, INSTEAD)
    assert path.read_bytes() == BODY and path.stat().st_mtime > 1


def test_others_may_read_the_file(server, tmp_path):
    fetch_weights(f"{server.url}/model.bin", tmp_path / "model.bin", INSTEAD)
    assert (tmp_path / "model.bin").stat().st_mode & 0o777 == 0o644


def test_a_pinned_hash_goes_before_the_name(server, tmp_path):
    fetch_weights(
        f"{server.url}/model-00000000.pth",
        tmp_path / "model.pth",
        INSTEAD,
        sha256=WHOLE_HASH.upper(),
    )
    with pytest.raises(InputError, match="the pin says 1234"):
        fetch_weights(
            f"{server.url}/model-{HASH}.pth", tmp_path / "other.pth", INSTEAD, sha256="1234"
        )
    assert [file.name for file in tmp_path.iterdir()] == ["model.pth"]  # nothing to note


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd-0000abcd.pth", "ftp://host/m-0000abcd.pth", "model-0000abcd.pth"]
)
def test_only_over_http(url, tmp_path):
    with pytest.raises(InputError, match="expected an https:// address"):
        fetch_weights(url, tmp_path / "model.pth", INSTEAD)


def package_with(folder, monkeypatch, content):
    """A package `carrier` on the path, whose file data/model.bin holds `content`."""
    (folder / "carrier" / "data").mkdir(parents=True)
    (folder / "carrier" / "__init__.py").write_text("raise ImportError('never imported')")
    (folder / "carrier" / "data" / "model.bin").write_bytes(content)
    monkeypatch.syspath_prepend(str(folder))


def test_an_installed_package_brings_the_file_without_being_imported(server, tmp_path, monkeypatch):
    package_with(tmp_path / "site", monkeypatch, BODY)
    path = tmp_path / "model.bin"
    provide_weights(f"{server.url}/model.bin", path, INSTEAD, WHOLE_HASH, "carrier/data/model.bin")
    assert path.read_bytes() == BODY and server.asked == []


@pytest.mark.parametrize("name", ["carrier/data/absent.bin", "nowhere/model.bin", ""])
def test_without_the_packaged_file_it_is_fetched(server, tmp_path, monkeypatch, name):
    package_with(tmp_path / "site", monkeypatch, BODY)
    path = tmp_path / "model.bin"
    provide_weights(f"{server.url}/model.bin", path, INSTEAD, WHOLE_HASH, name)
    assert path.read_bytes() == BODY and server.asked == ["/model.bin"]


def test_a_packaged_file_with_another_hash_is_not_used(server, tmp_path, monkeypatch, caplog):
    package_with(tmp_path / "site", monkeypatch, b"changed")
    path = tmp_path / "model.bin"
    provide_weights(f"{server.url}/model.bin", path, INSTEAD, WHOLE_HASH, "carrier/data/model.bin")
    assert path.read_bytes() == BODY and "carrier/data/model.bin" in caplog.text
    server.body = b"also changed"
    path.unlink()
    with pytest.raises(InputError, match=f"the pin says {WHOLE_HASH}") as error:
        provide_weights(
            f"{server.url}/model.bin", path, INSTEAD, WHOLE_HASH, "carrier/data/model.bin"
        )
    assert "\n" not in str(error.value) and not path.exists()

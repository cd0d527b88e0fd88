"""Where first weights come from, and published files fetched from a server on loopback."""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch

from runform.acquire.weights import fetch_weights
from runform.encoder.checkpoint import load_encoder
from runform.encoder.dstformer import DSTformer, DSTformerConfig
from runform.encoder.published import FOLDER, PUBLISHED, SHIPPED, Start, find_start, is_own
from runform.errors import InputError

INSTEAD = "set encoder.pretrained: resources/encoders/runner-small.safetensors, which needs nothing"


def checkpoint_bytes(key: str, prefix: str, seed: int = 0) -> bytes:
    """A .bin as MotionBERT's authors write them."""
    torch.manual_seed(seed)
    model = DSTformer(DSTformerConfig(dim_feat=16, dim_rep=8, depth=1, num_heads=8, mlp_ratio=2))
    weights = {f"{prefix}{name}": value for name, value in model.state_dict().items()}
    file = io.BytesIO()
    torch.save(
        {"epoch": 90, "lr": 5e-4, "optimizer": {"state": {}}, key: weights, "min_loss": 100000},
        file,
    )
    return file.getvalue()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep the test's output clean."""


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.files, server.url = {}, f"http://127.0.0.1:{server.server_port}"
    threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    ).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("key", "prefix"), [("model_pos", "module."), ("model_pos", ""), ("model", "module.backbone.")]
)
def test_a_published_file_is_fetched_and_loaded(server, tmp_path, key, prefix):
    server.files["/latest_epoch.bin"] = checkpoint_bytes(key, prefix)
    fetch_weights(f"{server.url}/latest_epoch.bin", tmp_path / "mb.bin", INSTEAD)
    model = load_encoder(tmp_path / "mb.bin")
    torch.manual_seed(0)
    expected = DSTformer(model.config)
    assert all(
        torch.equal(value, model.state_dict()[name])
        for name, value in expected.state_dict().items()
    )


def test_another_file_at_the_second_download_is_refused(server, tmp_path):
    for seed in (0, 1):
        server.files["/latest_epoch.bin"] = checkpoint_bytes("model_pos", "module.", seed)
        if seed == 0:
            fetch_weights(f"{server.url}/latest_epoch.bin", tmp_path / "mb.bin", INSTEAD)
            (tmp_path / "mb.bin").unlink()
    with pytest.raises(
        InputError,
        match=r"its SHA-256 starts with [0-9a-f]{64}, .*mb\.bin\.sha256 says [0-9a-f]{64}\)",
    ):
        fetch_weights(f"{server.url}/latest_epoch.bin", tmp_path / "mb.bin", INSTEAD)
    assert not (tmp_path / "mb.bin").exists()


def test_a_file_that_is_gone_is_one_line_that_says_what_needs_nothing(server, tmp_path):
    with pytest.raises(InputError) as caught:
        fetch_weights(f"{server.url}/gone.bin", tmp_path / "mb.bin", INSTEAD)
    assert (
        "404" in str(caught.value)
        and str(caught.value).endswith(INSTEAD)
        and "\n" not in str(caught.value)
    )


class Harmful:
    """Pickles as a call, as an attack would."""

    def __reduce__(self):
        return (print, ("harm",))


def test_a_fetched_pickle_that_would_run_code_is_refused(server, tmp_path, capsys):
    file = io.BytesIO()
    torch.save({"model_pos": Harmful()}, file)
    server.files["/evil.bin"] = file.getvalue()
    fetch_weights(f"{server.url}/evil.bin", tmp_path / "evil.bin", INSTEAD)
    with pytest.raises(InputError, match="more than tensors and plain numbers"):
        load_encoder(tmp_path / "evil.bin")
    assert "harm" not in capsys.readouterr().out


def test_where_it_starts(tmp_path):
    file = tmp_path / "mine.bin"
    file.write_bytes(b"")
    assert find_start("train", "trained.safetensors") == Start("trained.safetensors")
    assert find_start(str(file), "") == Start(str(file))
    assert is_own(str(file)) and not any(map(is_own, ("train", "https://host/a.bin", SHIPPED)))
    lite = find_start("MotionBERT-Lite", "")
    assert lite.path == f"{FOLDER}/MotionBERT-Lite.bin"
    assert lite.url.startswith("https://huggingface.co/walterzhu/MotionBERT/resolve/")
    assert (
        all(len(sha256) in (0, 64) for _, sha256 in PUBLISHED.values()) and len(lite.sha256) == 64
    )
    one, other = (
        find_start(f"https://host/{folder}/best_epoch.pth?download=1", "") for folder in "ab"
    )
    assert one.path != other.path and one.path.endswith(".pth") and one.sha256 == ""


@pytest.mark.parametrize("name", ["MotionBert-Lite", "nowhere.bin", ""])
def test_anything_else_is_one_line(name):
    with pytest.raises(
        InputError, match=r"^encoder\.pretrained: .*expected train, MotionBERT, .*file that exists$"
    ):
        find_start(name, "")

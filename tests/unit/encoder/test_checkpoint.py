"""Weights on disk: there and back, MotionBERT's files, and what is refused."""

import pytest
import torch
from safetensors.torch import save_file

from runform.encoder.checkpoint import load_encoder, read_recipe, save_encoder
from runform.encoder.dstformer import DSTformer, DSTformerConfig
from runform.errors import InputError


def same(one: DSTformer, other: DSTformer, tolerance: float = 0) -> bool:
    pairs = zip(one.state_dict().items(), other.state_dict().items(), strict=True)
    return all(a == b and (v - w).abs().max() <= tolerance for (a, v), (b, w) in pairs)


def test_there_and_back_with_config_and_recipe(tiny, tmp_path):
    save_encoder(tiny, tmp_path / "a.safetensors", {"seed": 3})
    loaded = load_encoder(tmp_path / "a.safetensors")
    assert loaded.config == tiny.config
    assert same(loaded, tiny)
    assert read_recipe(tmp_path / "a.safetensors") == {"seed": 3}


def test_half_precision_halves_the_file_and_loads_as_fp32(tiny, tmp_path):
    save_encoder(tiny, tmp_path / "full.safetensors")
    save_encoder(tiny, tmp_path / "half.safetensors", half=True)
    assert (tmp_path / "half.safetensors").stat().st_size < 0.6 * (
        tmp_path / "full.safetensors"
    ).stat().st_size
    loaded = load_encoder(tmp_path / "half.safetensors")
    assert loaded.head.weight.dtype == torch.float32
    assert same(loaded, tiny, 1e-3)


def test_the_same_weights_give_the_same_bytes(tiny, tmp_path):
    for name in ("a", "b"):
        save_encoder(tiny, tmp_path / f"{name}.safetensors", {"z": 1, "a": 2})
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("key", ["model_pos", "model"])
def test_motionbert_files(tmp_path, prefix, key):
    config = DSTformerConfig(dim_feat=16, dim_rep=8, depth=2, num_heads=8, mlp_ratio=2)
    model = DSTformer(config)
    backbone = f"{prefix}backbone." if key == "model" else prefix
    weights = {f"{backbone}{name}": value for name, value in model.state_dict().items()}
    torch.save(
        {"epoch": 60, "lr": 2e-4, "optimizer": {"state": {}}, key: weights, "min_loss": 37.2},
        tmp_path / "best_epoch.bin",
    )
    loaded = load_encoder(tmp_path / "best_epoch.bin")
    assert loaded.config == config
    assert same(loaded, model)


class Harmful:
    """Pickles as a call, as an attack would."""

    def __reduce__(self):
        return (print, ("harm",))


def refusal(path) -> str:
    with pytest.raises(InputError) as caught:
        load_encoder(path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message


def test_a_pickle_that_would_run_code_is_refused(tmp_path, capsys):
    torch.save({"model_pos": Harmful()}, tmp_path / "bad.bin")
    assert "more than tensors and plain numbers" in refusal(tmp_path / "bad.bin")
    assert "harm" not in capsys.readouterr().out


def test_other_files_are_refused_in_one_line(tmp_path, tiny):
    (tmp_path / "text.bin").write_text("no checkpoint")
    (tmp_path / "text.safetensors").write_text("no checkpoint")
    save_file({"a": torch.zeros(1)}, tmp_path / "alien.safetensors")
    torch.save({"weights": {}}, tmp_path / "alien.bin")
    torch.save({"model_pos": {"a": torch.zeros(1)}}, tmp_path / "names.bin")
    cut = {name: value for name, value in tiny.state_dict().items() if name != "norm.bias"}
    torch.save({"model_pos": cut}, tmp_path / "cut.bin")
    assert "expected a MotionBERT checkpoint" in refusal(tmp_path / "text.bin")
    assert "not a checkpoint of runform" in refusal(tmp_path / "text.safetensors")
    assert "format None" in refusal(tmp_path / "alien.safetensors")
    assert "no weights under model_pos or model" in refusal(tmp_path / "alien.bin")
    assert "no tensor joints_embed.weight" in refusal(tmp_path / "names.bin")
    assert "norm.bias: found shape None: expected (16,)" in refusal(tmp_path / "cut.bin")
    assert "no such checkpoint" in refusal(tmp_path / "nothing.bin")

"""The network: its size, its sameness with mmpose's, and what it refuses."""

import numpy as np
import pytest
import torch
from torch.nn.functional import mse_loss

from runform.encoder.dstformer import MOTIONBERT, MOTIONBERT_LITE, DSTformer, DSTformerConfig


@pytest.mark.parametrize(
    ("config", "count"), [(MOTIONBERT, 42_466_317), (MOTIONBERT_LITE, 16_001_549)]
)
def test_parameter_counts_are_those_published(config, count):
    with torch.device("meta"):
        assert sum(parameter.numel() for parameter in DSTformer(config).parameters()) == count


def mmpose_name(name: str) -> str:
    """Our name of a parameter of the trunk -> mmpose's."""
    for ours, theirs in (
        ("pos_embed", "spat_embed"),
        ("ts_attn", "attn_regress"),
        (".fc1.", ".0."),
        (".fc2.", ".2."),
    ):
        name = name.replace(ours, theirs)
    return name


@pytest.mark.parametrize("frames", [1, 30, 150])
def test_equals_mmpose_forward_and_gradients(mmpose_reference, frames):
    arrays = {
        name: torch.tensor(array)
        for name, array in np.load(mmpose_reference / "dstformer.npz").items()
    }
    ours = DSTformer(DSTformerConfig(dim_feat=32, dim_rep=16, depth=2, num_heads=4))
    trunk = [name for name in ours.state_dict() if not name.startswith(("pre_logits", "head"))]
    weights = {name: arrays.pop(f"weight/{mmpose_name(name)}") for name in trunk}
    assert not [name for name in arrays if name.startswith("weight/")]
    ours.load_state_dict(weights, strict=False)

    x, wanted, theirs = (arrays[f"{frames}/{name}"] for name in ("x", "wanted", "y"))
    features = ours.features(x)
    torch.testing.assert_close(features, theirs, rtol=0, atol=1e-5)
    mse_loss(features, wanted).backward()
    for name, parameter in ours.named_parameters():
        if name in trunk:
            torch.testing.assert_close(
                parameter.grad,
                arrays[f"{frames}/gradient/{mmpose_name(name)}"],
                rtol=1e-4,
                atol=1e-5,
                msg=name,
            )


def kept_and_gradients(model, x, bf16: bool) -> tuple[int, list[torch.Tensor]]:
    """How many numbers a training step keeps for its backward pass, and the gradients that come of
    it.
    """
    kept = []
    model.zero_grad()
    hooks = torch.autograd.graph.saved_tensors_hooks(
        lambda tensor: kept.append(tensor.numel()) or tensor, lambda tensor: tensor
    )
    with hooks, torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
        loss = model(x).float().square().mean()
    loss.backward()
    return sum(kept), [parameter.grad.clone() for parameter in model.parameters()]


@pytest.mark.parametrize("bf16", [False, True])
def test_recomputed_or_kept_the_gradients_are_the_same(tiny, bf16):
    x, results = torch.randn(2, 30, 17, 3), {}
    for what in ("none", "mlp", "all"):
        tiny.recompute(what)
        results[what] = kept_and_gradients(tiny, x, bf16)
    assert results["all"][0] < results["mlp"][0] < results["none"][0]
    for what in ("mlp", "all"):
        torch.testing.assert_close(results[what][1], results["none"][1], rtol=0, atol=0)


def test_an_unknown_part_to_recompute_is_refused(tiny):
    with pytest.raises(ValueError, match="recompute 'some': expected one of none, mlp, all"):
        tiny.recompute("some")


def test_shapes_and_the_range_of_the_representation(tiny):
    x = torch.randn(2, 7, 17, 3)
    representation = tiny.represent(x)
    assert representation.shape == (2, 7, 17, 8)
    assert representation.abs().max() <= 1
    assert tiny(x).shape == (2, 7, 17, 3)
    torch.testing.assert_close(tiny.head(representation), tiny(x))


def test_windows_of_a_batch_do_not_see_each_other(tiny):
    x = torch.randn(3, 9, 17, 3)
    torch.testing.assert_close(tiny(x)[1:2], tiny(x[1:2]), rtol=0, atol=1e-6)


def test_bf16_stays_close_to_fp32(tiny):
    x = torch.randn(2, 30, 17, 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        half = tiny.represent(x).float()
    assert (half - tiny.represent(x)).norm() < 1e-2 * tiny.represent(x).norm()


def test_a_window_beyond_maxlen_is_refused(tiny):
    with pytest.raises(ValueError, match="a window of 244 frames: expected at most 243"):
        tiny(torch.zeros(1, 244, 17, 3))

"""Weights on disk: our own safetensors, which rebuild their model, and MotionBERT's pickles, read
without running code.
"""

import json
import pickle
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from runform.encoder.dstformer import DSTformer, DSTformerConfig
from runform.errors import InputError
from runform.files import written_aside

FORMAT = "runform-dstformer-1"
METADATA_KEY = "runform"  # the only one: safetensors writes several in no fixed order
MOTIONBERT_KEYS = ("model_pos", "model")  # of pose models, of action models
# What an encoder learned from besides the 2D of its corpus, the least first.
SUPERVISION = ("nothing", "3D of simulated runners", "form of simulated runners")
OF_PEOPLE = "3D of people"
DATA_PARALLEL = "module."  # torch's DataParallel puts it before each name


def save_encoder(
    model: DSTformer, path: str | Path, recipe: dict | None = None, half: bool = False
) -> None:
    """Write the weights as safetensors, with the model's config and `recipe` (JSON-able) as
    metadata.

    half: store as float16, which halves the file and changes a weight by at most 0.1 %.
    """
    dtype = torch.float16 if half else torch.float32
    # cloned: safetensors refuses tensors that share memory
    tensors = {
        name: value.detach().to("cpu", dtype).clone() for name, value in model.state_dict().items()
    }
    metadata = {"format": FORMAT, "config": asdict(model.config), "recipe": recipe or {}}
    with written_aside(path) as aside:
        save_file(tensors, aside, metadata={METADATA_KEY: json.dumps(metadata, sort_keys=True)})


def load_encoder(path: str | Path) -> DSTformer:
    """The encoder in `path`, in fp32: ours (`.safetensors`) or a MotionBERT checkpoint (`.bin`,
    `.pth`, `.pt`).

    InputError in one line for a file that is missing, is no checkpoint, or would run code.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"{path}: no such checkpoint: "
            "expected a .safetensors of runform or a .bin of MotionBERT"
        )
    config, tensors = (
        _read_safetensors(path) if path.suffix == ".safetensors" else _read_motionbert(path)
    )
    model = DSTformer(config)
    expected = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    shapes = {name: tuple(value.shape) for name, value in tensors.items()}
    if shapes != expected:
        name = sorted(set(expected.items()) ^ set(shapes.items()))[0][0]
        raise InputError(
            f"{path}: {name}: found shape {shapes.get(name)}: "
            f"expected {expected.get(name)} of a DSTformer"
        )
    model.load_state_dict({name: value.float() for name, value in tensors.items()})
    return model.eval()


def supervision_of(path: str | Path) -> str:
    """What labels an encoder saw in training: one of `SUPERVISION`, or those of people in 3D for
    MotionBERT's.
    """
    if Path(path).suffix != ".safetensors":
        return OF_PEOPLE
    recipe = read_recipe(path)
    losses = recipe.get("losses") or recipe.get("weights") or {}
    return strongest(recipe.get("supervision", SUPERVISION[0]), supervision_by(losses))


def supervision_by(losses: Mapping[str, float]) -> str:
    """What losses with these weights learn from."""
    if any(losses.get(name) for name in ("frame_heads", "window_heads", "same_form")):
        return SUPERVISION[2]
    return SUPERVISION[any(losses.get(name) for name in ("mpjpe", "n_mpjpe", "velocity"))]


def strongest(*supervision: str) -> str:
    """The one that says most of form; labels of people stand before those of simulated ones."""
    order = (*SUPERVISION[:1], OF_PEOPLE, *SUPERVISION[1:])
    return max(supervision, key=order.index)


def read_recipe(path: str | Path) -> dict:
    """How a checkpoint of ours was made: the recipe that `save_encoder` was given."""
    with safe_open(path, framework="pt") as file:
        return json.loads(file.metadata()[METADATA_KEY])["recipe"]


def _read_safetensors(path: Path) -> tuple[DSTformerConfig, dict[str, torch.Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads((file.metadata() or {}).get(METADATA_KEY, "{}"))
            tensors = {name: file.get_tensor(name) for name in list(file.keys())}
        if metadata.get("format") == FORMAT:
            return DSTformerConfig(**metadata["config"]), tensors
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: not a checkpoint of runform: {reason}") from None
    raise InputError(f"{path}: format {metadata.get('format')!r}: expected {FORMAT!r}")


def _read_motionbert(path: Path) -> tuple[DSTformerConfig, dict[str, torch.Tensor]]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, LookupError) as error:
        runs_code = "weights_only" in str(error).lower()
        reason = "holds more than tensors and plain numbers" if runs_code else "cannot be read"
        raise InputError(
            f"{path}: refused: {reason}: "
            "expected a MotionBERT checkpoint of tensors and plain numbers only"
        ) from None
    weights = None
    if isinstance(content, dict):
        weights = next((content[key] for key in MOTIONBERT_KEYS if key in content), None)
    if not isinstance(weights, dict) or not all(
        isinstance(value, torch.Tensor) for value in weights.values()
    ):
        raise InputError(
            f"{path}: no weights under {' or '.join(MOTIONBERT_KEYS)}: "
            "expected a MotionBERT checkpoint"
        )
    tensors = {_without_prefix(name): value for name, value in weights.items()}
    try:
        return _infer_config(tensors), tensors
    except KeyError as error:
        raise InputError(
            f"{path}: no tensor {error.args[0]}: expected the names of a DSTformer"
        ) from None


def _without_prefix(name: str) -> str:
    """Without DataParallel's prefix, and without the `backbone.` of action models."""
    for prefix in (DATA_PARALLEL, "backbone.", DATA_PARALLEL):
        name = name.removeprefix(prefix)
    return name


def _infer_config(tensors: dict[str, torch.Tensor]) -> DSTformerConfig:
    """Sizes as the tensors show them, and the 8 heads that all published MotionBERT models have."""
    dim_feat = tensors["joints_embed.weight"].shape[0]
    return DSTformerConfig(
        dim_feat=dim_feat,
        dim_rep=tensors["pre_logits.fc.weight"].shape[0],
        depth=1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("blocks_st.")),
        num_heads=8,
        mlp_ratio=tensors["blocks_st.0.mlp_s.fc1.weight"].shape[0] // dim_feat,
        maxlen=tensors["temp_embed"].shape[1],
        num_joints=tensors["pos_embed"].shape[1],
        dim_in=tensors["joints_embed.weight"].shape[1],
        dim_out=tensors["head.weight"].shape[0],
    )

"""Weights on disk: our own safetensors, which rebuild their model, and MotionBERT's pickles, read
without running them.
"""

import json
import pickle
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from runform.encoder.dstformer import DSTformer, DSTformerConfig
from runform.errors import InputError
from runform.files import written_aside

FORMAT = "runform-dstformer-1"
ABOUT = "runform"  # the one key of the file's metadata
MOTIONBERT_KEYS = ("model_pos", "model")  # pose models, action models
DROPPED = "module."  # what torch's DataParallel puts before each name


def save_encoder(
    model: DSTformer, path: str | Path, recipe: dict | None = None, half: bool = False
) -> None:
    """Write the weights as safetensors with the model's config and `recipe` (JSON-able) in its
    metadata.

    half: store as float16, which halves the file; weights then lie within 0.1 % of what was
    trained.
    """
    dtype = torch.float16 if half else torch.float32
    # cloned: safetensors refuses tensors that share memory
    tensors = {
        name: value.detach().to("cpu", dtype).clone() for name, value in model.state_dict().items()
    }
    about = {"format": FORMAT, "config": asdict(model.config), "recipe": recipe or {}}
    with written_aside(path) as aside:
        # one entry: safetensors writes several in no fixed order
        save_file(tensors, aside, metadata={ABOUT: json.dumps(about, sort_keys=True)})


def load_encoder(path: str | Path) -> DSTformer:
    """The encoder in `path`, in fp32: ours (`.safetensors`) or a MotionBERT checkpoint (`.bin`,
    `.pth`, `.pt`).

    Raises InputError in one line for a file that is missing, not a checkpoint, or asks to run code.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            f"{path}: no such checkpoint: expected a .safetensors of runform or a .bin of MotionBERT"
        )
    config, tensors = _read_own(path) if path.suffix == ".safetensors" else _read_motionbert(path)
    model = DSTformer(config)
    wanted = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in tensors.items()}
    if wanted != found:
        name = sorted(set(wanted.items()) ^ set(found.items()))[0][0]
        raise InputError(
            f"{path}: {name}: found shape {found.get(name)}: expected {wanted.get(name)} of a DSTformer"
        )
    model.load_state_dict({name: value.float() for name, value in tensors.items()})
    return model.eval()


def read_recipe(path: str | Path) -> dict:
    """How a checkpoint of ours was made: what `save_encoder` was given."""
    with safe_open(path, framework="pt") as file:
        return json.loads(file.metadata()[ABOUT])["recipe"]


def _read_own(path: Path) -> tuple[DSTformerConfig, dict[str, torch.Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {}).get(ABOUT, "{}"))
            if about.get("format") != FORMAT:
                raise InputError(f"{path}: format {about.get('format')!r}: expected {FORMAT!r}")
            return DSTformerConfig(**about["config"]), {
                name: file.get_tensor(name) for name in file.keys()
            }  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, ValueError) as fault:
        if isinstance(fault, InputError):
            raise
        raise InputError(
            f"{path}: not a checkpoint of runform: {str(fault).splitlines()[0]}"
        ) from None


def _read_motionbert(path: Path) -> tuple[DSTformerConfig, dict[str, torch.Tensor]]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, LookupError) as fault:
        why = (
            "holds more than tensors and plain numbers"
            if "weights_only" in str(fault).lower()
            else "cannot be read"
        )
        raise InputError(
            f"{path}: refused: {why}: expected a MotionBERT checkpoint of tensors and plain numbers only"
        ) from None
    weights = (
        next((content[key] for key in MOTIONBERT_KEYS if key in content), None)
        if isinstance(content, dict)
        else None
    )
    if not isinstance(weights, dict) or not all(
        isinstance(value, torch.Tensor) for value in weights.values()
    ):
        raise InputError(
            f"{path}: no weights under {' or '.join(MOTIONBERT_KEYS)}: expected a MotionBERT checkpoint"
        )
    tensors = {_own_name(name): value for name, value in weights.items()}
    try:
        return _infer_config(tensors), tensors
    except KeyError as fault:
        raise InputError(
            f"{path}: no tensor {fault.args[0]}: expected the names of a DSTformer"
        ) from None


def _own_name(name: str) -> str:
    """Without DataParallel's prefix, and without the `backbone.` under which action models keep the
    encoder.
    """
    return name.removeprefix(DROPPED).removeprefix("backbone.").removeprefix(DROPPED)


def _infer_config(tensors: dict[str, torch.Tensor]) -> DSTformerConfig:
    """Sizes as the tensors show them; all published MotionBERT models have 8 heads, which no tensor
    shows.
    """
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

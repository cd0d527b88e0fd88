"""Seconds per training step and per inference window, and peak memory, of the encoder beside two
other forms of it.

    .venv-mmpose/bin/python benchmarks/encoder.py [--threads 2] [--repeats 5] [--only small]
    [--cpu-time]

The environment with mmpose: `sh envs/make_venv.sh .venv-mmpose "" envs/mmpose`.
plain: attention written out with a copy in each reshape, as MotionBERT computes it.  mmpose:
mmpose's own DSTFormer with the same tail.  ours: workflow/runform/encoder/dstformer.py; `ours, mlp`
and `ours, all`: with those parts computed again in the backward pass (`recompute` in the config),
which changes nothing without training.  All hold the same weights; `difference` is the largest
relative one of the representation against plain in fp32. Each cell is the least of several repeats,
taken in turn, so that a busy machine disturbs all forms alike; --cpu-time counts the seconds of the
processor and not of the clock, which on one thread stay comparable on a machine that is never
quiet. Memory is the growth of the peak by one training step in a process of its own (Linux).
`product` is one matrix product of the size's MLP, fp32 over bf16: most of a step of Lite is such
products, so that bf16 can hardly gain more.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

from runform.encoder.dstformer import MOTIONBERT_LITE, Attention, DSTformer, DSTformerConfig
from runform.pose.mmpose_export import import_mmpose

SIZES = {"small": DSTformerConfig(), "Lite": MOTIONBERT_LITE}
FRAMES = (30, 81, 243)
FRAMES_A_STEP = {"small": 480, "Lite": 243}  # windows of a batch make up about this many frames
FORMS = ("plain", "mmpose", "ours", "ours, mlp", "ours, all")


class PlainAttention(Attention):
    """The textbook form: batch x heads x length x channels by copies, scores written out."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        channels = x.shape[-1]
        if self.over == "time":
            x = x.transpose(1, 2)
        tokens = x.reshape(-1, x.shape[2], channels)  # (N, L, C)
        qkv = (
            self.qkv(tokens)
            .reshape(*tokens.shape[:2], 3, self.num_heads, -1)
            .permute(2, 0, 3, 1, 4)
        )
        q, k, v = qkv.unbind(0)  # (N, H, L, c)
        scores = (q @ k.transpose(-2, -1)) * (channels // self.num_heads) ** -0.5
        y = (scores.softmax(dim=-1) @ v).transpose(1, 2).reshape(tokens.shape)
        y = self.proj(y).reshape(x.shape)
        return y.transpose(1, 2) if self.over == "time" else y


class MmposeForm(nn.Module):
    """mmpose's trunk under our tail, with the weights of `model`."""

    def __init__(self, model: DSTformer):
        super().__init__()
        import_mmpose()
        from mmpose.models.backbones.dstformer import DSTFormer

        config = model.config
        self.trunk = DSTFormer(3, config.dim_feat, config.depth, config.num_heads, config.mlp_ratio)
        names = (
            ("pos_embed", "spat_embed"),
            ("ts_attn", "attn_regress"),
            (".fc1.", ".0."),
            (".fc2.", ".2."),
        )
        weights = {
            name: value
            for name, value in model.state_dict().items()
            if not name.startswith(("pre_logits", "head"))
        }
        for ours, theirs in names:
            weights = {name.replace(ours, theirs): value for name, value in weights.items()}
        self.trunk.load_state_dict(weights)
        self.pre_logits, self.head = model.pre_logits, model.head

    def represent(self, x: torch.Tensor) -> torch.Tensor:
        return self.pre_logits(self.trunk(x))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.represent(x))


def build(form: str, size: str) -> nn.Module:
    """One form of the network, the same weights for each."""
    torch.manual_seed(0)
    model = DSTformer(SIZES[size])
    if form == "mmpose":
        return MmposeForm(model)
    model.recompute(form.partition(", ")[2] or "none")
    if form == "plain":
        for module in model.modules():
            if isinstance(module, Attention):
                module.__class__ = PlainAttention
    return model


def train_step(model: nn.Module, x: torch.Tensor, bf16: bool) -> None:
    model.zero_grad(set_to_none=True)
    with torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=bf16):
        loss = (model(x).float() - x).square().mean()
    loss.backward()


def infer(model: nn.Module, x: torch.Tensor, bf16: bool) -> torch.Tensor:
    with torch.inference_mode(), torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=bf16):
        return model.represent(x).float()


def batch(size: str, frames: int, device: str) -> torch.Tensor:
    return torch.rand(
        max(1, FRAMES_A_STEP[size] // frames),
        frames,
        17,
        3,
        generator=torch.Generator().manual_seed(1),
    ).to(device)


def seconds(call, device: str, clock=time.perf_counter) -> float:
    start = clock()
    call()
    if device == "cuda":
        torch.cuda.synchronize()
    return clock() - start


def product_gain(size: str, repeats: int, device: str, clock) -> float:
    """How many times faster bf16 is than fp32 at the product of a batch's tokens with the first
    matrix of an MLP.
    """
    channels = SIZES[size].dim_feat
    tokens = torch.rand(FRAMES_A_STEP[size] * 17, channels, device=device)
    weights = torch.rand(channels, SIZES[size].mlp_ratio * channels, device=device)
    best = {}
    for dtype in (torch.float32, torch.bfloat16):
        a, b = tokens.to(dtype), weights.to(dtype)
        best[dtype] = min(
            seconds(lambda a=a, b=b: a @ b, device, clock) for _ in range(10 * repeats)
        )
    return best[torch.float32] / best[torch.bfloat16]


def compare(size: str, frames: int, bf16: bool, repeats: int, device: str, clock) -> None:
    x = batch(size, frames, device)
    models = {form: build(form, size).to(device) for form in FORMS}
    expected = infer(models["plain"], x, bf16=False)
    times = {form: ([], []) for form in FORMS}
    for _ in range(repeats + 1):  # the first one warms up
        for form, model in models.items():
            times[form][0].append(
                seconds(lambda model=model: train_step(model, x, bf16), device, clock)
            )
            times[form][1].append(
                seconds(lambda model=model: infer(model, x[:1], bf16), device, clock)
            )
    for form, model in models.items():
        step, window = (min(values[1:]) for values in times[form])
        difference = ((infer(model, x, bf16) - expected).norm() / expected.norm()).item()
        memory = (
            peak_mb(form, size, frames, bf16) if device == "cpu" else gpu_peak_mb(model, x, bf16)
        )
        precision = "bf16" if bf16 else "fp32"
        print(
            f"| {size} | {frames} x {len(x)} | {precision} | {form} | {1000 * step:.0f} "
            f"| {1000 * window:.1f} | {memory:.0f} | {difference:.1e} |",
            flush=True,
        )


def gpu_peak_mb(model: nn.Module, x: torch.Tensor, bf16: bool) -> float:
    """Growth of the peak of the GPU's allocated memory by one training step, 10^6 bytes."""
    model.zero_grad(set_to_none=True)
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    train_step(model, x, bf16)
    return (torch.cuda.max_memory_allocated() - before) / 1e6


def peak_mb(form: str, size: str, frames: int, bf16: bool) -> float:
    """Growth of the peak of resident memory by a training step, in a fresh process, 10^6 bytes."""
    asked = json.dumps([form, size, frames, bf16, torch.get_num_threads()])
    done = subprocess.run(
        [sys.executable, __file__, "--memory", asked], capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def measure_memory(form: str, size: str, frames: int, bf16: bool, threads: int) -> None:
    torch.set_num_threads(threads)
    model, x = build(form, size), batch(size, frames, "cpu")
    train_step(model, x[:1, :8], bf16)  # loads what a step needs, whatever its size
    model.zero_grad(set_to_none=True)
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from what is resident now
    before = _peak_kb()
    train_step(model, x, bf16)
    print((_peak_kb() - before) * 1024 / 1e6)


def _peak_kb() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", choices=SIZES, help="one size")
    parser.add_argument("--frames", type=int, nargs="+", help="these lengths of windows alone")
    parser.add_argument(
        "--cpu-time", action="store_true", help="seconds of the processor; with --threads 1"
    )
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if importlib.util.find_spec("mmpose") is None:
        sys.exit(f"runform: {sys.executable} has no mmpose: expected .venv-mmpose/bin/python")
    if arguments.memory:
        measure_memory(*json.loads(arguments.memory))
        return
    torch.set_num_threads(arguments.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    clock = time.process_time if arguments.cpu_time else time.perf_counter
    clock_name = "processor" if arguments.cpu_time else "clock"
    print(f"torch {torch.__version__}, {device}, {arguments.threads} threads, {clock_name} time\n")
    heads = "size", "frames x windows", "precision", "form", "step, ms", "window, ms", "peak, MB"
    print(f"| {' | '.join(heads)} | difference |\n|{' --- |' * (len(heads) + 1)}")
    sizes = [arguments.only] if arguments.only else list(SIZES)
    for size in sizes:
        for frames in arguments.frames or FRAMES:
            for bf16 in (False, True):
                compare(size, frames, bf16, arguments.repeats, device, clock)
    for size in sizes:
        gain = product_gain(size, arguments.repeats, device, clock)
        print(f"\nOne matrix product of an MLP, {size}: {gain:.2f} times faster in bf16.")


if __name__ == "__main__":
    main()

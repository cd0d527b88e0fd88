"""DSTformer, MotionBERT's encoder (Zhu et al., ICCV 2023): 2D keypoints with confidence in,
representation or 3D joints out.

Parameters bear MotionBERT's names, so that its checkpoints load.

Legend: B windows, F frames, J joints (17), C channels, H heads, c = C / H, R channels of the
representation; N sequences of L tokens in attention: joints of a frame or frames of a joint.
"""

from collections import OrderedDict
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

NORM_EPS = 1e-6
# Up to so many tokens and channels a head, attention on a CPU is faster in fp32 than in bf16.
FP32_TOKENS, FP32_CHANNELS = 32, 16
RECOMPUTE = ("none", "mlp", "all")


@dataclass(frozen=True)
class DSTformerConfig:
    """What it takes to rebuild the model; stored in each of our checkpoints."""

    dim_feat: int = 64  # C; MotionBERT-Lite 256, full 512
    dim_rep: int = 128  # R; Lite and full 512
    depth: int = 2  # levels, each with two blocks; Lite and full 5
    num_heads: int = 4  # Lite and full 8
    mlp_ratio: int = 4  # full 2
    maxlen: int = 243  # longest window, frames
    num_joints: int = 17
    dim_in: int = 3  # x, y, confidence
    dim_out: int = 3  # x, y, z


MOTIONBERT = DSTformerConfig(dim_feat=512, dim_rep=512, depth=5, mlp_ratio=2)
MOTIONBERT_LITE = DSTformerConfig(dim_feat=256, dim_rep=512, depth=5, mlp_ratio=4)


def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """softmax(q k' / sqrt(c)) v for (N, H, L, c).

    Written out on a CPU, where torch's fused kernel is slower for short windows and in bf16.
    """
    if q.is_cuda:
        return F.scaled_dot_product_attention(q, k, v)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)  # (N, H, L, L)
    return scores.softmax(dim=-1) @ v  # (N, H, L, c)


class Attention(nn.Module):
    """Multi-head attention over the joints of a frame (`over="space"`) or the frames of a joint
    (`over="time"`).

    The tokens are copied once on the way in, for q, k and v together, and once on the way out.
    """

    def __init__(self, config: DSTformerConfig, over: str):
        super().__init__()
        self.num_heads, self.over = config.num_heads, over
        self.qkv = nn.Linear(config.dim_feat, 3 * config.dim_feat)
        self.proj = nn.Linear(config.dim_feat, config.dim_feat)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, F, J, C) -> (B, F, J, C), in the dtype that the layers compute in."""
        qkv = self.qkv(x).unflatten(-1, (3, self.num_heads, -1))  # (B, F, J, 3, H, c)
        dtype = qkv.dtype
        if self.over == "space":
            qkv = qkv.permute(3, 0, 1, 4, 2, 5)  # (3, B, F, H, J, c)
        else:
            qkv = qkv.permute(3, 0, 2, 4, 1, 5)  # (3, B, J, H, F, c)
        small = qkv.shape[-2] <= FP32_TOKENS and qkv.shape[-1] <= FP32_CHANNELS
        inside = torch.float32 if small and not qkv.is_cuda else dtype
        q, k, v = _copied(qkv, inside).flatten(1, 2)  # each (N, H, L, c)
        with torch.autocast(x.device.type, enabled=False):
            y = attend(q, k, v).unflatten(0, qkv.shape[1:3])  # (B, F, H, J, c) or (B, J, H, F, c)
        y = y.permute((0, 1, 3, 2, 4) if self.over == "space" else (0, 3, 1, 2, 4))
        return self.proj(_copied(y, dtype).flatten(-2))  # (B, F, J, H, c) -> (B, F, J, C)


def _copied(x: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """`x` laid out in the order of its axes and converted to `dtype` in one copy."""
    return x.to(dtype, memory_format=torch.contiguous_format).contiguous()


class MLP(nn.Module):
    """Two linear layers with a GELU between."""

    def __init__(self, config: DSTformerConfig):
        super().__init__()
        self.fc1 = nn.Linear(config.dim_feat, config.mlp_ratio * config.dim_feat)
        self.fc2 = nn.Linear(config.mlp_ratio * config.dim_feat, config.dim_feat)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    """Attention and MLP over space, then over time (`order="st"`), or time first (`"ts"`).

    recompute: see `DSTformer.recompute`.
    """

    def __init__(self, config: DSTformerConfig, order: str):
        super().__init__()
        self.order, self.recompute = order, "none"
        self.norm1_s = nn.LayerNorm(config.dim_feat, eps=NORM_EPS)
        self.attn_s = Attention(config, "space")
        self.norm2_s = nn.LayerNorm(config.dim_feat, eps=NORM_EPS)
        self.mlp_s = MLP(config)
        self.norm1_t = nn.LayerNorm(config.dim_feat, eps=NORM_EPS)
        self.attn_t = Attention(config, "time")
        self.norm2_t = nn.LayerNorm(config.dim_feat, eps=NORM_EPS)
        self.mlp_t = MLP(config)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, F, J, C) -> (B, F, J, C)."""
        layers = {
            "s": (self.norm1_s, self.attn_s, self.norm2_s, self.mlp_s),
            "t": (self.norm1_t, self.attn_t, self.norm2_t, self.mlp_t),
        }
        for over in self.order:
            norm1, attn, norm2, mlp = layers[over]
            x = x + _normed(x, norm1, attn, self.recompute == "all")
            x = x + _normed(x, norm2, mlp, self.recompute in ("mlp", "all"))
        return x


def _normed(x: torch.Tensor, norm: nn.Module, layer: nn.Module, recompute: bool) -> torch.Tensor:
    """layer(norm(x)); with `recompute` only x is kept, and the backward pass computes the rest
    again.
    """
    if recompute and torch.is_grad_enabled():
        return checkpoint(
            lambda x: layer(norm(x)), x, use_reentrant=False, preserve_rng_state=False
        )
    return layer(norm(x))


def fuse(st: torch.Tensor, ts: torch.Tensor, fusion: nn.Linear) -> torch.Tensor:
    """Both streams (B, F, J, C), weighted by the softmax of fusion's two values of (B, F, J, 2C).

    The first of two softmax weights is the sigmoid of the difference of their values, which is
    linear in each stream: so the streams need not be concatenated.
    """
    channels, weight = st.shape[-1], fusion.weight[:1] - fusion.weight[1:]  # (1, 2C)
    bias = fusion.bias[:1] - fusion.bias[1:]
    difference = F.linear(st, weight[:, :channels], bias) + F.linear(ts, weight[:, channels:])
    return torch.lerp(ts, st, difference.sigmoid().to(st.dtype).expand_as(st))  # (B, F, J, C)


class DSTformer(nn.Module):
    """Two streams of blocks that read the same tokens at each level, fused per frame and joint by
    learned weights.
    """

    def __init__(self, config: DSTformerConfig):
        super().__init__()
        self.config = config
        self.joints_embed = nn.Linear(config.dim_in, config.dim_feat)
        self.pos_embed = nn.Parameter(torch.zeros(1, config.num_joints, config.dim_feat))
        self.temp_embed = nn.Parameter(torch.zeros(1, config.maxlen, 1, config.dim_feat))
        self.blocks_st = nn.ModuleList(Block(config, "st") for _ in range(config.depth))
        self.blocks_ts = nn.ModuleList(Block(config, "ts") for _ in range(config.depth))
        self.ts_attn = nn.ModuleList(nn.Linear(2 * config.dim_feat, 2) for _ in range(config.depth))
        self.norm = nn.LayerNorm(config.dim_feat, eps=NORM_EPS)
        self.pre_logits = nn.Sequential(
            OrderedDict(fc=nn.Linear(config.dim_feat, config.dim_rep), act=nn.Tanh())
        )
        self.head = nn.Linear(config.dim_rep, config.dim_out)
        self._start_weights()

    def _start_weights(self) -> None:
        """Truncated normal weights, zero biases, fusion in equal shares, as MotionBERT.

        MotionBERT's standard deviation of 0.02 suits 512 channels; a narrow model would start so
        small that it hardly learns. Here it follows the layer's width: at 64 channels that halves
        the time to the same error. Not called init_weights, since mmengine would call that again
        and overwrite the weights that a training starts from.
        """
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=module.in_features**-0.5)
                nn.init.zeros_(module.bias)
        for embedding in (self.pos_embed, self.temp_embed):
            nn.init.trunc_normal_(embedding, std=0.02)
        for fusion in self.ts_attn:
            nn.init.zeros_(fusion.weight)
            nn.init.constant_(fusion.bias, 0.5)

    def recompute(self, what: str) -> None:
        """Save memory in training: the backward pass computes the MLPs ("mlp") or attention and
        MLPs ("all") of each block again instead of keeping them; "none" keeps all.

        Gradients are the same; benchmarks/encoder.py measures time and memory.
        """
        if what not in RECOMPUTE:
            raise ValueError(f"recompute {what!r}: expected one of {', '.join(RECOMPUTE)}")
        for block in (*self.blocks_st, *self.blocks_ts):
            block.recompute = what

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """(B, F, J, C) after the last norm, from x (B, F, J, 3) with F up to config.maxlen."""
        if x.shape[1] > self.config.maxlen:
            raise ValueError(
                f"a window of {x.shape[1]} frames: expected at most {self.config.maxlen}"
            )
        x = self.joints_embed(x) + self.pos_embed + self.temp_embed[:, : x.shape[1]]  # (B, F, J, C)
        for block_st, block_ts, fusion in zip(
            self.blocks_st, self.blocks_ts, self.ts_attn, strict=True
        ):
            x = fuse(block_st(x), block_ts(x), fusion)
        return self.norm(x)

    def represent(self, x: torch.Tensor) -> torch.Tensor:
        """The motion representation (B, F, J, R), within -1..1, of x (B, F, J, 3)."""
        return self.pre_logits(self.features(x))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """3D joints (B, F, J, 3) of x (B, F, J, 3): x, y like the input, z away from camera."""
        return self.head(self.represent(x))

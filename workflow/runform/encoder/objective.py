"""Training losses, all means over windows, frames and joints, as MotionBERT defines them (Zhu et
al. 2023, section 4).

Legend: B windows, F frames, J joints (H36M-17), L limbs (16). Coordinates in any one unit; losses
come out in it.
"""

from dataclasses import dataclass
from functools import cache

import torch
from torch import nn

from runform.encoder.dstformer import DSTformer
from runform.mmengine_import import BaseModel
from runform.skeleton import get_skeleton

# keeps the gradient of a length of zero finite and the best scale of an empty pose defined
SMALLEST = 1e-12


def reprojection_2d(
    predicted: torch.Tensor, target: torch.Tensor, confidence: torch.Tensor
) -> torch.Tensor:
    """The seed's loss: mean of confidence x distance in the image, orthographic, so z is dropped.

    predicted (B, F, J, 3), target (B, F, J, 2 or more), confidence (B, F, J, 1).
    """
    return _norm((predicted[..., :2] - target[..., :2]) * confidence).mean()


def mpjpe(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean per-joint position error of (B, F, J, 3)."""
    return _norm(predicted - target).mean()


def n_mpjpe(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """MPJPE after the best scale of each frame (Rhodin et al. 2018): s = mean_j(g.p) / mean_j(p.p)."""
    along = (target * predicted).sum(dim=-1, keepdim=True).mean(dim=-2, keepdim=True)
    own = (predicted**2).sum(dim=-1, keepdim=True).mean(dim=-2, keepdim=True)
    return mpjpe(predicted * along / own.clamp_min(SMALLEST), target)


def velocity(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean per-joint error of the step from frame to frame; per frame, not per second."""
    return mpjpe(predicted.diff(dim=1), target.diff(dim=1))


def limb_variance(predicted: torch.Tensor) -> torch.Tensor:
    """Mean over limbs of the variance over frames (unbiased) of each limb's length."""
    return limb_lengths(predicted).var(dim=1).mean()


def limb_symmetry(predicted: torch.Tensor) -> torch.Tensor:
    """Mean difference of a left limb's length from its right counterpart's."""
    left, right = _mirror_limbs()
    lengths = limb_lengths(predicted)
    return (lengths[..., left] - lengths[..., right]).abs().mean()


def limb_lengths(joints: torch.Tensor) -> torch.Tensor:
    """(B, F, L) from (B, F, J, 3)."""
    ends = torch.tensor(get_skeleton("h36m17").limb_indices, device=joints.device)
    return _norm(joints[..., ends[:, 0], :] - joints[..., ends[:, 1], :])


def _norm(difference: torch.Tensor) -> torch.Tensor:
    """Length along the last axis; in fp32 whatever came in, since bf16 cannot hold the squares'
    sum.
    """
    return (difference.float() ** 2).sum(dim=-1).clamp_min(SMALLEST).sqrt()


@cache
def _mirror_limbs() -> tuple[list[int], list[int]]:
    limbs = get_skeleton("h36m17").limbs
    left = [row for row, limb in enumerate(limbs) if any(end.startswith("left_") for end in limb)]
    right = [
        limbs.index(tuple(end.replace("left_", "right_") for end in limbs[row])) for row in left
    ]
    return left, right


LOSSES_3D = {"mpjpe": mpjpe, "n_mpjpe": n_mpjpe, "velocity": velocity}
LOSSES_SHAPE = {"limb_variance": limb_variance, "limb_symmetry": limb_symmetry}


def known_squares(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared error where `target` is known (not NaN); 0 where nothing is."""
    known = target.isfinite()
    difference = torch.where(known, predicted.float() - target.nan_to_num(), 0.0)
    return (difference**2).sum() / known.sum().clamp_min(1)


# What is minimised: 2D reprojection on clips, 3D losses and form heads on simulated runners,
# weighted and summed.
#
# Legend: B windows, F frames, J joints (17), R channels of the representation, P measures per
# frame, M measures per window.


ROOT = 0


@dataclass(frozen=True)
class LossWeights:
    """Share of each loss in the sum; 0 switches it off. MotionBERT's 3D total: mpjpe + 0.5 n_mpjpe
    + 20 velocity.
    """

    reprojection_2d: float = 1.0
    mpjpe: float = 0.0
    n_mpjpe: float = 0.0
    velocity: float = 0.0
    limb_variance: float = 0.0
    limb_symmetry: float = 0.0
    frame_heads: float = 0.0
    window_heads: float = 0.0

    @property
    def anchored(self) -> bool:
        """Whether simulated 3D runners are asked for."""
        return any((self.mpjpe, self.n_mpjpe, self.velocity, self.frame_heads, self.window_heads))


class FormHeads(nn.Module):
    """Linear readings of form off the representation: so that the embedding has to carry what they
    read.
    """

    def __init__(self, dim_rep: int, frame_measures: int, window_measures: int, joints: int = 17):
        super().__init__()
        self.per_frame = nn.Linear(joints * dim_rep, frame_measures)
        self.per_window = nn.Linear(joints * dim_rep, window_measures)

    def forward(self, representation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(B, F, P) and (B, M) from (B, F, J, R); the second from the mean over frames, as clips
        are embedded.
        """
        flat = representation.flatten(2)  # (B, F, J*R)
        return self.per_frame(flat), self.per_window(flat.mean(dim=1))


class Objective(BaseModel):
    """The encoder with its losses, in the form mmengine's Runner trains.

    A batch may hold `motion` (B, F, J, 3), clips of which only 2D is known, and simulated runners,
    G windows an item: `sim_motion` (B, G, F, J, 3), `sim_joints` (B, G, F, J, 3), and for the heads
    `sim_frame` (B, G, F, P) and `sim_window` (B, G, M), standardised, NaN where unknown. All joints
    are compared relative to the root.
    """

    def __init__(self, encoder: DSTformer, weights: LossWeights, heads: FormHeads | None = None):
        super().__init__()
        self.encoder, self.weights, self.heads = encoder, weights, heads

    def forward(self, mode: str = "loss", **batch: torch.Tensor) -> dict[str, torch.Tensor]:
        """Each loss that has a weight, unweighted and by name, and their weighted sum as `loss`."""
        found = {}
        if "motion" in batch:
            found |= self.losses_2d(batch["motion"])
        if "sim_motion" in batch:
            found |= self.losses_3d(
                **{
                    name: value.flatten(0, 1)
                    for name, value in batch.items()
                    if name.startswith("sim_")
                }
            )
        total = sum(getattr(self.weights, name) * value for name, value in found.items())
        return {name: value.detach() for name, value in found.items()} | {"loss": total}

    def losses_2d(self, motion: torch.Tensor) -> dict[str, torch.Tensor]:
        """By name, of clips (B, F, J, 3) of which only 2D is known: reprojection, and the losses of
        shape that have a weight.
        """
        predicted = self.encoder(motion)
        predicted = predicted - predicted[:, :, ROOT : ROOT + 1]
        target = motion[..., :2] - motion[:, :, ROOT : ROOT + 1, :2]
        found = {"reprojection_2d": reprojection_2d(predicted, target, motion[..., 2:])}
        return found | {
            name: loss(predicted)
            for name, loss in LOSSES_SHAPE.items()
            if getattr(self.weights, name)
        }

    def losses_3d(
        self, sim_motion, sim_joints, sim_frame=None, sim_window=None
    ) -> dict[str, torch.Tensor]:
        """By name, of simulated runners: sim_motion and sim_joints (B, F, J, 3), the losses of 3D
        joints that have a weight.

        With heads also the mean squared errors of their readings, of sim_frame (B, F, P) and
        sim_window (B, M).
        """
        representation = self.encoder.represent(sim_motion)
        predicted = self.encoder.head(representation)
        predicted = predicted - predicted[:, :, ROOT : ROOT + 1]
        target = sim_joints - sim_joints[:, :, ROOT : ROOT + 1]
        found = {
            name: loss(predicted, target)
            for name, loss in LOSSES_3D.items()
            if getattr(self.weights, name)
        }
        if self.heads is not None:
            per_frame, per_window = self.heads(representation)
            found["frame_heads"] = known_squares(per_frame, sim_frame)
            found["window_heads"] = known_squares(per_window, sim_window)
        return found

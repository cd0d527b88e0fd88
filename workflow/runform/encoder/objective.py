"""What is minimised: 2D reprojection on clips, 3D losses and form heads on simulated runners, weighted and summed.

Legend: B windows, F frames, J joints (17), R channels of the representation, P measures per frame, M measures per window.
"""

from dataclasses import dataclass

import torch
from torch import nn

from runform.encoder import losses
from runform.encoder.dstformer import DSTformer
from runform.engine import BaseModel

ROOT = 0


@dataclass(frozen=True)
class LossWeights:
    """Share of each loss in the sum; 0 switches it off. MotionBERT's 3D total: mpjpe + 0.5 n_mpjpe + 20 velocity."""

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
    """Linear readings of form off the representation: so that the embedding has to carry what they read."""

    def __init__(self, dim_rep: int, frame_measures: int, window_measures: int, joints: int = 17):
        super().__init__()
        self.per_frame = nn.Linear(joints * dim_rep, frame_measures)
        self.per_window = nn.Linear(joints * dim_rep, window_measures)

    def forward(self, representation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(B, F, P) and (B, M) from (B, F, J, R); the second from the mean over frames, as clips are embedded."""
        flat = representation.flatten(2)  # (B, F, J*R)
        return self.per_frame(flat), self.per_window(flat.mean(dim=1))


class Objective(BaseModel):
    """The encoder with its losses, in the form mmengine's Runner trains.

    A batch may hold `motion` (B, F, J, 3), clips of which only 2D is known, and simulated runners, G windows an item:
    `sim_motion` (B, G, F, J, 3), `sim_joints` (B, G, F, J, 3), and for the heads `sim_frame` (B, G, F, P) and `sim_window`
    (B, G, M), standardised, NaN where unknown.
    All joints are compared relative to the root.
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
            found |= self.losses_3d(**{name: value.flatten(0, 1) for name, value in batch.items() if name.startswith("sim_")})
        total = sum(getattr(self.weights, name) * value for name, value in found.items())
        return {name: value.detach() for name, value in found.items()} | {"loss": total}

    def losses_2d(self, motion: torch.Tensor) -> dict[str, torch.Tensor]:
        """By name, of clips (B, F, J, 3) of which only 2D is known: reprojection, and the losses of shape that have a weight."""
        predicted = self.encoder(motion)
        predicted = predicted - predicted[:, :, ROOT : ROOT + 1]
        target = motion[..., :2] - motion[:, :, ROOT : ROOT + 1, :2]
        found = {"reprojection_2d": losses.reprojection_2d(predicted, target, motion[..., 2:])}
        return found | {name: loss(predicted) for name, loss in losses.LOSSES_SHAPE.items() if getattr(self.weights, name)}

    def losses_3d(self, sim_motion, sim_joints, sim_frame=None, sim_window=None) -> dict[str, torch.Tensor]:
        """By name, of simulated runners: sim_motion and sim_joints (B, F, J, 3), the losses of 3D joints that have a weight.

        With heads also the mean squared errors of their readings, of sim_frame (B, F, P) and sim_window (B, M).
        """
        representation = self.encoder.represent(sim_motion)
        predicted = self.encoder.head(representation)
        predicted = predicted - predicted[:, :, ROOT : ROOT + 1]
        target = sim_joints - sim_joints[:, :, ROOT : ROOT + 1]
        found = {name: loss(predicted, target) for name, loss in losses.LOSSES_3D.items() if getattr(self.weights, name)}
        if self.heads is not None:
            per_frame, per_window = self.heads(representation)
            found["frame_heads"] = losses.known_squares(per_frame, sim_frame)
            found["window_heads"] = losses.known_squares(per_window, sim_window)
        return found

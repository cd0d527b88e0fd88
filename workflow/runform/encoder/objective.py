"""What is minimised: the weighted sum of 2D reprojection on clips, and on simulated runners 3D
losses, form heads, and a term that brings films of one form together.

Losses are means over windows, frames and joints, as MotionBERT defines them (Zhu et al. 2023,
section 4), in the unit of the coordinates.

Legend: B windows, F frames, J joints of H36M-17 (17), L limbs (16), R channels of the
representation, P per-frame targets, M per-window targets, G windows of an item, D coordinates in
which films are compared, K films they are compared with.
"""

from dataclasses import dataclass
from functools import cache

import torch
from torch import nn
from torch.nn.functional import normalize

from runform.encoder.dstformer import DSTformer
from runform.mmengine_import import BaseModel, all_gather
from runform.skeleton import get_skeleton

ROOT = 0  # row of H36M-17
# Keeps the gradient of a length of zero finite, and the best scale of an empty pose defined.
SMALLEST = 1e-12
COORDINATES, REMEMBERED = 64, 256  # of `SameForm`: numbers of a film, and films
TEMPERATURE = 0.1  # as Khosla et al.
NO_FORM, NOT_COUNTED = -1, -1e9


def reprojection_2d(
    predicted: torch.Tensor, target: torch.Tensor, confidence: torch.Tensor
) -> torch.Tensor:
    """The published loss: mean of confidence x distance in the image; orthographic, so without z.

    predicted (B, F, J, 3), target (B, F, J, 2 or more), confidence (B, F, J, 1).
    """
    return _norm((predicted[..., :2] - target[..., :2]) * confidence).mean()


def mpjpe(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean per-joint position error of (B, F, J, 3)."""
    return _norm(predicted - target).mean()


def n_mpjpe(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """MPJPE after the best scale s of each frame (Rhodin et al. 2018).

    s = mean_j(target . predicted) / mean_j(predicted . predicted).
    """
    dot = (target * predicted).sum(dim=-1, keepdim=True).mean(dim=-2, keepdim=True)
    square = (predicted**2).sum(dim=-1, keepdim=True).mean(dim=-2, keepdim=True)
    return mpjpe(predicted * dot / square.clamp_min(SMALLEST), target)


def velocity(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean per-joint error of the difference of successive frames; per frame, not per second."""
    return mpjpe(predicted.diff(dim=1), target.diff(dim=1))


def limb_variance(predicted: torch.Tensor) -> torch.Tensor:
    """Mean over limbs of the variance over frames (unbiased) of each limb's length."""
    return limb_lengths(predicted).var(dim=1).mean()


def limb_symmetry(predicted: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference of the lengths of left limbs and their right counterparts."""
    left, right = _paired_limbs()
    lengths = limb_lengths(predicted)
    return (lengths[..., left] - lengths[..., right]).abs().mean()


def limb_lengths(joints: torch.Tensor) -> torch.Tensor:
    """(B, F, L) from (B, F, J, 3)."""
    ends = torch.tensor(get_skeleton("h36m17").limb_indices, device=joints.device)
    return _norm(joints[..., ends[:, 0], :] - joints[..., ends[:, 1], :])


def _norm(difference: torch.Tensor) -> torch.Tensor:
    """Length along the last axis, in fp32, since bf16 cannot hold the sum of squares."""
    return (difference.float() ** 2).sum(dim=-1).clamp_min(SMALLEST).sqrt()


@cache
def _paired_limbs() -> tuple[list[int], list[int]]:
    """Rows of the left limbs, and of their right counterparts."""
    limbs = get_skeleton("h36m17").limbs
    left = [row for row, limb in enumerate(limbs) if any(end.startswith("left_") for end in limb)]
    mirrored = [tuple(end.replace("left_", "right_") for end in limbs[row]) for row in left]
    return left, [limbs.index(limb) for limb in mirrored]


def masked_mse(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared error where `target` is not NaN; 0 where it is NaN everywhere."""
    finite = target.isfinite()
    difference = torch.where(finite, predicted.float() - target.nan_to_num(), 0.0)
    return (difference**2).sum() / finite.sum().clamp_min(1)


def supervised_contrastive(
    films: torch.Tensor, forms: torch.Tensor, others: torch.Tensor, other_forms: torch.Tensor
) -> torch.Tensor:
    """Khosla et al. 2020, eq. 2: how far each film is from those of its form against all others.

    The negative logarithm of the share of its form, softmax over cosines, mean over the films whose
    form is there again; 0 where none is.

    films (B, D) of unit length and their forms (B,).  others (K, D), other_forms (K,): first the
    same films, then further ones, of which those of `NO_FORM` do not count.
    """
    itself = torch.eye(len(films), len(others), dtype=torch.bool, device=films.device)
    counted = (other_forms != NO_FORM) & ~itself  # (B, K)
    alike = counted & (forms[:, None] == other_forms)
    # no matrix product: autocast would round it to bf16
    cosines = (films[:, None] * others).sum(dim=-1)
    shares = (cosines / TEMPERATURE).masked_fill(~counted, NOT_COUNTED).log_softmax(dim=1)
    count = alike.sum(dim=1)
    per_film = -(shares * alike).sum(dim=1) / count.clamp_min(1)
    return per_film.sum() / (count > 0).sum().clamp_min(1)


LOSSES_3D = {"mpjpe": mpjpe, "n_mpjpe": n_mpjpe, "velocity": velocity}
LOSSES_SHAPE = {"limb_variance": limb_variance, "limb_symmetry": limb_symmetry}


@dataclass(frozen=True)
class LossWeights:
    """Weight of each loss in the sum; 0 switches it off.

    MotionBERT in 3D: mpjpe + 0.5 n_mpjpe + 20 velocity.
    """

    reprojection_2d: float = 1.0
    mpjpe: float = 0.0
    n_mpjpe: float = 0.0
    velocity: float = 0.0
    limb_variance: float = 0.0
    limb_symmetry: float = 0.0
    frame_heads: float = 0.0
    window_heads: float = 0.0
    same_form: float = 0.0

    @property
    def anchored(self) -> bool:
        """Whether a loss needs simulated 3D runners."""
        heads = self.frame_heads, self.window_heads, self.same_form
        return any((self.mpjpe, self.n_mpjpe, self.velocity, *heads))


class FormHeads(nn.Module):
    """Linear predictions of form from the representation, so that the embedding has to carry it."""

    def __init__(self, dim_rep: int, frame_targets: int, window_targets: int, joints: int = 17):
        super().__init__()
        self.per_frame = nn.Linear(joints * dim_rep, frame_targets)
        self.per_window = nn.Linear(joints * dim_rep, window_targets)

    def forward(self, representation: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(B, F, P) and (B, M) from (B, F, J, R); the second from the mean over frames, which is
        also a clip's embedding.
        """
        flat = representation.flatten(2)  # (B, F, J*R)
        return self.per_frame(flat), self.per_window(flat.mean(dim=1))


class SameForm(nn.Module):
    """Films of one form together and apart from others, in a linear projection of the embedding.

    A batch holds few films, so they are compared with the last `REMEMBERED` ones too (cross-batch
    memory, Wang et al., CVPR 2020); buffers, so that a training that resumes remembers them.
    """

    def __init__(self, dim_rep: int, joints: int = 17):
        super().__init__()
        self.project = nn.Linear(joints * dim_rep, COORDINATES)
        self.register_buffer("films", torch.zeros(REMEMBERED, COORDINATES))
        self.register_buffer("forms", torch.full((REMEMBERED,), NO_FORM))

    def forward(self, representation: torch.Tensor, forms: torch.Tensor) -> torch.Tensor:
        """The loss of (B, F, J, R), whose mean over frames is a clip's embedding; forms (B,)."""
        embedding = representation.flatten(2).mean(dim=1)  # (B, J*R)
        films = normalize(self.project(embedding).float(), dim=-1)  # (B, D)
        others, other_forms = torch.cat([films, self.films]), torch.cat([forms, self.forms])
        loss = supervised_contrastive(films, forms, others, other_forms)
        if self.training:
            self._remember(films.detach(), forms)
        return loss

    def _remember(self, films: torch.Tensor, forms: torch.Tensor) -> None:
        """Put the films of all processes before those remembered, and forget the oldest."""
        films, forms = torch.cat(all_gather(films)), torch.cat(all_gather(forms))
        self.films.copy_(torch.cat([films, self.films])[:REMEMBERED])
        self.forms.copy_(torch.cat([forms, self.forms])[:REMEMBERED])


class Objective(BaseModel):
    """The encoder with its losses, in the form that mmengine's Runner trains.

    A batch may hold clips of which only 2D is known, `motion` (B, F, J, 3), and simulated runners:
    `sim_motion` and `sim_joints` (B, G, F, J, 3), and for the heads `sim_frame` (B, G, F, P) and
    `sim_window` (B, G, M), standardised, NaN where unknown, and for `same_form` `sim_form` (B, G),
    the number of each window's form. Joints are compared relative to the root.
    """

    def __init__(
        self,
        encoder: DSTformer,
        weights: LossWeights,
        heads: FormHeads | None = None,
        same_form: SameForm | None = None,
    ):
        super().__init__()
        self.encoder, self.weights, self.heads = encoder, weights, heads
        self.same_form = same_form

    def forward(self, mode: str = "loss", **batch: torch.Tensor) -> dict[str, torch.Tensor]:
        """By name each loss that has a weight, not yet weighted, and their weighted sum `loss`."""
        losses: dict[str, torch.Tensor] = {}
        if "motion" in batch:
            losses |= self.losses_2d(batch["motion"])
        simulated = {
            name: value.flatten(0, 1)  # (B, G, ...) -> (B*G, ...)
            for name, value in batch.items()
            if name.startswith("sim_")
        }
        if simulated:
            losses |= self.losses_3d(**simulated)
        total = sum(getattr(self.weights, name) * value for name, value in losses.items())
        return {name: value.detach() for name, value in losses.items()} | {"loss": total}

    def losses_2d(self, motion: torch.Tensor) -> dict[str, torch.Tensor]:
        """Reprojection of clips (B, F, J, 3), and the losses of limb lengths that have a weight."""
        predicted = _from_root(self.encoder(motion))
        target = _from_root(motion[..., :2])
        losses = {"reprojection_2d": reprojection_2d(predicted, target, motion[..., 2:])}
        return losses | {
            name: loss(predicted)
            for name, loss in LOSSES_SHAPE.items()
            if getattr(self.weights, name)
        }

    def losses_3d(
        self,
        sim_motion: torch.Tensor,
        sim_joints: torch.Tensor,
        sim_frame: torch.Tensor | None = None,
        sim_window: torch.Tensor | None = None,
        sim_form: torch.Tensor | None = None,
    ) -> dict[str, torch.Tensor]:
        """The losses of 3D joints that have a weight, of sim_motion and sim_joints (B, F, J, 3),
        with heads their errors, of sim_frame (B, F, P) and sim_window (B, M), and how far films are
        from those of their form, of sim_form (B,).
        """
        representation = self.encoder.represent(sim_motion)
        predicted = _from_root(self.encoder.head(representation))
        target = _from_root(sim_joints)
        losses = {
            name: loss(predicted, target)
            for name, loss in LOSSES_3D.items()
            if getattr(self.weights, name)
        }
        if self.heads is not None:
            per_frame, per_window = self.heads(representation)
            losses["frame_heads"] = masked_mse(per_frame, sim_frame)
            losses["window_heads"] = masked_mse(per_window, sim_window)
        if self.same_form is not None and sim_form is not None:
            losses["same_form"] = self.same_form(representation, sim_form)
        return losses


def _from_root(joints: torch.Tensor) -> torch.Tensor:
    """(B, F, J, C) relative to the root."""
    return joints - joints[:, :, ROOT : ROOT + 1]

"""Training losses, all means over windows, frames and joints, as MotionBERT defines them (Zhu et al. 2023, section 4).

Legend: B windows, F frames, J joints (H36M-17), L limbs (16). Coordinates in any one unit; losses come out in it.
"""

from functools import cache

import torch

from runform.skeleton import get_skeleton

SMALLEST = 1e-12  # keeps the gradient of a length of zero finite and the best scale of an empty pose defined


def reprojection_2d(predicted: torch.Tensor, target: torch.Tensor, confidence: torch.Tensor) -> torch.Tensor:
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
    """Length along the last axis; in fp32 whatever came in, since bf16 cannot hold the squares' sum."""
    return (difference.float() ** 2).sum(dim=-1).clamp_min(SMALLEST).sqrt()


@cache
def _mirror_limbs() -> tuple[list[int], list[int]]:
    limbs = get_skeleton("h36m17").limbs
    left = [row for row, limb in enumerate(limbs) if any(end.startswith("left_") for end in limb)]
    right = [limbs.index(tuple(end.replace("left_", "right_") for end in limbs[row])) for row in left]
    return left, right


LOSSES_3D = {"mpjpe": mpjpe, "n_mpjpe": n_mpjpe, "velocity": velocity}
LOSSES_SHAPE = {"limb_variance": limb_variance, "limb_symmetry": limb_symmetry}


def known_squares(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared error where `target` is known (not NaN); 0 where nothing is."""
    known = target.isfinite()
    difference = torch.where(known, predicted.float() - target.nan_to_num(), 0.0)
    return (difference**2).sum() / known.sum().clamp_min(1)

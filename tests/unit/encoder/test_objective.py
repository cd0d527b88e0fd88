"""The weighted sum: which losses take part, relative to the root, and the form heads."""

import pytest
import torch

from runform.encoder.objective import FormHeads, LossWeights, Objective


@pytest.fixture
def batch():
    torch.manual_seed(1)
    return {
        "motion": torch.rand(2, 5, 17, 3),
        "sim_motion": torch.rand(2, 3, 5, 17, 3),
        "sim_joints": torch.rand(2, 3, 5, 17, 3),
        "sim_frame": torch.rand(2, 3, 5, 4),
        "sim_window": torch.rand(2, 3, 6),
    }


def test_only_what_has_a_weight_is_computed_and_the_sum_is_weighted(tiny, batch):
    weights = LossWeights(reprojection_2d=2.0, velocity=3.0, limb_symmetry=0.5)
    found = Objective(tiny, weights)(**batch)
    assert set(found) == {"reprojection_2d", "limb_symmetry", "velocity", "loss"}
    expected = 2 * found["reprojection_2d"] + 0.5 * found["limb_symmetry"] + 3 * found["velocity"]
    assert found["loss"].item() == pytest.approx(expected.item(), rel=1e-6)


def test_a_shift_of_the_whole_figure_in_the_target_changes_nothing(tiny, batch):
    objective = Objective(tiny, LossWeights(mpjpe=1.0, n_mpjpe=1.0))
    before = objective(**batch)
    after = objective(
        **batch | {"sim_joints": batch["sim_joints"] + torch.tensor([5.0, -3.0, 2.0])}
    )
    assert after["mpjpe"].item() == pytest.approx(before["mpjpe"].item(), rel=1e-5)


def test_heads_read_frames_and_windows(tiny, batch):
    objective = Objective(tiny, LossWeights(frame_heads=1.0, window_heads=1.0), FormHeads(8, 4, 6))
    found = objective(**batch)
    representation = tiny.represent(batch["sim_motion"].flatten(0, 1)).flatten(2)
    per_frame = objective.heads.per_frame(representation)
    per_window = objective.heads.per_window(representation).mean(
        dim=1
    )  # linear, so the order of mean and head is free
    assert found["frame_heads"].item() == pytest.approx(
        ((per_frame - batch["sim_frame"].flatten(0, 1)) ** 2).mean().item(), rel=1e-5
    )
    assert found["window_heads"].item() == pytest.approx(
        ((per_window - batch["sim_window"].flatten(0, 1)) ** 2).mean().item(), rel=1e-4
    )


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (LossWeights(), False),
        (LossWeights(limb_variance=1.0), False),
        (LossWeights(mpjpe=1.0), True),
    ],
)
def test_simulated_runners_are_asked_for_by_losses_in_three_dimensions(weights, expected):
    assert weights.anchored is expected

"""Each loss against numbers worked out by hand, and their weighted sum."""

import math

import pytest
import torch

from runform.encoder import objective as losses
from runform.encoder.objective import FormHeads, LossWeights, Objective, SameForm
from runform.skeleton import get_skeleton


def pose(**joints) -> torch.Tensor:
    """(1, 1, 17, 3) at the origin but for the named joints."""
    values = torch.zeros(1, 1, 17, 3)
    for name, xyz in joints.items():
        values[0, 0, get_skeleton("h36m17").index(name)] = torch.tensor(xyz)
    return values


def test_reprojection_drops_depth_and_weighs_by_confidence():
    predicted, target = pose(nose=(3.0, 4.0, 100.0), head=(0.0, 2.0, 0.0)), pose()
    confidence = torch.zeros(1, 1, 17, 1)
    confidence[0, 0, 9], confidence[0, 0, 10] = 0.5, 1.0
    # nose 0.5 x 5, head 1 x 2, over 17 joints
    assert losses.reprojection_2d(predicted, target, confidence).item() == pytest.approx(
        4.5 / 17, rel=1e-4
    )


def test_reprojection_equals_the_published_formula_on_random_numbers():
    generator = torch.Generator().manual_seed(0)
    predicted, target = torch.randn(2, 2, 5, 17, 3, generator=generator)
    confidence = torch.rand(2, 5, 17, 1, generator=generator)
    expected = ((predicted[..., :2] - target[..., :2]) * confidence).norm(dim=-1).mean()
    assert losses.reprojection_2d(predicted, target, confidence).item() == pytest.approx(
        expected.item(), rel=1e-6
    )


def test_mpjpe():
    assert losses.mpjpe(pose(nose=(1.0, 2.0, 2.0)), pose()).item() == pytest.approx(
        3 / 17, rel=1e-4
    )


def test_n_mpjpe_forgives_scale_but_not_shape():
    target = pose(nose=(0.0, 2.0, 0.0), head=(0.0, 4.0, 0.0))
    assert losses.n_mpjpe(0.1 * target, target).item() == pytest.approx(0, abs=1e-5)
    # p = (1, 1), g = (2, 4): s = 6 / 2 = 3, errors 1 and 1
    other = pose(nose=(0.0, 1.0, 0.0), head=(0.0, 1.0, 0.0))
    assert losses.n_mpjpe(other, target).item() == pytest.approx(2 / 17, rel=1e-4)


def test_velocity_ignores_a_constant_offset():
    moving = torch.cat([pose(), pose(nose=(3.0, 0.0, 0.0)), pose(nose=(3.0, 4.0, 0.0))], dim=1)
    assert losses.velocity(moving + 7, moving).item() == pytest.approx(0, abs=1e-5)
    # steps of 3 and 4 by one joint of 17 against none, over 2 steps
    assert losses.velocity(moving, torch.zeros_like(moving)).item() == pytest.approx(
        7 / 34, rel=1e-4
    )


def test_limb_variance():
    # three limbs end at the neck: neck-nose, and neck to both shoulders; belly-neck is the fourth
    moving = torch.cat([pose(nose=(0.0, 2.0, 0.0)), pose(nose=(0.0, 4.0, 0.0))], dim=1)
    # neck-nose and nose-head each have lengths 2 and 4: variance 2 (unbiased), over 16 limbs
    assert losses.limb_variance(moving).item() == pytest.approx(4 / 16, rel=1e-4)


def test_limb_symmetry():
    # the left wrist 3 from its elbow, the right one 1: a difference of 2 in one pair of six
    assert losses.limb_symmetry(
        pose(left_wrist=(3.0, 0, 0), right_wrist=(0, 1.0, 0))
    ).item() == pytest.approx(2 / 6, rel=1e-4)


def test_limb_lengths_in_the_order_of_the_skeleton():
    lengths = losses.limb_lengths(pose(head=(0, 0, 5.0)))
    limbs = get_skeleton("h36m17").limbs
    assert lengths[0, 0, limbs.index(("nose", "head"))].item() == pytest.approx(5)
    assert lengths.sum().item() == pytest.approx(5, abs=1e-4)


def test_targets_that_are_nan_do_not_count():
    target = torch.tensor([[1.0, float("nan")], [3.0, 0.0]])
    predicted = torch.tensor([[2.0, 9.0], [1.0, 0.0]], requires_grad=True)
    loss = losses.masked_mse(predicted, target)
    assert loss.item() == pytest.approx(5 / 3)
    loss.backward()
    assert predicted.grad[0, 1] == 0


def contrast(films, forms, remembered=(), remembered_forms=()) -> torch.Tensor:
    films = torch.tensor(films, requires_grad=True)
    others = torch.cat([films, torch.tensor(remembered).reshape(-1, 2)])
    forms = torch.tensor(forms)
    other_forms = torch.cat([forms, torch.tensor(remembered_forms, dtype=torch.long)])
    loss = losses.supervised_contrastive(films, forms, others, other_forms)
    loss.backward()
    assert films.grad.isfinite().all()
    return loss.detach()


def test_contrast_counts_the_share_of_the_form_among_all_others():
    # a film of form 7 against its own at cosine .6 and another form's at cosine 0, and the same for
    # its own, to which the third is at cosine .8; the third has nobody
    ab, ac, bc = (math.exp(cosine / 0.1) for cosine in (0.6, 0.0, 0.8))
    expected = -(math.log(ab / (ab + ac)) + math.log(ab / (ab + bc))) / 2
    films = [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]
    assert contrast(films, [7, 7, 8]).item() == pytest.approx(expected, rel=1e-4)


def test_contrast_with_films_of_before():
    # its own form at cosine 1 twice: each has half of the share; nothing else counts
    films, remembered = [[1.0, 0.0]], [[1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    loss = contrast(films, [3], remembered, [3, 3, losses.NO_FORM])
    assert loss.item() == pytest.approx(math.log(2), rel=1e-4)


def test_contrast_is_nothing_where_no_form_is_there_twice():
    assert contrast([[1.0, 0.0], [0.0, 1.0]], [1, 2]).item() == 0
    assert contrast([[1.0, 0.0]], [1], [[0.0, 0.0]], [losses.NO_FORM]).item() == 0


def test_films_are_remembered_in_training_alone_and_the_oldest_forgotten(monkeypatch):
    monkeypatch.setattr(losses, "REMEMBERED", 5)
    torch.manual_seed(0)
    term = SameForm(8)
    for number in range(4):
        term(torch.rand(2, 3, 17, 8), torch.tensor([number, number]))
    assert term.forms.tolist() == [3, 3, 2, 2, 1]
    assert torch.allclose(term.films.norm(dim=-1), torch.ones(5))
    term.eval()(torch.rand(2, 3, 17, 8), torch.tensor([9, 9]))
    assert term.forms.tolist() == [3, 3, 2, 2, 1]


def test_films_of_one_form_come_together():
    torch.manual_seed(0)
    term, form = SameForm(8).eval(), torch.arange(4).repeat(2)
    films = torch.rand(8, 3, 17, 8)
    optimiser = torch.optim.Adam(term.parameters(), 1e-3)
    before = term(films, form).item()
    for _ in range(50):
        optimiser.zero_grad()
        loss = term(films, form)
        loss.backward()
        optimiser.step()
    assert loss.item() < before / 2


@pytest.mark.parametrize("loss", [*losses.LOSSES_3D.values()])
def test_gradients_stay_finite_where_prediction_meets_target(loss):
    predicted = torch.zeros(1, 3, 17, 3, requires_grad=True)
    loss(predicted, torch.zeros(1, 3, 17, 3)).backward()
    assert predicted.grad.isfinite().all()


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
    computed = Objective(tiny, weights)(**batch)
    assert set(computed) == {"reprojection_2d", "limb_symmetry", "velocity", "loss"}
    expected = (
        2 * computed["reprojection_2d"] + 0.5 * computed["limb_symmetry"] + 3 * computed["velocity"]
    )
    assert computed["loss"].item() == pytest.approx(expected.item(), rel=1e-6)


def test_a_shift_of_the_whole_figure_in_the_target_changes_nothing(tiny, batch):
    objective = Objective(tiny, LossWeights(mpjpe=1.0, n_mpjpe=1.0))
    before = objective(**batch)
    after = objective(
        **batch | {"sim_joints": batch["sim_joints"] + torch.tensor([5.0, -3.0, 2.0])}
    )
    assert after["mpjpe"].item() == pytest.approx(before["mpjpe"].item(), rel=1e-5)


def test_heads_read_frames_and_windows(tiny, batch):
    objective = Objective(tiny, LossWeights(frame_heads=1.0, window_heads=1.0), FormHeads(8, 4, 6))
    computed = objective(**batch)
    representation = tiny.represent(batch["sim_motion"].flatten(0, 1)).flatten(2)
    per_frame = objective.heads.per_frame(representation)
    # linear, so the order of mean and head is free
    per_window = objective.heads.per_window(representation).mean(dim=1)
    assert computed["frame_heads"].item() == pytest.approx(
        ((per_frame - batch["sim_frame"].flatten(0, 1)) ** 2).mean().item(), rel=1e-5
    )
    assert computed["window_heads"].item() == pytest.approx(
        ((per_window - batch["sim_window"].flatten(0, 1)) ** 2).mean().item(), rel=1e-4
    )


def test_forms_are_compared_where_windows_have_one(tiny, batch):
    objective = Objective(tiny, LossWeights(mpjpe=1.0, same_form=0.5), same_form=SameForm(8))
    forms = torch.tensor([[1, 1, 2], [3, 2, 3]])
    computed = objective(**batch | {"sim_form": forms})
    expected = computed["mpjpe"] + 0.5 * computed["same_form"]
    assert computed["loss"].item() - computed["reprojection_2d"].item() == pytest.approx(
        expected.item(), rel=1e-5
    )
    assert computed["same_form"] > 0
    assert "same_form" not in objective(**batch)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (LossWeights(), False),
        (LossWeights(limb_variance=1.0), False),
        (LossWeights(mpjpe=1.0), True),
        (LossWeights(same_form=1.0), True),
    ],
)
def test_simulated_runners_are_asked_for_by_losses_in_three_dimensions(weights, expected):
    assert weights.anchored is expected

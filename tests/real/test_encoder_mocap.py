"""The shipped encoder on motion capture it never saw: the files load, and lifting beats knowing
nothing of depth.
"""

import os
from pathlib import Path

import numpy as np
import pytest
import torch

from runform.encoder.checkpoint import load_encoder
from runform.encoder.objective import limb_lengths, n_mpjpe
from runform.encoder.runners_3d import capture_runners
from runform.encoder.simulated_data import SimulationSettings, film

ROOT = Path(__file__).parents[2]
MOCAP = (
    Path(os.environ.get("RUNFORM_SHARED", ROOT / ".." / "shared"))
    / "data"
    / "mocap"
    / "bandai-namco"
)

pytestmark = pytest.mark.skipif(not MOCAP.is_dir(), reason=f"no motion capture in {MOCAP}")


@pytest.fixture(scope="module")
def runners():
    return capture_runners(MOCAP)


def test_every_take_is_a_person_of_rigid_limbs_moving_forward(runners):
    assert len(runners) == 84
    for runner in runners:
        lengths = limb_lengths(torch.from_numpy(runner.joints)[None])[0]
        thighs_and_shanks = lengths[:, [1, 2, 4, 5]]
        assert thighs_and_shanks.std(dim=0).max() < 0.01
        assert thighs_and_shanks.min() > 0.3
        assert thighs_and_shanks.max() < 0.5
        left_of_right = runner.joints[:, 4, 1] - runner.joints[:, 1, 1]
        assert np.median(left_of_right) > 0.05
    assert 60 <= sum(runner.parameters.gait == "run" for runner in runners) <= 82


@pytest.mark.parametrize("noisy", [True, False])
def test_the_shipped_encoder_knows_depth(runners, noisy):
    model = load_encoder(ROOT / "resources" / "encoders" / "runner-small.safetensors")
    settings = SimulationSettings(noisy_share=float(noisy), one_direction=True)
    lifted, flat = [], []
    for seed, runner in enumerate(runners[::8]):
        motion, truth, _ = film(
            runner, runner.joints, runner.rate_hz, 90.0, settings, np.random.default_rng(seed)
        )
        truth = torch.from_numpy(truth)[None]
        with torch.inference_mode():
            joints = model(torch.from_numpy(motion)[None])
        lifted.append(n_mpjpe(joints - joints[:, :, :1], truth).item())
        flat.append(
            n_mpjpe(truth * torch.tensor([1.0, 1.0, 0.0]), truth).item()
        )  # the true image without depth
    assert np.mean(lifted) < 0.75 * np.mean(flat)

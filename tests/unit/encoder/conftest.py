"""What several tests of the encoder share."""

import numpy as np
import pytest
import torch

from runform.encoder.dstformer import DSTformer, DSTformerConfig
from runform.sequence import PoseSequence

TINY = DSTformerConfig(dim_feat=16, dim_rep=8, depth=1, num_heads=2, mlp_ratio=2)


@pytest.fixture(autouse=True)
def one_thread():
    """Small tensors run faster on one thread, and a shared machine is left alone."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def tiny() -> DSTformer:
    torch.manual_seed(0)
    return DSTformer(TINY).eval()


@pytest.fixture
def runner_sequence():
    """A figure of COCO-17 that sways as it crosses the frame; sure of every joint."""

    def make(frames: int = 60, seed: int = 0) -> PoseSequence:
        rng = np.random.default_rng(seed)
        time = np.arange(frames)[:, None, None]
        xy = (
            rng.uniform(-60, 60, (17, 2))
            + 10 * np.sin(time / 5 + rng.uniform(0, 6, (17, 2)))
            + np.array([3, 0]) * time
            + 200
        )
        xy, score = xy.astype(np.float32), np.full((frames, 17), 0.9, np.float32)
        return PoseSequence(
            xy, score, np.zeros((frames, 4)), xy, score, "coco17", 30.0, float("nan"), (640, 480)
        )

    return make

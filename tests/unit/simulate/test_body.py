"""Bodies by the textbook's shares of stature."""

import numpy as np
import pytest

from runform.simulate.body import random_body, typical_body


def test_shares_of_drillis_and_contini():
    body = typical_body(1.80)
    assert body.thigh_m == pytest.approx(0.441) and body.shank_m == pytest.approx(0.4428)
    assert body.leg_length_m == pytest.approx(0.8838)
    assert body.lengths["forearm_m"] == pytest.approx(0.146 * 1.80)


def test_people_differ_in_stature_and_in_proportion():
    people = [random_body(np.random.default_rng(seed)) for seed in range(500)]
    assert np.mean([body.height_m for body in people]) == pytest.approx(1.715, abs=0.02)
    shares = np.array([body.thigh_m / body.height_m for body in people])
    assert shares.mean() == pytest.approx(0.245, abs=0.001) and 0.004 < shares.std() < 0.008


def test_height_can_be_given():
    assert random_body(np.random.default_rng(1), 1.60).height_m == 1.60

"""Played slower than run, or just walking."""

import pytest

from runform.gait.checks import judge_time_scale


def test_a_run_at_its_own_speed():
    scale = judge_time_scale(0.72, 0.35, None)
    assert not scale.slow_motion and scale.factor == 1.0 and scale.warning == ""


@pytest.mark.parametrize("stride_s, factor", [(1.45, 2.0), (2.9, 4.0), (5.8, 8.0)])
def test_factor_of_slow_motion(stride_s, factor):
    scale = judge_time_scale(stride_s, 0.35, None)
    assert scale.slow_motion and scale.factor == factor and "capture_fps" in scale.warning


def test_a_walk_is_not_slow_motion():
    assert not judge_time_scale(1.1, 0.62, None).slow_motion


def test_a_known_rate_settles_it():
    scale = judge_time_scale(1.2, 0.35, 240.0)
    assert not scale.slow_motion and scale.source == "capture_fps"

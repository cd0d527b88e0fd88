"""Stretches of simulated runs, walks and rests whose times are known."""

import numpy as np
import pytest
from simulated_sequences import run, seen

from runform.gait.measure import GaitSettings, gait_of
from runform.gait.step_metrics import Step
from runform.gait.stretches import (
    NOBODY,
    STANDING,
    STEADY,
    find_stretches,
    follow_pace,
    pool_curves,
    same_pace,
)
from runform.pose.stride_period import StrideEvidence

FPS = 30.0


def stretches_of(sequence, min_strides=1.5):
    return find_stretches(sequence, 0.36, 20.0, min_strides)


def joined(*sequences, cut=True):
    """One sequence after the other, with a cut between them or in one shot."""
    first = sequences[0]
    arrays = {
        name: np.concatenate([getattr(one, name) for one in sequences])
        for name in ("xy", "score", "box", "raw_xy", "raw_score")
    }
    edges = np.cumsum([len(one.xy) for one in sequences])[:-1]
    cuts = np.zeros(len(arrays["xy"]), bool)
    cuts[edges] = cut
    return first.replace(**arrays, cut=cuts)


def standing(frames):
    """Somebody who stands: the first frame of a run, with the noise of a network."""
    sequence = seen(run(fps=FPS), FPS)
    noise = np.random.default_rng(2).normal(0, 1.0, (frames, *sequence.xy.shape[1:]))
    xy = (sequence.xy[:1] + noise).astype(np.float32)
    score = np.ones(xy.shape[:2], np.float32)
    box = np.zeros((frames, 4), np.float32)
    cut = np.zeros(frames, bool)
    return sequence.replace(xy=xy, raw_xy=xy, score=score, raw_score=score, box=box, cut=cut)


@pytest.mark.parametrize("view", ["right", "rear"])
@pytest.mark.parametrize("times_slower", [1, 12])
def test_a_run_is_one_stretch_of_its_stride_time_however_slow(view, times_slower):
    motion = run(seed=4, fps=FPS * times_slower, duration_s=4.0)
    (stretch,) = stretches_of(seen(motion, FPS, view))
    stride_s = 120 / motion.metrics["cadence_steps_min"].mean
    assert stretch.kind == STEADY and (stretch.last - stretch.first) >= 0.95 * len(motion.joints)
    assert stretch.stride_s == pytest.approx(times_slower * stride_s, rel=0.05)


def test_two_paces_cut_together_are_two_stretches():
    slow, fast = (seen(run(seed=5, fps=FPS, speed_m_s=speed), FPS) for speed in (2.5, 4.5))
    one, other = stretches_of(joined(slow, fast))
    assert (one.last, other.first) == (120, 120)
    assert one.stride_s > 1.05 * other.stride_s


def test_a_rest_before_a_run_is_named_with_its_time():
    parts = stretches_of(joined(standing(60), seen(run(seed=6, fps=FPS), FPS), cut=False))
    assert (parts[0].kind, parts[-1].kind) == (STANDING, STEADY)
    assert parts[0].last > 30 and abs(parts[-1].first - 60) < 15


def test_frames_without_the_runner_are_nobody_and_no_step_is_invented_there():
    sequence = seen(run(seed=7, fps=FPS, duration_s=6.0), FPS)
    xy = sequence.xy.copy()
    xy[:60], xy[150:] = np.nan, np.nan
    hidden = sequence.replace(xy=xy, raw_xy=xy)
    assert [part.kind for part in stretches_of(hidden)] == [NOBODY, STEADY, NOBODY]
    contacts = [step["ic_s"] for step in gait_of(hidden, GaitSettings(), {})["steps"]]
    assert min(contacts) >= 2.0 and max(contacts) <= 5.0
    full = [step["ic_s"] for step in gait_of(sequence, GaitSettings(), {})["steps"]]
    assert len(contacts) == sum(2.0 <= contact <= 5.0 for contact in full)


def test_who_turns_back_has_a_stretch_in_each_direction():
    motion = run(seed=8, fps=FPS)
    there, back = seen(motion, FPS, "right"), seen(motion, FPS, "left")
    steady = [p for p in stretches_of(joined(there, back, cut=False)) if p.kind == STEADY]
    assert len(steady) == 2 and abs(steady[0].last - 120) < 25
    assert {row["facing"] for row in gait_of(
        joined(there, back, cut=False), GaitSettings(), {})["stretches"] if "facing" in row
    } == {1, -1}  # fmt: skip


def test_what_counts_is_how_many_strides_are_seen():
    short = seen(run(seed=9, fps=FPS, duration_s=0.9), FPS)
    assert all(part.kind != STEADY for part in stretches_of(short))
    assert [part.kind for part in stretches_of(short, min_strides=1.0)] == [STEADY]


def test_the_pace_is_followed_through_noise_and_ends_with_the_rhythm():
    rng = np.random.default_rng(0)
    share = rng.uniform(0.0, 0.3, (20, 200))
    share[12, 40:160] = rng.uniform(0.5, 0.9, 120)
    path = follow_pace(StrideEvidence(0.4 * 1.06 ** np.arange(20), share), FPS)
    assert set(path[45:155]) == {12} and set(path[:35]) == set(path[165:]) == {-1}


def test_pieces_of_one_pace_end_where_it_changes_or_stops():
    strides_s = 0.5 * 1.06 ** np.arange(10)
    pace = np.array([-1, 3, 3, 4, 4, 8, 8, -1, 8])
    assert [(a, b) for a, b, _ in same_pace(pace, strides_s)] == [(1, 5), (5, 7), (8, 9)]


def test_curves_of_stretches_count_by_their_strides():
    def curves(mean):
        return {"knee_flexion_deg": {"left": {"mean": [mean] * 2, "sd": [1.0] * 2}}}

    whole = [Step("left", 0.0, 0.2, 0.4, 0.7)]
    pooled = pool_curves([(whole, curves(10.0)), (whole * 3, curves(14.0))])
    left = pooled["knee_flexion_deg"]["left"]
    assert left["mean"] == [13.0, 13.0]
    # variance 1 within, and 3/4 of 1 and 1/4 of 9 between
    assert left["sd"] == [2.0, 2.0]

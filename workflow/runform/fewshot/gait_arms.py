"""The arms that read the measured gait: the reference limit alone, learned heads, and both gait and encoder.

Legend: N clips, F features.
"""

from dataclasses import replace

import numpy as np

from runform.fewshot.arms import GAIT, GAIT_AND_ENCODER, RULE, Arm, Clips, make_arm
from runform.fewshot.gait_features import curve_table, metric_table, past_limit
from runform.fewshot.heads import AS_IT_IS, BEST, DENSE_HEADS, LOGISTIC
from runform.fewshot.selection import Pooling


def rule_arm(clips: Clips, deficiency: str) -> Arm | None:
    """The verdict of the config's limits on the measured metric, without any training. None when no clip shows the metric.

    A value half way between the limits `watch` and `flag` is where yes begins; a clip without the metric is a no.
    """
    past = past_limit(list(clips.gaits), deficiency)
    if not np.isfinite(past).any():
        return None
    arm = make_arm(RULE, {"limit": past[:, None]}, (AS_IT_IS,), fixed=True)
    return replace(arm, trained=False)


def gait_arm(clips: Clips, deficiency: str) -> Arm | None:
    """Measured gait as a coach would read it for one deficiency. None when nothing was measured.

    Poolings, from the simplest: the deficiency's own metric, counted from its limit, where yes begins; the same with that place
    moved by the examples (by a logistic, which one misread clip moves little); all metrics; these with asymmetry and spread over
    steps; with joint-angle curves.
    """
    names, table = metric_table(list(clips.gaits))
    if not names or not np.isfinite(table["value"]).any():
        return None
    parts = {
        "values": table["value"],
        "values_sides": np.concatenate([table["value"], table["asymmetry"], table["sd"]], axis=1),
        "values_curves": np.concatenate([table["value"], curve_table(list(clips.gaits))], axis=1),
    }
    all_metrics = make_arm(GAIT, parts, (*DENSE_HEADS, BEST), mark_missing=True)
    past = past_limit(list(clips.gaits), deficiency)
    if not np.isfinite(past).any():
        return all_metrics
    own = make_arm(GAIT, {"own_metric": past[:, None]}, (AS_IT_IS,), fixed=True)
    moved_limit = replace(own.poolings[0], name="own_metric_moved", heads=(LOGISTIC,))
    return side_by_side(replace(own, poolings=(*own.poolings, moved_limit)), all_metrics)


def side_by_side(first: Arm, second: Arm) -> Arm:
    """One arm that chooses among the poolings of both; missing where both are."""
    poolings = first.poolings + moved(second.poolings, first.X.shape[1])
    X = np.concatenate([first.X, second.X], axis=1)
    return replace(first, X=X, poolings=poolings, missing=first.missing & second.missing)


def moved(poolings: tuple[Pooling, ...], shift: int) -> tuple[Pooling, ...]:
    """The same poolings of columns that lie `shift` further right."""
    return tuple(
        replace(one, blocks=tuple(replace(block, start=block.start + shift, stop=block.stop + shift) for block in one.blocks))
        for one in poolings
    )


def joined_arm(gait: Arm, encoder: Arm) -> Arm:
    """Gait and encoder, each read by its own chosen head, their calibrated answers added up.

    As one long vector a dozen gait metrics would drown in thousands of embedding numbers. The poolings, which the published
    protocol and the label permutations read, still hold the first of gait beside each of the encoder.
    """
    read = moved(encoder.poolings, gait.X.shape[1])
    poolings = tuple(Pooling(one.name, gait.poolings[0].blocks + one.blocks, DENSE_HEADS) for one in read)
    X = np.concatenate([gait.X, encoder.X], axis=1)
    return Arm(GAIT_AND_ENCODER, X, poolings, gait.missing | encoder.missing, (gait.poolings, read))

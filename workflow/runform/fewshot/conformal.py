"""Prediction sets {yes}, {no} or {either}, by conformal prediction within each class.

A label belongs to a clip's set unless the clip looks stranger for that label than all but a few of
the labelled clips that carry it. If clips are exchangeable within a class, the set holds the true
label as often as is asked, whatever the classifier, for yes and for no alike (Vovk, Gammerman and
Shafer 2005, section 4.5). The labelled clips are judged by classifiers that saw none of their
runner's clips (cross-conformal prediction; Vovk 2015). A few lines: libraries for it, such as
crepes and MAPIE, know no left-out groups.

Legend: N clips, C labelled clips to calibrate on.
"""

from dataclasses import dataclass

import numpy as np

YES, NO, EITHER, NEITHER = "yes", "no", "either", "neither"


@dataclass(frozen=True)
class Calibration:
    """Labelled clips predicted while their runner was left out.

    scores (C,): probability of yes, or any number that grows with it.  labels (C,) bool.  runners
    (C,).
    """

    scores: np.ndarray
    labels: np.ndarray
    runners: np.ndarray


def label_p(
    calibration: Calibration, scores: np.ndarray, runners: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """p of no and of yes for clips with `scores` (N,), of `runners` (N,); NaN for no score.

    p is the share of the clips of that label, this one counted in, that look at least as strange.
    Clips of the same runner do not calibrate.
    """
    of_label = []
    for label, sign in ((False, -1.0), (True, 1.0)):
        chosen = (calibration.labels == label) & np.isfinite(calibration.scores)
        usual, of_runner = sign * calibration.scores[chosen], calibration.runners[chosen]
        others = of_runner[None, :] != runners[:, None]
        stranger = (usual[None, :] <= sign * scores[:, None]) & others
        of_label.append((1 + stranger.sum(axis=1)) / (1 + others.sum(axis=1)))
    no, yes = (np.where(np.isfinite(scores), p, np.nan) for p in of_label)
    return no, yes


def prediction_sets(p_no: np.ndarray, p_yes: np.ndarray, coverage: float) -> np.ndarray:
    """(N,) str: the labels whose p is above 1 - `coverage`; empty where there is no p."""
    # a share of few clips may miss the limit by its last digits alone
    limit = 1 - coverage + 1e-9
    no, yes = p_no > limit, p_yes > limit
    sets = np.select([no & yes, yes, no], [EITHER, YES, NO], NEITHER)
    return np.where(np.isfinite(p_no), sets, "")


def covered(sets: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(N,) bool: whether each set holds the label."""
    return (sets == EITHER) | (sets == np.where(labels, YES, NO))

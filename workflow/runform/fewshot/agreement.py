"""How far two labellers agree on which clips show a deficiency: share of clips, and Scott's pi."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2

from runform.fewshot.statistics import wilson_interval
from runform.files import COUNT, SHARE, TEXT, write_table
from runform.labellers import NO, UNSURE, YES, Opinions

COLUMNS = {
    "deficiency": TEXT,
    "labeller": TEXT,
    "other": TEXT,
    "n": COUNT,
    "both_yes": COUNT,
    "both_no": COUNT,
    "only_labeller_yes": COUNT,
    "only_other_yes": COUNT,
    "unsure": COUNT,
    "agreement": SHARE,
    "agreement_low": SHARE,
    "agreement_high": SHARE,
    "kappa": SHARE,
    "kappa_low": SHARE,
    "kappa_high": SHARE,
}
_EDGE = 1e-9


@dataclass(frozen=True)
class Counts:
    """Clips on which both labellers said yes or no, and those on which one of them was unsure."""

    both_yes: int
    both_no: int
    only_labeller_yes: int
    only_other_yes: int
    unsure: int = 0

    @property
    def n(self) -> int:
        """Clips on which both decided."""
        return self.both_yes + self.both_no + self.split

    @property
    def split(self) -> int:
        """Clips on which one said yes and the other no."""
        return self.only_labeller_yes + self.only_other_yes

    @property
    def yes_share(self) -> float:
        """Share of yes among the decisions of both; nan without one."""
        return (self.both_yes + self.split / 2) / self.n if self.n else np.nan


def count_pairs(pairs: list[tuple[str, str]]) -> Counts:
    """The counts of what two labellers said of each clip that both looked at."""
    return Counts(
        pairs.count((YES, YES)),
        pairs.count((NO, NO)),
        pairs.count((YES, NO)),
        pairs.count((NO, YES)),
        sum(UNSURE in pair for pair in pairs),
    )


def kappa_of(counts: Counts) -> float:
    """Agreement beyond chance: 1 if they always agree, 0 as by chance; nan where all is one class.

    For two exchangeable labellers (Scott's pi, 1955): 1 - split / (2 n p (1 - p)), p the share of
    yes. It is the kappa that the interval below is made for; where both say yes equally often it
    equals Cohen's.
    """
    by_chance = 2 * counts.n * counts.yes_share * (1 - counts.yes_share) if counts.n else 0.0
    return 1 - counts.split / by_chance if by_chance else np.nan


def kappa_interval(counts: Counts, confidence: float = 0.95) -> tuple[float, float]:
    """Goodness-of-fit interval of kappa (Donner and Eliasziw 1992), made for few clips.

    It holds every kappa whose expected counts differ from the observed ones by a chi-square
    below that of `confidence`. Clips of one runner count as independent.
    (nan, nan) where kappa is nan.
    """
    kappa, share = kappa_of(counts), counts.yes_share
    if np.isnan(kappa):
        return np.nan, np.nan
    observed = np.array([counts.both_yes, counts.split, counts.both_no])
    limit = chi2.ppf(confidence, 1)

    def excess(value: float) -> float:
        both = share * (1 - share)
        expected = counts.n * np.array(
            [share**2 + value * both, 2 * both * (1 - value), (1 - share) ** 2 + value * both]
        )
        possible = np.maximum(expected, _EDGE)
        return float(np.sum((observed - expected) ** 2 / possible)) - limit

    lowest = -min(share / (1 - share), (1 - share) / share)
    low, high = lowest + _EDGE, 1 - _EDGE
    return (
        brentq(excess, low, kappa) if kappa > low and excess(low) > 0 else lowest,
        brentq(excess, kappa, high) if kappa < high and excess(high) > 0 else 1.0,
    )


def agreement_rows(opinions: Mapping[str, Mapping[str, Opinions]]) -> list[dict]:
    """A row of the table for each deficiency and each two labellers who share a clip.

    opinions: deficiency -> clip -> labeller -> yes, no or unsure.
    """
    rows = []
    for deficiency, by_clip in opinions.items():
        labellers = sorted({labeller for said in by_clip.values() for labeller in said})
        for one, other in combinations(labellers, 2):
            pairs = [
                (said[one], said[other]) for said in by_clip.values() if {one, other} <= {*said}
            ]
            if pairs:
                counts = count_pairs(pairs)
                rows.append(
                    {"deficiency": deficiency, "labeller": one, "other": other} | _row(counts)
                )
    return rows


def _row(counts: Counts) -> dict:
    agreed = counts.both_yes + counts.both_no
    low, high = wilson_interval(agreed, counts.n)
    kappa_low, kappa_high = kappa_interval(counts)
    return vars(counts) | {
        "n": counts.n,
        "agreement": agreed / counts.n if counts.n else np.nan,
        "agreement_low": low,
        "agreement_high": high,
        "kappa": kappa_of(counts),
        "kappa_low": kappa_low,
        "kappa_high": kappa_high,
    }


def tabulate_agreement(opinions: Mapping[str, Mapping[str, Opinions]], path: str | Path) -> None:
    """Write `agreement_rows` as CSV."""
    write_table(path, COLUMNS, agreement_rows(opinions))

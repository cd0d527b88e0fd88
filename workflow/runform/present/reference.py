"""What other runners show, to stand behind a runner's own: joint-angle curves over the gait cycle, and usual ranges.

Legend: P samples of the cycle.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

CURVES_FILE = "resources/reference_curves.tsv"
RANGES_FILE = "resources/reference_ranges.tsv"


@dataclass(frozen=True)
class ReferenceCurve:
    """percent (P,) of the cycle from initial contact; mean and sd (P,) between runners, degrees."""

    percent: np.ndarray
    mean: np.ndarray
    sd: np.ndarray


@cache
def reference_curves() -> dict[str, ReferenceCurve]:
    """Curve name (such as `knee_flexion_deg`) -> its reference. Source: head of resources/reference_curves.tsv."""
    table = pd.read_csv(Path(__file__).parents[3] / CURVES_FILE, sep="\t", comment="#")
    names = [name for name in table.columns if name.endswith("_deg") and not name.endswith("_sd_deg")]
    return {
        name: ReferenceCurve(
            table["percent"].to_numpy(float), table[name].to_numpy(float), table[name.replace("_deg", "_sd_deg")].to_numpy(float)
        )
        for name in names
    }


@dataclass(frozen=True)
class ReferenceRange:
    """What healthy runners show: low and high in the metric's unit, None where open; standing and source as in the table."""

    low: float | None
    high: float | None
    standing: str
    source: str


@cache
def reference_ranges() -> dict[str, ReferenceRange]:
    """Metric -> its usual range. Meaning of the columns: head of resources/reference_ranges.tsv."""
    table = pd.read_csv(Path(__file__).parents[3] / RANGES_FILE, sep="\t", comment="#", dtype={"source": str}, keep_default_na=True)
    return {
        row.metric: ReferenceRange(_known(row.low), _known(row.high), row.standing, "" if pd.isna(row.source) else row.source)
        for row in table.itertuples()
    }


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)

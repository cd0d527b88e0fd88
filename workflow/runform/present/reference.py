"""The reference curves of the joint angles over the gait cycle, to stand behind a runner's own.

Legend: P samples of the cycle.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

CURVES_FILE = "resources/reference_curves.tsv"


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

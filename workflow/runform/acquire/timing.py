"""Which constant frame rate a clip gets."""

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from statistics import fmean, median

# Rates of cameras and broadcasts. A measured rate within 1 % of one of them is that one: its own times are rounded.
STANDARD_RATES = tuple(
    Fraction(text) for text in ("24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60", "120", "240")
)


def constant_rate(mean_rate: Fraction, times_s: Sequence[float], max_fps: float) -> Fraction:
    """Frames a second for a clip whose source says `mean_rate` and has frames at the sorted `times_s`, in seconds.

    An even source keeps its mean rate. A source of variable rate (phones, screen recordings, dropped frames) gets the rate of
    its regular steps, those of less than 1.5 times the median. A rate above `max_fps` is divided by a whole number, so that
    frames are left out evenly.
    """
    rate = mean_rate
    steps = [after - before for before, after in itertools.pairwise(times_s) if after > before]
    if steps:
        usual = median(steps)
        regular = [step for step in steps if step < 1.5 * usual]
        nominal = 1 / fmean(regular)
        if not rate or len(regular) < len(steps) or abs(nominal / rate - 1) > 0.01:
            rate = _nearest_standard(nominal)
    if not rate:
        rate = Fraction(25)
    return rate / math.ceil(rate / Fraction(max_fps))


def _nearest_standard(rate: float) -> Fraction:
    nearest = min(STANDARD_RATES, key=lambda standard: abs(standard - rate))
    return nearest if abs(rate / nearest - 1) < 0.01 else Fraction(rate).limit_denominator(1001)

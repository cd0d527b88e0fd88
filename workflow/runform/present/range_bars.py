"""A measure beside its reference range, as positions on a small SVG bar.

The bar runs from x = FIRST to x = LAST; values beyond its ends are drawn at the end.
"""

from dataclasses import dataclass

FIRST, LAST = 10.0, 230.0
LETTER = 9.0


@dataclass(frozen=True)
class RangeBar:
    """reference, watch: (x, width) of shaded stretches.  marks: (x, `left`, `right` or `both`).

    letters: (x, side) of the letters above the marks.  ticks: (x, label).  text: all that in words.
    """

    reference: list[tuple[float, float]]
    watch: list[tuple[float, float]]
    marks: list[tuple[float, str]]
    letters: list[tuple[float, str]]
    ticks: list[tuple[float, str]]
    text: str


@dataclass(frozen=True)
class Range:
    """The reference of one measure: low and high of the range (None: open on that side), in the measure's unit.

    watch_low, watch_high: how far beyond the range a value is only watched; None where there is no such stretch.
    """

    low: float | None
    high: float | None
    watch_low: float | None = None
    watch_high: float | None = None


def range_bar(values: dict[str, float | None], reference: Range, name: str) -> RangeBar | None:
    """The bar of one measure. values: `left`, `right` and `both` where known. None when there is nothing to draw."""
    known = {side: value for side, value in values.items() if value is not None}
    limits = [limit for limit in (reference.low, reference.high, reference.watch_low, reference.watch_high) if limit is not None]
    if not known or not limits:
        return None
    low, high = _ends([*known.values(), *limits], reference)

    def x(value):
        return round(FIRST + (LAST - FIRST) * min(1.0, max(0.0, (value - low) / (high - low))), 1)

    def stretch(start, end):
        return x(start), round(x(end) - x(start), 1)

    inner = (low if reference.low is None else reference.low, high if reference.high is None else reference.high)
    watch = []
    if reference.watch_low is not None and reference.low is not None:
        watch.append(stretch(reference.watch_low, reference.low))
    if reference.watch_high is not None and reference.high is not None:
        watch.append(stretch(reference.high, reference.watch_high))
    edges = sorted({limit for limit in (reference.low, reference.high) if limit is not None})
    shown = "; ".join(f"{side} {value:g}" for side, value in known.items())
    return RangeBar(
        reference=[stretch(*inner)],
        watch=watch,
        marks=[(x(value), side) for side, value in known.items()],
        letters=_letters({side: x(value) for side, value in known.items()}),
        ticks=[(x(edge), f"{edge:g}".replace("-", "−")) for edge in edges],
        text=f"{name}: {shown}; reference {_in_words(reference)}",
    )


def _letters(marks: dict[str, float]) -> list[tuple[float, str]]:
    """Places of the letters above the marks, kept LETTER apart so that both can be read."""
    sides = [side for side in sorted(marks, key=lambda side: (marks[side], side)) if side != "both"]
    if len(sides) < 2 or marks[sides[1]] - marks[sides[0]] >= LETTER:
        return [(marks[side], side) for side in sides]
    middle = (marks[sides[0]] + marks[sides[1]]) / 2
    return [(round(middle - LETTER / 2, 1), sides[0]), (round(middle + LETTER / 2, 1), sides[1])]


def _ends(values: list[float], reference: Range) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = 0.25 * (high - low) or max(1.0, 0.25 * abs(high))
    return low - margin, high + margin


def _in_words(reference: Range) -> str:
    if reference.low is None:
        return f"up to {reference.high:g}"
    if reference.high is None:
        return f"from {reference.low:g}"
    return f"{reference.low:g} to {reference.high:g}"

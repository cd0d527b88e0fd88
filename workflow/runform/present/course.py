"""A runner's clips over time: which of them follow each other, and the course of the main metrics.

Charts are data: points, ticks and words, which the page's template draws. Which clips follow each
other is asked whenever the workflow is read; what only charts need is imported where they are made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from runform.manifest import Clip

CONFIDENCE = 1.96  # standard uncertainties of a 95 % interval
WIDTH, HEIGHT = 320.0, 150.0  # of a chart; the template's viewBox
LEFT, RIGHT, TOP, BOTTOM = 44.0, 16.0, 10.0, 24.0  # its margins
APART = 5.0  # between points of one day


def dated_pairs(clips: Sequence[Clip]) -> list[tuple[str, str]]:
    """(before, after) for each clip with a date and the runner's last one of an earlier date, of
    the same view where there is one.
    """
    by_runner: dict[str, list[Clip]] = {}
    for clip in clips:
        if clip.recorded_on:
            by_runner.setdefault(clip.runner, []).append(clip)
    pairs = []
    for same in by_runner.values():
        for after in same:
            earlier = [clip for clip in same if clip.recorded_on < after.recorded_on]
            if earlier:
                of_view = [clip for clip in earlier if clip.view == after.view] or earlier
                before = max(of_view, key=lambda clip: (clip.recorded_on, clip.clip))
                pairs.append((before.clip, after.clip))
    return sorted(pairs)


def other_clips(
    clips: Sequence[Clip], clip: str, reported: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> list[dict]:
    """The other clips of the runner of `clip`, by date, those without one last: clip, recorded_on,
    has_page, and the pair of clips that a comparison with it is of, or none.

    reported: clips with a page.  pairs: those compared.  [] for a clip that is not among `clips`.
    """
    runner = next((one.runner for one in clips if one.clip == clip), None)
    others = [one for one in clips if one.runner == runner and one.clip != clip]
    return [
        {
            "clip": one.clip,
            "recorded_on": one.recorded_on,
            "has_page": one.clip in reported,
            "pair": next((list(pair) for pair in pairs if set(pair) == {one.clip, clip}), []),
        }
        for one in sorted(others, key=lambda one: (one.recorded_on or "9999", one.clip))
    ]


def page_facts(clip: Clip, reported: Sequence[str]) -> dict:
    """What the manifest says of a clip, for a page that shows several. reported: as above."""
    facts = {"clip": clip.clip, "runner": clip.runner, "recorded_on": clip.recorded_on}
    return facts | {"has_page": clip.clip in reported}


@dataclass(frozen=True)
class DatedFilm:
    """A clip with the day it was recorded on, as in the manifest, and the content of its gait."""

    clip: str
    recorded_on: str
    gait: Mapping


@dataclass(frozen=True)
class CoursePoint:
    """A clip on a chart: x, y, and y of the ends of its 95 % interval. here: the page's clip."""

    x: float
    y: float
    low: float
    high: float
    here: bool


@dataclass(frozen=True)
class CourseChart:
    """A metric over time. line: through the points.  band: y and height of the reference range.
    x_ticks, y_ticks: (place, label).  text: all that in words.
    """

    title: str
    unit: str
    points: list[CoursePoint]
    line: str
    band: tuple[float, float] | None
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    text: str


def course_charts(films: Sequence[DatedFilm], here: str) -> list[CourseChart]:
    """A chart of each metric that a deficiency judges in the clip `here`, over those of `films`
    that were filmed from a similar side; [] with fewer than two days.
    """
    from runform.gait.change import compared_metrics, kind_of_view, load_repeatability
    from runform.present.metric_table import judged_metrics
    from runform.sequence import OK

    gait = next((film.gait for film in films if film.clip == here), {})
    if gait.get("status") != OK:
        return []
    kind = kind_of_view(gait)
    same = [film for film in films if film.gait["status"] == OK and kind_of_view(film.gait) == kind]
    charts = []
    for name in compared_metrics():
        shown = [film for film in same if _value(film, name) is not None]
        days = {film.recorded_on for film in shown}
        if name in judged_metrics(gait) and (name, kind) in load_repeatability() and len(days) > 1:
            charts.append(_chart(name, sorted(shown, key=_order), here, gait))
    return charts


def _order(film: DatedFilm) -> tuple[str, str]:
    return film.recorded_on, film.clip


def _value(film: DatedFilm, name: str) -> float | None:
    return film.gait["metrics"].get(name, {}).get("value")


def _chart(name: str, films: Sequence[DatedFilm], here: str, gait: Mapping) -> CourseChart:
    from runform.gait.change import film_variance, kind_of_view, load_repeatability
    from runform.metric_definitions import load_metrics
    from runform.present.charts import nice_ticks
    from runform.present.metric_table import printed, title_of, unit_of

    repeatability = load_repeatability()[name, kind_of_view(gait)]
    values = [printed(name, _value(film, name)) or 0.0 for film in films]
    halves = [
        CONFIDENCE
        * (printed(name, sqrt(film_variance(film.gait["metrics"][name], repeatability))) or 0)
        for film in films
    ]
    low = min(value - half for value, half in zip(values, halves, strict=True))
    high = max(value + half for value, half in zip(values, halves, strict=True))
    margin = 0.08 * (high - low) or 1.0
    low, high = low - margin, high + margin

    def y(value: float) -> float:
        share = (high - min(max(value, low), high)) / (high - low)
        return round(TOP + (HEIGHT - TOP - BOTTOM) * share, 1)

    xs = _places([film.recorded_on for film in films])
    points = [
        CoursePoint(x, y(value), y(value - half), y(value + half), film.clip == here)
        for x, value, half, film in zip(xs, values, halves, films, strict=True)
    ]
    usual = load_metrics()[name].range
    limits = usual.at(gait.get("speed", {}).get("m_s")) if usual else None
    band = None
    if limits:
        ends = [
            y(edge if limit is None else printed(name, limit) or 0.0)
            for limit, edge in ((limits.high, high), (limits.low, low))
        ]
        band = (ends[0], round(ends[1] - ends[0], 1))
    return CourseChart(
        title_of(name),
        unit_of(name, load_metrics()[name].unit).strip(),
        points,
        " ".join(f"{point.x:g},{point.y:g}" for point in points),
        band if band and band[1] > 0 else None,
        [(xs[0], films[0].recorded_on), (xs[-1], films[-1].recorded_on)],
        [(y(tick), f"{tick:g}".replace("-", "−")) for tick in nice_ticks(low, high)],
        _in_words(name, films, values, halves, here),
    )


def _in_words(name: str, films: Sequence[DatedFilm], values, halves, here: str) -> str:
    from runform.present.metric_table import page_digits_of
    from runform.present.words import number

    digits = page_digits_of(name)
    return "; ".join(
        f"{film.recorded_on} {number(value, digits)} ± {number(half, digits)}"
        + (" (this clip)" if film.clip == here else "")
        for film, value, half in zip(films, values, halves, strict=True)
    )


def _places(days: Sequence[str]) -> list[float]:
    """x of each day, in order; those of one day stand beside each other."""
    numbers = [date.fromisoformat(day).toordinal() for day in days]
    span = max(numbers[-1] - numbers[0], 1)
    places: list[float] = []
    for day in numbers:
        x = LEFT + 8 + (WIDTH - LEFT - RIGHT - 16) * (day - numbers[0]) / span
        x = max(x, places[-1] + APART) if places else x
        places.append(round(min(x, WIDTH - RIGHT), 1))
    return places

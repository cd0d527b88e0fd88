"""Two films of a runner on one page: side by side in step, what changed, and their curves."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runform.files import read_json, written_aside
from runform.gait.change import Change, cautions_on, changes_between
from runform.metric_definitions import load_metrics
from runform.present.charts import TITLES, CurveChart, curve_chart
from runform.present.course import CONFIDENCE
from runform.present.drawing import SIDES
from runform.present.metric_table import page_digits_of, printed, title_of, unit_of
from runform.present.pages import write_page
from runform.present.words import MISSING, number
from runform.sequence import OK, PoseSequence, load_sequence

TEMPLATE = "resources/pages/compare.html.j2"
SCRIPTS = ("resources/pages/stride_clock.js", "resources/pages/compare.js")
WHICH = ("before", "after")
FEWEST_CONTACTS = 2
LONGEST_STRIDE = 1.5  # of the median time between two contacts; where it is longer nobody ran


@dataclass(frozen=True)
class Film:
    """One of the two clips, and its files. recorded_on: day, or empty.  has_page: whether it has a
    report in the study.
    """

    clip: str
    runner: str
    receipt: str
    pose: str
    gait: str
    overlay: str
    recorded_on: str = ""
    has_page: bool = False


@dataclass(frozen=True)
class ChangeRow:
    """A metric's change as text. kind, word: of its chip, empty where there is no difference."""

    title: str
    before: str
    after: str
    difference: str
    smallest: str
    kind: str
    word: str
    remark: str


def write_comparison(before: Film, after: Film, path: str | Path) -> None:
    """Write the page to `path` and before.mp4 and after.mp4 beside it. A clip without gait is shown
    as far as it goes, with the reason; without a film, its file is empty.
    """
    films = (before, after)
    gaits = [read_json(film.gait) for film in films]
    poses = [load_sequence(film.pose) for film in films]
    changes = changes_between(*gaits)
    foot = shared_foot(gaits)
    speeds_m_s = [gait.get("speed", {}).get("m_s") for gait in gaits]
    shown = [
        _copy_film(film, Path(path).parent / f"{which}.mp4")
        for film, which in zip(films, WHICH, strict=True)
    ]
    write_page(
        TEMPLATE,
        path,
        scripts=SCRIPTS,
        clips=[film.clip for film in films],
        days=[film.recorded_on for film in films],
        pages=[
            f"../../../runners/{film.clip}/report.html" if film.has_page else "" for film in films
        ],
        films=shown,
        foot=foot,
        headline=headline(changes),
        points=[sentence(change, speeds_m_s) for change in changes if change.shown],
        cautions=cautions(films, gaits),
        missing=missing_lines(films, poses, gaits),
        rows=[change_row(change) for change in changes if not change.reason],
        without=[(title_of(change.name), change.reason) for change in changes if change.reason],
        charts=charts(gaits),
        study={
            "films": [
                {"marks": marks_s(pose, gait, foot), "fps": float(pose.fps)}
                for name, pose, gait in zip(shown, poses, gaits, strict=True)
                if name
            ]
        },
    )


def _copy_film(film: Film, path: Path) -> str:
    """The overlay beside the page; its name, or empty where there is no film in it."""
    with written_aside(path) as aside:
        shutil.copyfile(film.overlay, aside)
    return path.name if path.stat().st_size else ""


def shared_foot(gaits: Sequence[Mapping]) -> str:
    """The foot whose contacts mark the strides of both films; empty where a film has too few."""
    if any(gait["status"] != OK for gait in gaits):
        return ""
    for side in SIDES:
        if all(len(contacts_in_a_row(gait, side)) >= FEWEST_CONTACTS for gait in gaits):
            return side
    return ""


def contacts_in_a_row(gait: Mapping, foot: str) -> list[float]:
    """True times of the longest series of contacts of `foot` without a stride missing, s."""
    times_s = gait["events"][foot]["ic_s"]
    if len(times_s) < FEWEST_CONTACTS:
        return list(times_s)
    gaps_s = np.diff(times_s)
    breaks = np.flatnonzero(gaps_s > LONGEST_STRIDE * np.median(gaps_s)) + 1
    return max((part.tolist() for part in np.split(np.array(times_s), breaks)), key=len)


def marks_s(pose: PoseSequence, gait: Mapping, foot: str) -> list[float]:
    """Times of the film, as played, at which `foot` lands."""
    if not foot or not pose.ok:
        return []
    true_rate = 1 / pose.time_s[1] if len(pose.time_s) > 1 else pose.fps
    return [round(time_s * true_rate / pose.fps, 4) for time_s in contacts_in_a_row(gait, foot)]


def headline(changes: Sequence[Change]) -> str:
    """One sentence: what changed."""
    if not any(change.smallest for change in changes):
        return "These films cannot be compared."
    names = [title_of(change.name).lower() for change in changes if change.shown]
    if not names:
        return "No metric differs by more than two films of an unchanged runner do."
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"Changed: {listed}."


def sentence(change: Change, speeds_m_s: Sequence[float | None] = (None, None)) -> str:
    """A change in words: from, to, and where it went. speeds_m_s: of the films, where known."""
    before, after = (_text(change, value) for value in (change.before, change.after))
    smallest = _text(change, change.smallest)
    towards = _towards_range(change, speeds_m_s)
    text = f"{title_of(change.name)}: {before} before, {after} after{towards}"
    return f"{text}; these films can show changes of {smallest} or more."


def _towards_range(change: Change, speeds_m_s: Sequence[float | None]) -> str:
    """Each film is held against the range at its own speed, as on the page of its runner."""
    usual = load_metrics()[change.name].range
    if usual is None or change.before is None or change.after is None:
        return ""

    def outside(value: float, speed_m_s: float | None) -> float:
        limits = usual.at(speed_m_s)
        low = limits.low - value if limits.low is not None else 0.0
        high = value - limits.high if limits.high is not None else 0.0
        return max(low, high, 0.0)

    before, after = map(outside, (change.before, change.after), speeds_m_s)
    if before == after:
        return ""
    return f", {'towards' if after < before else 'away from'} the range of healthy runners"


def _text(change: Change, value: float | None) -> str:
    digits = page_digits_of(change.name)
    return f"{number(printed(change.name, value), digits)}{unit_of(change.name, change.unit)}"


def change_row(change: Change) -> ChangeRow:
    """A row of the table, for a metric that both films have."""
    digits, unit = page_digits_of(change.name), unit_of(change.name, change.unit)
    difference = printed(change.name, change.difference) or 0.0
    sign = "+" if round(difference, digits) > 0 else ""
    text = f"{sign}{number(difference, digits)}"
    kind, word = ("watch", "changed") if change.shown else ("none", "no change seen")
    if change.uncertainty is None:
        kind, word = "none", "not known"
    else:
        text += f" ± {number(printed(change.name, CONFIDENCE * change.uncertainty), digits)}"
    return ChangeRow(
        title_of(change.name),
        _text(change, change.before),
        _text(change, change.after),
        f"{text}{unit}",
        MISSING if change.smallest is None else _text(change, change.smallest),
        kind,
        word,
        load_metrics()[change.name].positive,
    )


def cautions(films: Sequence[Film], gaits: Sequence[Mapping]) -> list[str]:
    """What else differs between the films."""
    lines = []
    runners = [film.runner for film in films]
    if runners[0] != runners[1]:
        lines.append(f"These are two runners: {runners[0]} before, {runners[1]} after.")
    days = [film.recorded_on for film in films]
    if all(days) and days[0] > days[1]:
        lines.append(f"The film before is the later one: {days[0]}, and {days[1]} after.")
    if all(gait["status"] == OK for gait in gaits):
        lines += cautions_on(*gaits)
    return lines


def missing_lines(
    films: Sequence[Film], poses: Sequence[PoseSequence], gaits: Sequence[Mapping]
) -> list[str]:
    """Why a film is not there, or cannot be measured."""
    lines = []
    for film, which, pose, gait in zip(films, WHICH, poses, gaits, strict=True):
        receipt = read_json(film.receipt)
        reasons = [
            source.get("reason")
            for source in (receipt, {"status": pose.status, "reason": pose.reason}, gait)
            if source["status"] != OK
        ]
        if reasons:
            lines.append(f"{film.clip} ({which}): {reasons[0]}.")
    return lines


def charts(gaits: Sequence[Mapping]) -> list[tuple[str, CurveChart]]:
    """Side and chart of each joint angle that both films have: before and after over each other."""
    curves = [gait.get("curves", {}) for gait in gaits]
    return [
        (
            side,
            curve_chart(
                name, {which: of[name][side] for which, of in zip(WHICH, curves, strict=True)}
            ),
        )
        for name in TITLES
        for side in SIDES
        if all(of.get(name, {}).get(side, {}).get("mean") for of in curves)
    ]

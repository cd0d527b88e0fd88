"""The verdicts of a gait file in words, and the summary at the top of a runner's report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from runform.gait import deficiencies
from runform.metric_definitions import load_metrics
from runform.present.charts import Range
from runform.present.metric_table import CANNOT_TELL, page_digits_of, printed, title_of, unit_of
from runform.present.words import number
from runform.sequence import OK, PoseSequence

FLAG, WATCH, FINE, NONE = "flag", "watch", "fine", "none"
KINDS = {
    deficiencies.FLAG: (FLAG, "stands out"),
    deficiencies.WATCH: (WATCH, "worth watching"),
    deficiencies.OK: (FINE, "in range"),
    deficiencies.UNCERTAIN: (NONE, CANNOT_TELL),
    deficiencies.NOT_MEASURABLE: (NONE, "not measurable"),
}
# Below these the next film can be made better.
FEW_STEPS = 20
FEW_FPS = 50.0
SMALL_PX = 256.0  # side of the picture that BlazePose looks at: a smaller runner is enlarged
SEEN_SHARE = 0.9  # of the frames with the runner: both legs


@dataclass(frozen=True)
class Verdict:
    """The verdict on one deficiency.

    title, word, evidence: for people.  kind: FLAG, WATCH, FINE or NONE.
    """

    name: str
    title: str
    kind: str
    word: str
    evidence: str


@dataclass(frozen=True)
class Summary:
    """headline: one sentence.  points: a sentence for each thing that stands out.  caution: limits
    of the measurement.  next_film: what another recording would show better, a sentence each.
    """

    headline: str
    points: list[str]
    caution: list[str]
    next_film: list[str]


def verdicts_of(gait: Mapping) -> list[Verdict]:
    """The verdicts of a gait file, what stands out first; none for a clip without gait."""
    order = (FLAG, WATCH, FINE, NONE)
    verdicts = [_verdict(entry) for entry in gait.get("verdicts", ())]
    return sorted(verdicts, key=lambda verdict: order.index(verdict.kind))


def not_judged(name: str, title: str, reason: str) -> Verdict:
    """The verdict on a deficiency of which nothing was measured."""
    kind, word = KINDS[deficiencies.NOT_MEASURABLE]
    return Verdict(name, title, kind, word, reason)


def _verdict(entry: Mapping) -> Verdict:
    kind, word = KINDS[entry["verdict"]]
    evidence = entry["reason"] if entry["value"] is None else _evidence(entry)
    return Verdict(entry["name"], entry["title"], kind, word, evidence)


def _evidence(entry: Mapping) -> str:
    above = entry["direction"] == deficiencies.ABOVE
    limits = [_limit(entry["watch"], entry["flag"], above, entry)]
    if entry["other_watch"] is not None:
        limits.append(_limit(entry["other_watch"], entry["other_flag"], not above, entry))
    name = entry["metric"]
    values = [entry["value"], *([entry["uncertainty"]] if _near_a_limit(entry) else [])]
    text = " ± ".join(number(printed(name, value), page_digits_of(name)) for value in values)
    side = f" on the {entry['side']}" if entry["side"] else ""
    unit = unit_of(name, entry["unit"])
    line = f"{title_of(name)} {text}{unit}{side}; {' and '.join(limits)}{_speed(entry)}"
    others = [
        f"{title_of(part['metric'])} "
        f"{number(printed(part['metric'], part['value']), page_digits_of(part['metric']))}"
        f"{unit_of(part['metric'], part['unit'])}; "
        f"{_limit(part['watch'], part['flag'], part['flag'] > part['watch'], part)}"
        for part in entry.get("also", ())
    ]
    together = "; these metrics decide together" if others else ""
    return "; ".join([line, *others]) + together


def _speed(entry: Mapping) -> str:
    """At which speed the limits hold, where they change with it."""
    if entry.get("speed_m_s") is None:
        return ""
    about = "about " if entry["limit_uncertainty"] else ""
    return f" at {about}{entry['speed_m_s']:.1f} m/s"


def _limit(watch: float, flag: float | None, above: bool, entry: Mapping) -> str:
    word = "above" if above else "below"
    stands_out = "" if flag is None else f", stands out {word} {_exact(flag, entry)}"
    return f"worth watching {word} {_exact(watch, entry)}{stands_out}"


def _exact(limit: float, entry: Mapping) -> str:
    text = f"{printed(entry['metric'], limit):.3g}".replace("-", "−")
    return f"{text}{unit_of(entry['metric'], entry['unit'])}"


def _near_a_limit(entry: Mapping) -> bool:
    """Whether a limit lies within the standard uncertainty, so that it matters for the verdict."""
    uncertainty = hypot(entry["uncertainty"] or 0.0, entry.get("limit_uncertainty") or 0.0)
    limits = [entry[name] for name in ("watch", "flag", "other_watch", "other_flag")]
    away = [abs(entry["value"] - limit) for limit in limits if limit is not None]
    if entry.get("also"):
        return bool(entry["uncertainty"])
    return bool(entry["uncertainty"]) and min(away) <= uncertainty


def ranges_of(gait: Mapping) -> dict[str, Range]:
    """Metric -> its usual range, and how far beyond it a value is only watched; printed units."""
    speed_m_s = gait.get("speed", {}).get("m_s")
    flags = {}
    for entry in gait.get("verdicts", ()):
        flags[entry["metric"]] = _flags(entry)
        for part in entry.get("also", ()):
            flags[part["metric"]] = _flags(
                part | {"direction": entry["direction"], "other_flag": None}
            )
    ranges = {}
    for name, metric in load_metrics().items():
        if metric.range is None:
            continue
        usual = metric.range.at(speed_m_s)
        low, high = flags.get(name, (None, None))
        low = low if low is not None and usual.low is not None and low < usual.low else None
        high = high if high is not None and usual.high is not None and high > usual.high else None
        ranges[name] = Range(
            *(_rounded(name, limit) for limit in (usual.low, usual.high, low, high))
        )
    return ranges


def _rounded(name: str, limit: float | None) -> float | None:
    """A limit as it is printed: those that change with speed have more digits than they mean."""
    value = printed(name, limit)
    return None if value is None else round(value, page_digits_of(name))


def _flags(entry: Mapping) -> tuple[float | None, float | None]:
    """The limits below and above which a value is flagged."""
    flag, other = entry["flag"], entry["other_flag"]
    return (other, flag) if entry["direction"] == deficiencies.ABOVE else (flag, other)


def sources_of(gait: Mapping) -> list[str]:
    """Sources of the ranges and limits of what was measured in this clip, sorted, each once."""
    measured = [
        name for name, metric in gait.get("metrics", {}).items() if metric["value"] is not None
    ]
    ranges = [metric.range for name, metric in load_metrics().items() if name in measured]
    lines = [usual.source for usual in ranges if usual]
    lines += [entry["source"] for entry in gait.get("verdicts", ()) if entry["metric"] in measured]
    return sorted({part.strip() for line in lines for part in line.split(";") if part.strip()})


def write_summary(
    receipt: Mapping, sequence: PoseSequence, gait: Mapping, verdicts: Sequence[Verdict]
) -> Summary:
    """The summary of one clip; of an unavailable one, the reason."""
    for status, reason in (
        (receipt["status"], receipt.get("reason")),
        (sequence.status, sequence.reason),
        (gait["status"], gait.get("reason")),
    ):
        if status != OK:
            return Summary(f"This clip could not be analysed: {reason}.", [], [], [])
    kinds = {
        kind: [verdict for verdict in verdicts if verdict.kind == kind]
        for kind in (FLAG, WATCH, FINE, NONE)
    }
    points = [
        f"{verdict.title[:1].upper()}{verdict.title[1:]}: {verdict.evidence}"
        for verdict in kinds[FLAG] + kinds[WATCH]
    ]
    caution = _caution(sequence, gait, kinds[NONE])
    return Summary(_headline(kinds), points, caution, next_film(sequence, gait))


def _headline(kinds: Mapping[str, Sequence[Verdict]]) -> str:
    flagged, watched = kinds[FLAG], kinds[WATCH]
    judged = len(flagged) + len(watched) + len(kinds[FINE])
    if not judged:
        return "No deficiency could be judged from this clip."
    of = f"of the {judged} deficiencies that could be judged"
    also = f" Worth watching: {_names(watched)}." if watched else ""
    if judged == 1:
        word = f"stands out: {_names(flagged)}" if flagged else "does not stand out"
        return f"The one deficiency that could be judged {word}.{also}"
    if not flagged:
        return f"None {of} stands out.{also}"
    stand = "One" if len(flagged) == 1 else f"{len(flagged)}"
    return (
        f"{stand} {of} {'stands' if len(flagged) == 1 else 'stand'} out: {_names(flagged)}.{also}"
    )


def _names(verdicts: Sequence[Verdict]) -> str:
    names = [verdict.title[:1].lower() + verdict.title[1:] for verdict in verdicts]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _caution(sequence: PoseSequence, gait: Mapping, not_judged: Sequence[Verdict]) -> list[str]:
    lines = []
    steps = len(gait.get("steps", []))
    if steps:
        length = f"{steps} steps in {sequence.time_s[-1]:.1f} s"
        lines.append(f"Measured on {length} of video from one camera.")
    lines += [f"Take the numbers with care: {warning}." for warning in gait.get("warnings", ())]
    if not_judged:
        lines.append(f"Could not be judged: {_names(not_judged)}; the reasons are below.")
    return lines


def next_film(sequence: PoseSequence, gait: Mapping) -> list[str]:
    """What to change in the next recording of this runner."""
    lines, view = [], gait.get("view", {}).get("used")
    steps, quality = len(gait.get("steps", ())), sequence.quality
    if view == "oblique":
        lines.append("Film at a right angle to the run: most angles need a view from the side.")
    if steps < FEW_STEPS:
        lines.append(
            f"Film longer, or several passes: these are {steps} steps, {FEW_STEPS} tell more."
        )
    if gait.get("time_scale", {}).get("slow_motion"):
        lines.append(
            "Say how many frames a second the camera took (CAPTURE_FPS=240), to get times."
        )
    elif sequence.true_fps < FEW_FPS:
        lines.append(f"Film at 60 frames a second instead of {sequence.true_fps:.0f}.")
    height_px = quality.get("figure_height_px")
    if height_px is not None and height_px < SMALL_PX:
        lines.append(f"Come nearer: the runner is {height_px:.0f} pixels tall.")
    if quality.get("legs_share") and quality["legs_share"] < SEEN_SHARE * quality["runner_share"]:
        hidden = round(100 * (1 - quality["legs_share"] / quality["runner_share"]))
        lines.append(f"Keep both legs in view: one is missing for {hidden} % of the time.")
    elsewhere = [
        metric.title.lower()
        for metric in load_metrics().values()
        if "rear" in metric.views and "left" not in metric.views
    ]
    if view in ("left", "right"):
        lines.append(f"A second film from behind shows {' and '.join(elsewhere)}.")
    return lines

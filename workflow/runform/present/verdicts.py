"""What the gait file's rules say of each deficiency, in words: the verdict, the value behind it,
and how close a call it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runform.gait import deficiencies
from runform.metric_definitions import load_metrics
from runform.present.charts import Range
from runform.present.metric_table import page_digits_of, printed, title_of, unit_of
from runform.present.pages import number
from runform.sequence import OK, PoseSequence

FLAG, WATCH, FINE, NONE = "flag", "watch", "fine", "none"
_KINDS = {
    deficiencies.FLAG: (FLAG, "stands out"),
    deficiencies.WATCH: (WATCH, "worth watching"),
    deficiencies.OK: (FINE, "in range"),
    deficiencies.UNCERTAIN: (NONE, "cannot tell"),
    deficiencies.NOT_MEASURABLE: (NONE, "not measurable"),
}


@dataclass(frozen=True)
class Verdict:
    """name, title: of the deficiency.  kind: FLAG, WATCH, FINE or NONE.  word, evidence: for
    people.
    """

    name: str
    title: str
    kind: str
    word: str
    evidence: str


def verdicts_of(gait: Mapping) -> list[Verdict]:
    """The verdicts of a gait file, what stands out first; none for a clip without gait."""
    order = {kind: place for place, kind in enumerate((FLAG, WATCH, FINE, NONE))}
    found = [_verdict(entry) for entry in gait.get("verdicts", ())]
    return sorted(found, key=lambda verdict: order[verdict.kind])


def not_judged(name: str, title: str, reason: str) -> Verdict:
    """The verdict on a deficiency that nothing was measured of."""
    kind, word = _KINDS[deficiencies.NOT_MEASURABLE]
    return Verdict(name, title, kind, word, reason)


def _verdict(entry: Mapping) -> Verdict:
    kind, word = _KINDS[entry["verdict"]]
    evidence = (
        entry["reason"] if entry["verdict"] == deficiencies.NOT_MEASURABLE else _evidence(entry)
    )
    return Verdict(entry["name"], entry["title"], kind, word, evidence)


def _evidence(entry: Mapping) -> str:
    side = f" on the {entry['side']}" if entry["side"] else ""
    limits = [
        _limit(entry["watch"], entry["flag"], entry["direction"] == deficiencies.ABOVE, entry)
    ]
    if entry["other_watch"] is not None:
        limits.append(
            _limit(
                entry["other_watch"],
                entry["other_flag"],
                entry["direction"] == deficiencies.BELOW,
                entry,
            )
        )
    unsure = f", give or take {_amount(entry['uncertainty'], entry)}" if _close(entry) else ""
    return f"{title_of(entry['metric'])} {_amount(entry['value'], entry)}{side}{unsure}; {' and '.join(limits)}"


def _limit(watch: float, flag: float | None, above: bool, entry: Mapping) -> str:
    word = "above" if above else "below"
    stands_out = "" if flag is None else f", stands out {word} {_plain(flag, entry)}"
    return f"watched {word} {_plain(watch, entry)}{stands_out}"


def _amount(value: float, entry: Mapping) -> str:
    name = entry["metric"]
    return f"{number(printed(name, value), page_digits_of(name))}{unit_of(name, entry['unit'])}"


def _plain(limit: float, entry: Mapping) -> str:
    text = f"{printed(entry['metric'], limit):g}".replace("-", "−")
    return f"{text}{unit_of(entry['metric'], entry['unit'])}"


def _close(entry: Mapping) -> bool:
    """Whether a limit lies within the value's standard uncertainty: then the verdict is milder than
    the value, or unsure.
    """
    limits = [
        entry[name]
        for name in ("watch", "flag", "other_watch", "other_flag")
        if entry[name] is not None
    ]
    return (
        bool(entry["uncertainty"])
        and min(abs(entry["value"] - limit) for limit in limits) <= entry["uncertainty"]
    )


def ranges_of(gait: Mapping) -> dict[str, Range]:
    """Metric -> its usual range, with the rules' limits beyond it as where the stretch to watch
    ends; in printed units.
    """
    limits = {entry["metric"]: _flags(entry) for entry in gait.get("verdicts", ())}
    ranges = {}
    for name, metric in load_metrics().items():
        if (usual := metric.range) is None:
            continue
        low_flag, high_flag = limits.get(name, (None, None))
        watch_low = (
            low_flag
            if low_flag is not None and usual.low is not None and low_flag < usual.low
            else None
        )
        watch_high = (
            high_flag
            if high_flag is not None and usual.high is not None and high_flag > usual.high
            else None
        )
        ranges[name] = Range(
            *(printed(name, limit) for limit in (usual.low, usual.high, watch_low, watch_high))
        )
    return ranges


def _flags(entry: Mapping) -> tuple[float | None, float | None]:
    """The limits below and above which a rule flags."""
    own, other = entry["flag"], entry["other_flag"]
    return (other, own) if entry["direction"] == deficiencies.ABOVE else (own, other)


def sources_of(gait: Mapping) -> list[str]:
    """Sources of the ranges and rules of what was measured in this clip, sorted, each once."""
    measured = {
        name for name, metric in gait.get("metrics", {}).items() if metric["value"] is not None
    }
    lines = [
        metric.range.source
        for name, metric in load_metrics().items()
        if metric.range and name in measured
    ]
    lines += [entry["source"] for entry in gait.get("verdicts", ()) if entry["metric"] in measured]
    return sorted({part.strip() for line in lines for part in line.split(";") if part.strip()})


# The first lines of a runner's page: what stands out, what says so, and how sure that is, in plain
# words.


FEW_STEPS = 6


@dataclass(frozen=True)
class Summary:
    """headline: one sentence.  points: one sentence for each thing that stands out.  caution: what
    to keep in mind.
    """

    headline: str
    points: list[str]
    caution: list[str]


def write_summary(
    receipt: Mapping, sequence: PoseSequence, gait: Mapping, verdicts: Sequence[Verdict]
) -> Summary:
    """The summary of one clip from its receipt, pose, gait file and verdicts."""
    for status, reason in (
        (receipt["status"], receipt.get("reason")),
        (sequence.status, sequence.reason),
        (gait["status"], gait.get("reason")),
    ):
        if status != OK:
            return Summary(f"This clip could not be analysed: {reason}.", [], [])
    kinds = {
        kind: [verdict for verdict in verdicts if verdict.kind == kind]
        for kind in (FLAG, WATCH, FINE, NONE)
    }
    points = [f"{_name(verdict)}: {verdict.evidence}" for verdict in kinds[FLAG] + kinds[WATCH]]
    return Summary(_headline(kinds), points, _caution(sequence, gait, kinds[NONE]))


def _headline(kinds: Mapping[str, Sequence[Verdict]]) -> str:
    flagged, watched = kinds[FLAG], kinds[WATCH]
    judged = len(flagged) + len(watched) + len(kinds[FINE])
    if not judged:
        return "None of the deficiencies could be judged from this clip."
    looked = (
        f"of {judged} things that could be judged from this view"
        if judged > 1
        else "of what could be judged from this view"
    )
    also = f" Worth watching: {_names(watched)}." if watched else ""
    if flagged:
        one = "One thing stands" if len(flagged) == 1 else f"{len(flagged)} things stand"
        return f"{one} out {looked}: {_names(flagged)}.{also}"
    if watched:
        return f"Nothing is clearly out of range {looked}.{also}"
    return f"Nothing stands out {looked}."


def _name(verdict: Verdict) -> str:
    return verdict.title[:1].upper() + verdict.title[1:]


def _names(verdicts: Sequence[Verdict]) -> str:
    names = [verdict.title[:1].lower() + verdict.title[1:] for verdict in verdicts]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _caution(sequence: PoseSequence, gait: Mapping, not_judged: Sequence[Verdict]) -> list[str]:
    lines = []
    steps = len(gait.get("steps", []))
    if steps:
        few = " Few steps: film longer to be surer." if steps < FEW_STEPS else ""
        lines.append(
            f"Measured on {steps} steps in {sequence.time_s[-1]:.1f} s of video from one camera.{few}"
        )
    lines += [f"Take the numbers with care: {warning}." for warning in gait.get("warnings", ())]
    if not_judged:
        lines.append(
            f"Not to be judged from this clip: {_names(not_judged)}; the reasons are below."
        )
    return lines

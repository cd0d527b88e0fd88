"""The first lines of a runner's page: what stands out, what says so, and how sure that is, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from runform.present.verdicts import FINE, FLAG, NONE, WATCH, Verdict
from runform.sequence import OK, PoseSequence

FEW_STEPS = 6


@dataclass(frozen=True)
class Summary:
    """headline: one sentence.  points: one sentence for each thing that stands out.  caution: what to keep in mind."""

    headline: str
    points: list[str]
    caution: list[str]


def write_summary(receipt: Mapping, sequence: PoseSequence, gait: Mapping, verdicts: Sequence[Verdict]) -> Summary:
    """The summary of one clip from its receipt, pose, gait file and verdicts."""
    for status, reason in (
        (receipt["status"], receipt.get("reason")),
        (sequence.status, sequence.reason),
        (gait["status"], gait.get("reason")),
    ):
        if status != OK:
            return Summary(f"This clip could not be analysed: {reason}.", [], [])
    kinds = {kind: [verdict for verdict in verdicts if verdict.kind == kind] for kind in (FLAG, WATCH, FINE, NONE)}
    points = [f"{_name(verdict)}: {verdict.evidence}" for verdict in kinds[FLAG] + kinds[WATCH]]
    return Summary(_headline(kinds), points, _caution(sequence, gait, kinds[NONE]))


def _headline(kinds: Mapping[str, Sequence[Verdict]]) -> str:
    flagged, watched = kinds[FLAG], kinds[WATCH]
    judged = len(flagged) + len(watched) + len(kinds[FINE])
    if not judged:
        return "None of the deficiencies could be judged from this clip."
    looked = f"of {judged} things that could be judged from this view" if judged > 1 else "of what could be judged from this view"
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
        lines.append(f"Measured on {steps} steps in {sequence.time_s[-1]:.1f} s of video from one camera.{few}")
    lines += [f"Take the numbers with care: {warning}." for warning in gait.get("warnings", ())]
    if not_judged:
        lines.append(f"Not to be judged from this clip: {_names(not_judged)}; the reasons are below.")
    return lines

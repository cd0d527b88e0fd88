"""Whether the labels of a manifest are enough for the few-shot study."""

from collections.abc import Sequence

from runform.labellers import disagree
from runform.manifest import Clip


def label_shortfalls(clips: Sequence[Clip], deficiencies: Sequence[str], folds: int) -> list[str]:
    """One line per deficiency whose labels allow no score, or not every protocol.

    folds: of the published protocol and of the repeated grouped folds. A shortfall stops nothing:
    the tables hold what can be scored, and say why for the rest. Without labelled clips there is
    no line.
    """
    labelled = [clip for clip in clips if "labelled" in clip.sets]
    if not labelled:
        return []
    lines, unlabelled = [], []
    for name in deficiencies:
        mine = [clip for clip in labelled if name in clip.labels]
        if not mine:
            unlabelled.append(name)
        elif why := _shortfall(
            [clip.labels[name] for clip in mine], len({clip.runner for clip in mine}), folds
        ):
            lines.append(f"{name}: {why}")
        if undecided := [clip.clip for clip in labelled if _undecided(clip, name)]:
            lines.append(f"{name}: labellers disagree, not used: {', '.join(undecided)}")
    if unlabelled:
        lines.append(f"no labelled clip, not scored: {', '.join(unlabelled)}")
    return lines


def _undecided(clip: Clip, deficiency: str) -> bool:
    return deficiency not in clip.labels and disagree(clip.opinions.get(deficiency, {}))


def _shortfall(labels: list[bool], runners: int, folds: int) -> str:
    if all(labels) or not any(labels):
        only = "yes" if labels[0] else "no"
        return f"all {len(labels)} labelled clips are {only}: two classes are needed, not scored"
    if runners == 1:
        left = "no split by runner, only the published protocol"
        return f"all {len(labels)} labelled clips are of one runner: {left}"
    if len(labels) < folds:
        return (
            f"{len(labels)} labelled clips are fewer than {folds} folds: only leave-one-runner-out"
        )
    if runners < folds:
        return f"{runners} runners are fewer than {folds} folds: no repeated folds by runner"
    return ""

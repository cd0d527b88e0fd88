"""What the labels of a manifest cannot teach, told before the first job and not after hours of pose."""

from collections.abc import Sequence

from runform.manifest import Clip


def label_gaps(clips: Sequence[Clip], deficiencies: Sequence[str], folds: int) -> list[str]:
    """One line for each of `deficiencies` whose labels allow no score, or not every protocol; one for all without any label.

    folds: of the seed's protocol and of the repeated grouped folds. A gap stops nothing: the tables hold what can be scored, and
    say why of the rest. A study without labelled clips has no few-shot table, and no line.
    """
    labelled = [clip for clip in clips if "labelled" in clip.sets]
    if not labelled:
        return []
    lines, unlabelled = [], []
    for name in deficiencies:
        mine = [clip for clip in labelled if name in clip.labels]
        if not mine:
            unlabelled.append(name)
        elif why := _gap([clip.labels[name] for clip in mine], len({clip.runner for clip in mine}), folds):
            lines.append(f"{name}: {why}")
    if unlabelled:
        lines.append(f"no labelled clip, not scored: {', '.join(unlabelled)}")
    return lines


def _gap(labels: list[bool], runners: int, folds: int) -> str:
    if all(labels) or not any(labels):
        return f"all {len(labels)} labelled clips are {'yes' if labels[0] else 'no'}: two classes are needed, not scored"
    if runners == 1:
        return f"all {len(labels)} labelled clips are of one runner: no split by runner, only the published protocol"
    if len(labels) < folds:
        return f"{len(labels)} labelled clips are fewer than {folds} folds: only leave-one-runner-out"
    if runners < folds:
        return f"{runners} runners are fewer than {folds} folds: no repeated folds by runner"
    return ""

"""Which clips of the manifest the study does without, or takes with care, and why: one row for each, none for the others."""

import csv
import io
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runform.faults import InputError
from runform.files import read_json, write_text
from runform.sequence import OK, UNAVAILABLE, load_sequence

COLUMNS = ("clip", "stage", "status", "reason")
LOW_QUALITY = "low quality"
NO_REASON = "no reason was recorded"


@dataclass(frozen=True)
class CoverageSettings:
    """min_available: fraction of the clips that must be there; below it the study stops."""

    min_available: float = 0.5


@dataclass(frozen=True)
class ClipFiles:
    """What three stages wrote about one clip: the receipt of its video, its pose, its gait."""

    receipt: str
    pose: str
    gait: str


def clip_row(clip: str, files: ClipFiles) -> dict[str, str] | None:
    """The row of `COLUMNS` of a clip that is missing something, from the first stage that missed it; None when all is well."""
    receipt = read_json(files.receipt)
    if receipt["status"] != OK:
        return _row(clip, "acquire", receipt["status"], receipt.get("reason", ""))
    pose = load_sequence(files.pose)
    if not pose.ok:
        return _row(clip, "pose", pose.status, pose.reason)
    gait = read_json(files.gait)
    if pose.reason:  # kept with its frames, but judged low
        no_gait = "" if gait["status"] == OK else f"; no gait: {gait.get('reason', '')}"
        return _row(clip, "pose", LOW_QUALITY, pose.reason + no_gait)
    if gait["status"] != OK:
        return _row(clip, "gait", gait["status"], gait.get("reason", ""))
    return None


def _row(clip, stage, status, reason) -> dict[str, str]:
    one_line = " ".join(str(reason).split()) or NO_REASON
    return dict(zip(COLUMNS, (clip, stage, status, one_line), strict=True))


def write_coverage(files: Mapping[str, ClipFiles], settings: CoverageSettings, path: str | Path) -> None:
    """Write the rows of all clips that miss something, sorted by clip; the totals go to the log.

    A clip counts as available when it has a video and a pose. Raises InputError in one line when their share is below
    `settings.min_available`, naming the most frequent reason; the rows stand in the log.
    """
    rows = [row for clip in sorted(files) if (row := clip_row(clip, files[clip]))]
    missing = [row for row in rows if row["status"] == UNAVAILABLE and row["stage"] != "gait"]
    available = len(files) - len(missing)
    for row in rows:
        logging.info("%(clip)s: %(stage)s: %(status)s: %(reason)s", row)
    logging.info("%d of %d clips available, %d listed in %s", available, len(files), len(rows), path)
    if available < settings.min_available * len(files):
        raise InputError(
            f"{available} of {len(files)} clips are available: expected at least {settings.min_available:.0%} "
            f"(acquire.min_available); most often: {_most_frequent(row['reason'] for row in missing)}"
        )
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, buffer.getvalue())


def _most_frequent(reasons: Iterable[str]) -> str:
    reasons = list(reasons)
    return max(sorted(set(reasons)), key=reasons.count)

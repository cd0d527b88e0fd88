"""coverage.csv: which clips are missing or of low quality, at which stage, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from runform.files import TEXT, read_json, write_table
from runform.sequence import OK, UNAVAILABLE, load_sequence

COLUMNS = {"clip": TEXT, "stage": TEXT, "status": TEXT, "reason": TEXT}
LOW_QUALITY = "low quality"
NO_REASON = "no reason was recorded"


@dataclass(frozen=True)
class ClipFiles:
    """Files of one clip: the receipt of its video, its pose, its gait."""

    receipt: str
    pose: str
    gait: str


def write_coverage(files: Mapping[str, ClipFiles], path: str | Path) -> None:
    """Write the rows of all clips that have one (see `clip_row`), sorted by clip."""
    rows = (clip_row(clip, files[clip]) for clip in sorted(files))
    write_table(path, COLUMNS, [row for row in rows if row])


def clip_row(clip: str, files: ClipFiles) -> dict[str, str] | None:
    """The row of a clip, from the first stage that failed; None when every stage succeeded."""
    receipt = read_json(files.receipt)
    if receipt["status"] != OK:
        return _row(clip, "acquire", receipt["status"], receipt.get("reason", ""))
    pose = load_sequence(files.pose)
    if not pose.ok:
        return _row(clip, "pose", pose.status, pose.reason)
    gait = read_json(files.gait)
    if pose.reason:  # available, but of low quality
        no_gait = "" if gait["status"] == OK else f"; no gait: {gait.get('reason', '')}"
        return _row(clip, "pose", LOW_QUALITY, pose.reason + no_gait)
    if gait["status"] != OK:
        return _row(clip, "gait", gait["status"], gait.get("reason", ""))
    return None


def is_simulated(receipt: Mapping) -> bool:
    """Whether the video of a clip showed a simulated runner, also where a study is shared without
    its videos.
    """
    return receipt.get("source", {}).get("kind") == "sim"


def _row(clip: str, stage: str, status: str, reason: str) -> dict[str, str]:
    one_line = " ".join(str(reason).split()) or NO_REASON
    return {"clip": clip, "stage": stage, "status": status, "reason": one_line}


def unavailable(rows: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The rows of coverage.csv that stand for a clip without a video or a pose."""
    return [row for row in rows if row["status"] == UNAVAILABLE and row["stage"] != "gait"]

"""The gait of one clip: keypoints in; events, metrics, curves and verdicts out, in one file."""

import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from runform.errors import Unavailable
from runform.files import write_json
from runform.gait.checks import TimeScale, View, estimate_view, expect_running, judge_time_scale
from runform.gait.deficiencies import Deficiency, judge
from runform.gait.events import FootEvents, GaitEvents, detect_events
from runform.gait.metric_summary import Conditions, summarise
from runform.gait.motion import Motion, motion_of
from runform.gait.step_metrics import Step, angle_curves, metrics_of_steps, steps_of
from runform.gait.stride_cycle import StrideSettings, find_strides
from runform.gait.tracks import LEGS, SIDES, Tracks, tracks_of
from runform.metric_definitions import SIDE_VIEWS, step_metrics
from runform.sequence import OK, UNAVAILABLE, PoseSequence, load_sequence

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GaitSettings:
    """min_seen: share of frames in which a joint must be seen, 0..1.  trust_manifest_view: the view
    in the manifest decides, and the estimate is only compared with it.  events: see
    `StrideSettings`.
    """

    min_seen: float = 0.5
    trust_manifest_view: bool = True
    events: StrideSettings = field(default_factory=StrideSettings)


def settings_from(section: dict) -> GaitSettings:
    """`GaitSettings` from the config's section."""
    return GaitSettings(**section | {"events": StrideSettings(**section["events"])})


def measure_gait(
    pose_path: str | Path,
    output_path: str | Path,
    settings: GaitSettings,
    deficiencies: dict[str, Deficiency],
    view: str = "",
    capture_fps: float | None = None,
    height_m: float | None = None,
) -> None:
    """Write the gait file of a pose sequence. A clip without gait gets a file with the reason."""
    sequence = load_sequence(pose_path)
    if capture_fps:
        sequence = sequence.replace(capture_fps=float(capture_fps))
    try:
        result = gait_of(sequence, settings, deficiencies, view, height_m)
    except Unavailable as error:
        result = {"status": UNAVAILABLE, "reason": str(error)}
    log.info("%s: %s %s", pose_path, result["status"], result["reason"])
    for warning in result.get("warnings", ()):
        log.warning("%s: %s", pose_path, warning)
    write_json(output_path, result)


def gait_of(
    sequence: PoseSequence,
    settings: GaitSettings,
    deficiencies: dict[str, Deficiency],
    manifest_view: str = "",
    height_m: float | None = None,
) -> dict:
    """Content of the gait file. Raises Unavailable with the reason where there is no gait."""
    if not sequence.ok:
        raise Unavailable(sequence.reason)
    tracks = tracks_of(sequence, settings.min_seen)
    if not tracks.has(*LEGS):
        raise Unavailable(
            "hips, knees and ankles of both legs are not seen in "
            f"{settings.min_seen:.0%} of the frames"
        )
    view = estimate_view(tracks)
    trusted = manifest_view and settings.trust_manifest_view
    used_view = manifest_view if trusted else view.estimated
    ahead = {"left": -1, "right": 1}.get(used_view, view.facing)
    motion, events, repetition = _find_events(tracks, ahead, settings.events)
    steps = steps_of(events)
    if not steps:
        raise Unavailable("no step in the clip")
    values = metrics_of_steps(steps, motion, ahead)
    capture_fps = float(sequence.capture_fps) if np.isfinite(sequence.capture_fps) else None
    time_scale = judge_time_scale(events.stride_s, _median(values["duty_factor"]), capture_fps)
    conditions = Conditions(
        view=used_view,
        fps=tracks.fps,
        speed_unknown=time_scale.warning,
        seen_share=tracks.seen_share(),
        min_seen=settings.min_seen,
        height_m=height_m,
    )
    metrics = summarise(values, steps, conditions)
    return {
        "status": OK,
        "reason": "",
        "view": {
            "estimated": view.estimated,
            "confidence": view.confidence,
            "manifest": manifest_view,
            "used": used_view,
            "azimuth_deg": view.azimuth_deg,
        },
        "facing": ahead,
        "fps": sequence.fps,
        "time_scale": asdict(time_scale) | {"capture_fps": capture_fps},
        "warnings": _warnings(view, manifest_view, time_scale, sequence),
        "leg_px": round(tracks.leg_px, 3),
        "stride_time_s": round(events.stride_s, 4),
        "repetition": round(repetition, 3),
        "events": {side: _event_lists(events.foot(side)) for side in SIDES},
        "metrics": metrics,
        "verdicts": [judge(name, deficiency, metrics) for name, deficiency in deficiencies.items()],
        "steps": _step_rows(steps, values, metrics),
        "curves": angle_curves(steps, motion, ahead) if used_view in SIDE_VIEWS else {},
    }


def _find_events(
    tracks: Tracks, ahead: int, settings: StrideSettings
) -> tuple[Motion, GaitEvents, float]:
    """Motion, events of both feet, and how strongly the strides repeat, 0..1."""
    cycle, repetition = find_strides(tracks, settings)
    motion = motion_of(tracks, cycle, settings.max_harmonics)
    expect_running(motion)
    events = detect_events(motion, ahead)
    # Fitted again: at the contacts the curve of the knee has a corner (see `motion_of`).
    motion = motion_of(tracks, cycle, settings.max_harmonics, events.contact_phases)
    return motion, events, repetition


def _median(values: np.ndarray) -> float | None:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else None


def _warnings(
    view: View, manifest_view: str, time_scale: TimeScale, sequence: PoseSequence
) -> list[str]:
    lines = [time_scale.warning, sequence.reason]
    if manifest_view and manifest_view != view.estimated:
        lines.append(
            f"the manifest says the view is {manifest_view}, the keypoints say {view.estimated} "
            f"({view.confidence:.2f})"
        )
    return [line for line in lines if line]


def _event_lists(foot: FootEvents) -> dict:
    return {
        "ic_s": [round(float(time), 4) for time in foot.ic_s],
        "to_s": [round(float(time), 4) for time in foot.to_s],
        "ic_sd_s": round(foot.ic_sd_s, 4),
        "to_sd_s": round(foot.to_sd_s, 4),
    }


def _step_rows(
    steps: list[Step], values: dict[str, np.ndarray], metrics: dict[str, dict]
) -> list[dict]:
    """A row for each step: its times, and each metric that the clip allows, None where this step
    does not show it.
    """
    rows = []
    for number, step in enumerate(steps):
        row: dict[str, str | float | None] = {"side": step.side}
        for name in ("ic_s", "to_s", "other_s", "next_s"):
            time_s = getattr(step, name)
            row[name] = None if time_s is None else round(time_s, 4)
        for name, metric in step_metrics().items():
            if metrics[name]["value"] is not None:
                value = float(values[name][number])
                row[name] = round(value, metric.digits) if np.isfinite(value) else None
        rows.append(row)
    return rows

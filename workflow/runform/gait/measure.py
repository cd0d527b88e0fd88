"""One clip's gait, start to end: keypoints in, events, metrics, curves and verdicts out, as one
JSON file.
"""

import logging
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from runform.errors import Unavailable
from runform.files import write_json
from runform.gait.checks import TimeScale, View, estimate_view, expect_running, judge_time_scale
from runform.gait.deficiencies import Deficiency, judge
from runform.gait.events import GaitEvents, detect_events
from runform.gait.metrics import Conditions, summarise
from runform.gait.motion import motion_of
from runform.gait.steps import Step, angle_curves, metrics_of_steps, steps_of
from runform.gait.stride_cycle import ClockSettings, read_clock
from runform.gait.tracks import LEGS, SIDES, Tracks, tracks_of
from runform.metric_definitions import step_metrics
from runform.sequence import OK, UNAVAILABLE, PoseSequence, load_sequence

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GaitSettings:
    """min_seen: share of frames in which a joint must be seen, 0..1.  trust_manifest_view: the
    manifest's view decides, the estimate is only compared with it.  events: see `ClockSettings`."""

    min_seen: float = 0.5
    trust_manifest_view: bool = True
    events: ClockSettings = field(default_factory=ClockSettings)


def settings_from(section: dict) -> GaitSettings:
    """`GaitSettings` from the config's section."""
    return GaitSettings(**section | {"events": ClockSettings(**section["events"])})


def measure_gait(
    pose_path: str | Path,
    output_path: str | Path,
    settings: GaitSettings,
    deficiencies: dict[str, Deficiency],
    view: str = "",
    capture_fps: float | None = None,
    height_m: float | None = None,
) -> None:
    """Write the gait file of the pose sequence at `pose_path`. A clip without gait becomes a file
    with status and reason.
    """
    sequence = load_sequence(pose_path)
    if capture_fps:
        sequence = sequence.replace(capture_fps=float(capture_fps))
    try:
        result = gait_of(sequence, settings, deficiencies, view, height_m)
    except Unavailable as fault:
        result = {"status": UNAVAILABLE, "reason": str(fault)}
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
    """The gait file's content. Raises Unavailable with the reason where there is no gait to be
    measured.
    """
    if not sequence.ok:
        raise Unavailable(sequence.reason)
    tracks = tracks_of(sequence, settings.min_seen)
    if not tracks.has(*LEGS):
        raise Unavailable(
            f"hips, knees and ankles of both legs are not seen in {settings.min_seen:.0%} of the frames"
        )
    seen_from = estimate_view(tracks)
    used_view = (
        manifest_view if manifest_view and settings.trust_manifest_view else seen_from.estimated
    )
    ahead = {"left": -1, "right": 1}.get(used_view, seen_from.facing)
    clock = read_clock(tracks, settings.events)
    motion = motion_of(tracks, clock.cycle, settings.events.max_harmonics)
    expect_running(motion)
    events = detect_events(motion, ahead)
    motion = motion_of(tracks, clock.cycle, settings.events.max_harmonics, events.contact_phases)
    steps = steps_of(events)
    if not steps:
        raise Unavailable("no step in the clip")
    values = metrics_of_steps(steps, motion, ahead)
    known_rate = float(sequence.capture_fps) if np.isfinite(sequence.capture_fps) else None
    time_scale = judge_time_scale(events.stride_s, _median(values["duty_factor"]), known_rate)
    conditions = Conditions(
        used_view, tracks.fps, time_scale.warning, _seen(tracks), settings.min_seen, height_m
    )
    metrics = summarise(values, steps, conditions)
    return {
        "status": OK,
        "reason": "",
        "view": {
            "estimated": seen_from.estimated,
            "confidence": seen_from.confidence,
            "manifest": manifest_view,
            "used": used_view,
            "azimuth_deg": seen_from.azimuth_deg,
        },
        "facing": ahead,
        "fps": sequence.fps,
        "time_scale": vars(time_scale) | {"capture_fps": known_rate},
        "warnings": _warnings(seen_from, manifest_view, time_scale, sequence),
        "leg_px": round(tracks.leg_px, 3),
        "stride_time_s": round(events.stride_s, 4),
        "repetition": round(clock.strength, 3),
        "events": {side: _event_lists(events, side) for side in SIDES},
        "metrics": metrics,
        "verdicts": [judge(name, deficiency, metrics) for name, deficiency in deficiencies.items()],
        "steps": _step_rows(steps, values, metrics),
        "curves": angle_curves(steps, motion, ahead) if used_view in ("left", "right") else {},
    }


def _median(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None


def _seen(tracks: Tracks) -> dict[str, float]:
    """Joint without its side -> share of frames in which both sides are seen."""
    both = {}
    for name in tracks.weight:
        joint = name.removeprefix("left_")
        if name.startswith("left_") and f"right_{joint}" in tracks.weight:
            both[joint] = float(
                np.mean((tracks.weight[name] > 0) & (tracks.weight[f"right_{joint}"] > 0))
            )
    return both


def _warnings(
    view: View, manifest_view: str, time_scale: TimeScale, sequence: PoseSequence
) -> list[str]:
    lines = [time_scale.warning, sequence.reason]
    if manifest_view and manifest_view != view.estimated:
        lines.append(
            f"the manifest says the view is {manifest_view}, the keypoints say {view.estimated} ({view.confidence:.2f})"
        )
    return [line for line in lines if line]


def _event_lists(events: GaitEvents, side: str) -> dict:
    foot = events.foot(side)
    return {
        "ic_s": [round(float(time), 4) for time in foot.ic_s],
        "to_s": [round(float(time), 4) for time in foot.to_s],
        "ic_sd_s": round(foot.ic_sd_s, 4),
        "to_sd_s": round(foot.to_sd_s, 4),
    }


def _step_rows(
    steps: list[Step], values: dict[str, np.ndarray], metrics: dict[str, dict]
) -> list[dict]:
    """One row a step: its times, and each metric that the clip allows (None where this step does
    not show it).
    """
    rows = []
    for number, step in enumerate(steps):
        row = {"side": step.side} | {
            name: None if (time := getattr(step, name)) is None else round(time, 4)
            for name in ("ic_s", "to_s", "other_s", "next_s")
        }
        for name, kind in step_metrics().items():
            if metrics[name]["value"] is not None:
                value = values[name][number]
                row[name] = round(float(value), kind.digits) if np.isfinite(value) else None
        rows.append(row)
    return rows

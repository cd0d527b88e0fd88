"""The gait of one clip: keypoints in; stretches, events, metrics, curves and verdicts out.

Each stretch of steady running is measured by itself; the values of the clip come from all of them.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from runform.errors import Unavailable
from runform.files import write_json
from runform.gait.checks import (
    Speed,
    TimeScale,
    View,
    estimate_speed,
    estimate_view,
    expect_running,
    expect_travel,
    is_shown,
    judge_time_scale,
)
from runform.gait.deficiencies import Deficiency, judge
from runform.gait.events import GaitEvents, detect_events
from runform.gait.metric_summary import Conditions, StretchSteps, summarise
from runform.gait.motion import Motion, motion_of
from runform.gait.step_metrics import Step, angle_curves, metrics_of_steps, steps_of
from runform.gait.stretches import (
    RUNNING,
    STEADY,
    UNKNOWN,
    WALKING,
    Stretch,
    find_stretches,
    pool_curves,
    times_s,
    why_nobody_runs,
)
from runform.gait.stride_cycle import StrideSettings, find_strides
from runform.gait.tracks import LEGS, SIDES, Tracks, tracks_of
from runform.metric_definitions import SIDE_VIEWS, step_metrics
from runform.sequence import OK, UNAVAILABLE, PoseSequence, load_sequence

log = logging.getLogger(__name__)

CADENCE = "cadence_steps_min"


@dataclass(frozen=True)
class GaitSettings:
    """min_seen: share of the frames of a stretch in which a joint must be seen, 0..1.
    trust_manifest_view: the view in the manifest decides; see `View.used`.
    events: see `StrideSettings`.
    """

    min_seen: float = 0.5
    trust_manifest_view: bool = True
    events: StrideSettings = field(default_factory=StrideSettings)


def settings_from(section: dict) -> GaitSettings:
    """`GaitSettings` from the config's section."""
    return GaitSettings(**section | {"events": StrideSettings(**section["events"])})


@dataclass(frozen=True)
class Manifested:
    """What the manifest says of the clip. view: empty where it says nothing.  height_m, speed_m_s:
    of the runner, None where not manifest.
    """

    view: str = ""
    height_m: float | None = None
    speed_m_s: float | None = None


@dataclass(frozen=True)
class RunningStretch:
    """A stretch of running and what was measured in it.

    view: as estimated.  used_view: the one that decides on metrics.  ahead: +1 facing right, -1
    left.  values: metric -> a value for each of `steps`.
    """

    stretch: Stretch
    tracks: Tracks
    view: View
    used_view: str
    ahead: int
    motion: Motion
    events: GaitEvents
    repetition: float
    steps: list[Step]
    values: dict[str, np.ndarray]
    time_scale: TimeScale


def measure_gait(
    pose_path: str | Path,
    output_path: str | Path,
    settings: GaitSettings,
    deficiencies: dict[str, Deficiency],
    view: str = "",
    height_m: float | None = None,
    speed_m_s: float | None = None,
) -> None:
    """Write the gait file of a pose sequence. A clip without gait gets a file with the reason."""
    sequence = load_sequence(pose_path)
    try:
        result = gait_of(sequence, settings, deficiencies, view, height_m, speed_m_s)
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
    speed_m_s: float | None = None,
) -> dict:
    """Content of the gait file. Raises Unavailable with the reason where nobody runs."""
    if not sequence.ok:
        raise Unavailable(sequence.reason)
    manifest = Manifested(manifest_view, height_m, speed_m_s)
    events = settings.events
    limits = (events.shortest_stride_s, events.longest_stride_s)
    stretches = find_stretches(sequence, *limits, events.min_strides)
    running, parts = measure_stretches(sequence, stretches, settings, manifest)
    if not running:
        raise Unavailable(why_nobody_runs(parts, sequence))
    return _content(sequence, running, parts, settings, manifest, deficiencies)


def measure_stretches(
    sequence: PoseSequence,
    stretches: Sequence[Stretch],
    settings: GaitSettings,
    manifest: Manifested,
) -> tuple[list[RunningStretch], list[Stretch]]:
    """The stretches in which somebody runs, measured; and all stretches by what is done in them."""
    running, parts = [], []
    for stretch in stretches:
        part = stretch
        if stretch.kind == STEADY:
            try:
                running.append(_measure_one(sequence, stretch, settings, manifest))
                part = replace(stretch, kind=RUNNING)
            except Unavailable as error:
                kind = WALKING if "walks" in str(error) else UNKNOWN
                part = replace(stretch, kind=kind, reason=str(error))
        parts.append(part)
    return running, parts


def _measure_one(
    sequence: PoseSequence, stretch: Stretch, settings: GaitSettings, manifest: Manifested
) -> RunningStretch:
    """Raises Unavailable where the stretch shows no running, or not enough of it."""
    tracks = tracks_of(sequence.part(stretch.first, stretch.last), settings.min_seen)
    tracks = replace(tracks, time_s=tracks.time_s + sequence.time_s[stretch.first])
    if not tracks.has(*LEGS):
        raise Unavailable(
            "hips, knees and ankles of both legs are not seen in "
            f"{settings.min_seen:.0%} of the frames"
        )
    view = estimate_view(tracks)
    used_view, ahead = view.used(manifest.view if settings.trust_manifest_view else "")
    cycle, repetition = find_strides(tracks, settings.events, stretch.stride_s)
    motion = motion_of(tracks, cycle, settings.events.max_harmonics)
    expect_running(motion, bool(np.isfinite(sequence.capture_fps)))
    expect_travel(tracks)
    events = detect_events(motion, ahead)
    # Fitted again: at the contacts the curve of the knee has a corner (see `motion_of`).
    motion = motion_of(tracks, cycle, settings.events.max_harmonics, events.contact_phases)
    steps = [step for step in steps_of(events) if is_shown(step, motion)]
    if not steps:
        raise Unavailable("no step in the stretch")
    values = metrics_of_steps(steps, motion, ahead)
    capture_fps = float(sequence.capture_fps) if np.isfinite(sequence.capture_fps) else None
    time_scale = judge_time_scale(events.stride_s, _median(values["duty_factor"]), capture_fps)
    return RunningStretch(
        stretch, tracks, view, used_view, ahead, motion, events, repetition, steps, values,
        time_scale,
    )  # fmt: skip


def _content(
    sequence: PoseSequence,
    running: list[RunningStretch],
    parts: list[Stretch],
    settings: GaitSettings,
    manifest: Manifested,
    deficiencies: dict[str, Deficiency],
) -> dict:
    main = max(running, key=lambda one: len(one.steps))
    metrics = summarise([_steps_of_stretch(one, settings) for one in running], manifest.height_m)
    speed, without_cadence = _speeds(running, manifest)
    return {
        "status": OK,
        "reason": "",
        "view": {
            "estimated": main.view.estimated,
            "confidence": main.view.confidence,
            "manifest": manifest.view,
            "used": main.used_view,
            "azimuth_deg": main.view.azimuth_deg,
        },
        "facing": main.ahead,
        "fps": sequence.fps,
        "time_scale": asdict(main.time_scale),
        "warnings": _warnings(running, main, manifest, sequence),
        "leg_px": round(main.tracks.leg_px, 3),
        "stride_time_s": round(main.events.stride_s, 4),
        "repetition": round(main.repetition, 3),
        "speed": asdict(speed),
        "stretches": _stretch_rows(running, parts, sequence),
        "events": {side: _event_lists(running, side) for side in SIDES},
        "metrics": metrics,
        "verdicts": [
            judge(name, rule, metrics, without_cadence if rule.metric == CADENCE else speed)
            for name, rule in deficiencies.items()
        ],
        "steps": _step_rows(running, metrics),
        "curves": pool_curves(
            [
                (one.steps, angle_curves(one.steps, one.motion, one.ahead))
                for one in running
                if one.used_view in SIDE_VIEWS
            ]
        ),
    }


def _steps_of_stretch(one: RunningStretch, settings: GaitSettings) -> StretchSteps:
    left = np.array([step.side == "left" for step in one.steps], bool)
    conditions = Conditions(
        view=one.used_view,
        fps=one.tracks.fps,
        speed_unknown=one.time_scale.warning,
        seen_share=one.tracks.seen_share(),
        min_seen=settings.min_seen,
    )
    return StretchSteps(one.values, left, conditions)


def _speeds(running: list[RunningStretch], manifest: Manifested) -> tuple[Speed, Speed]:
    """Speed of all stretches together, from their mean cadence and duty factor by steps, those of
    stretches that have one; and the same without cadence, by which cadence itself can be judged.
    """
    steps = np.array([len(one.steps) for one in running])
    duty = np.array([_median(one.values["duty_factor"]) or np.nan for one in running])
    has_duty = np.isfinite(duty)
    slow = [one.time_scale.slow_motion for one in running]
    cadence = [120.0 / one.events.stride_s for one in running]
    duty_factor = np.nan
    if has_duty.any():
        duty_factor = float(np.average(duty[has_duty], weights=steps[has_duty]))
    mean_cadence = np.nan if any(slow) else float(np.average(cadence, weights=steps))
    return (
        estimate_speed(mean_cadence, duty_factor, manifest.speed_m_s),
        estimate_speed(np.nan, duty_factor, manifest.speed_m_s),
    )


def _median(values: np.ndarray) -> float | None:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else None


def _warnings(
    running: list[RunningStretch],
    main: RunningStretch,
    manifest: Manifested,
    sequence: PoseSequence,
) -> list[str]:
    lines = [*dict.fromkeys(one.time_scale.warning for one in running), sequence.reason]
    if manifest.view and manifest.view != main.view.estimated:
        lines.append(
            f"the manifest says the view is {manifest.view}, the keypoints say "
            f"{main.view.estimated} ({main.view.confidence:.2f}); measured as {main.used_view}"
        )
    return [line for line in lines if line]


def _event_lists(running: list[RunningStretch], side: str) -> dict:
    feet = [one.events.foot(side) for one in running]
    lists: dict[str, list[float] | float] = {
        name: [round(float(time), 4) for foot in feet for time in getattr(foot, name)]
        for name in ("ic_s", "to_s")
    }
    for name in ("ic_sd_s", "to_sd_s"):
        variance = np.mean([getattr(foot, name) ** 2 for foot in feet])
        lists[name] = round(float(variance**0.5), 4)
    return lists


def _stretch_rows(
    running: list[RunningStretch], parts: list[Stretch], sequence: PoseSequence
) -> list[dict]:
    """A row for each part of the clip; those of running have a number, as their steps do."""
    of_stretch = {one.stretch.first: (number, one) for number, one in enumerate(running, 1)}
    rows = []
    for part, (start_s, end_s) in zip(parts, times_s(parts, sequence), strict=True):
        row = {"kind": part.kind, "start_s": round(start_s, 3), "end_s": round(end_s, 3)}
        row["reason"] = part.reason
        if part.kind == RUNNING:
            number, one = of_stretch[part.first]
            row |= {
                "stretch": number,
                "steps": len(one.steps),
                "stride_time_s": round(one.events.stride_s, 4),
                "slow_motion": one.time_scale.slow_motion,
                "view": one.used_view,
                "facing": one.ahead,
            }
        rows.append(row)
    return rows


def _step_rows(running: list[RunningStretch], metrics: dict[str, dict]) -> list[dict]:
    """A row for each step: its stretch and times, and each metric that the clip allows, None where
    this step does not show it.
    """
    rows = []
    for stretch, one in enumerate(running, 1):
        for number, step in enumerate(one.steps):
            row: dict[str, str | float | None] = {"stretch": stretch, "side": step.side}
            for name in ("ic_s", "to_s", "other_s", "next_s"):
                time_s = getattr(step, name)
                row[name] = None if time_s is None else round(time_s, 4)
            for name, metric in step_metrics().items():
                if metrics[name]["value"] is not None:
                    value = float(one.values[name][number])
                    hidden = metric.timed and one.time_scale.warning
                    shown = np.isfinite(value) and not hidden
                    row[name] = round(value, metric.digits) if shown else None
            rows.append(row)
    return rows

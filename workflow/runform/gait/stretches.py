"""The stretches of a clip: where somebody moves in one steady rhythm, and what the rest of it is.

A film of a runner may begin with a walk, turn, change its pace, be cut together, or show nobody for
a while. A rhythm is looked for frame by frame (`stride_evidence`), so each stretch of one pace is
found by itself, and the rest has a name. What counts is how many strides are seen.

Legend: T frames, P stride times.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from runform.gait.step_metrics import Step
from runform.gait.stride_cycle import phase_jumps
from runform.gait.tracks import LEGS, SIDES, gait_signals
from runform.pose.facing import facing_of_tracks
from runform.pose.stride_period import StrideEvidence, stride_evidence
from runform.sequence import PoseSequence
from runform.skeleton import interpolate_gaps, leg_length

STEADY, STANDING, TURNING, UNKNOWN, NOBODY = "steady", "standing", "turning", "unknown", "nobody"
RUNNING, WALKING = "running", "walking"
# Share of the movement that a rhythm must explain to be one, about each frame.
_LEAST_EVIDENCE = 0.4
# Costs of another stride time, for each ratio of `stride_evidence` and for any, in seconds of full
# evidence; a stretch ends where its stride time differs by more than this factor.
_STEP_COST_S, _LEAP_COST_S = 0.05, 0.15
_SAME_PACE = 1.13
# Legs hidden for longer than this share of a stride end a stretch.
_LONGEST_GAP = 0.5
# Whoever stands moves the feet by less than this, leg lengths: standard deviation in a moment.
_STILL_LEG, _STILL_S = 0.04, 0.4
# Feet and knees of a runner slowed down 20 times still move by .1 leg lengths a second as played.
_HANGS_LEG_S = 0.06
# A part of the clip this short has no name of its own.
_SHORTEST_PART_S = 0.2
# Knees this far ahead of the line from hip to ankle, leg lengths, point to a side: a third of what
# a side view shows.
_LEAST_ASIDE_LEG = 0.06


@dataclass(frozen=True)
class Stretch:
    """The frames from `first` to before `last`.

    kind: `steady` (one rhythm), `standing`, `turning`, `unknown` or `nobody`; once it is measured a
    steady one is `running`, `walking` or `unknown`.  stride_s: of a steady one, s of true time,
    else NaN.  reason: why it is not running, or empty.
    """

    first: int
    last: int
    kind: str
    stride_s: float = float("nan")
    reason: str = ""


def find_stretches(
    sequence: PoseSequence, shortest_s: float, longest_s: float, min_strides: float
) -> list[Stretch]:
    """All stretches in order of time; together they are the clip.

    shortest_s, longest_s: limits of the stride time as played.  min_strides: fewer are no stretch.
    """
    played_s = sequence.fps / sequence.true_fps
    limits = (shortest_s * played_s, longest_s * played_s)
    stretches = []
    for first, last in sequence.shots:
        shot = sequence.part(first, last)
        stretches += [
            Stretch(part.first + first, part.last + first, part.kind, part.stride_s, part.reason)
            for part in _of_one_shot(shot, limits, min_strides)
        ]
    return stretches


def _of_one_shot(shot: PoseSequence, limits: tuple[float, float], least: float) -> list[Stretch]:
    rate_hz = shot.true_fps
    joints = shot.joints.by_joint(shot.xy.astype(float))
    in_view = np.isfinite(np.stack([joints[name] for name in LEGS])).all(axis=(0, 2))
    leg_px = leg_length(joints)
    if not in_view.any() or not leg_px > 0:
        return _rest(0, len(shot.xy), np.zeros(len(shot.xy), bool), None, rate_hz)
    opposite, alike = gait_signals(joints, leg_px)
    hangs = _hangs(opposite, shot.fps)[:, None]
    evidence = stride_evidence(
        np.where(hangs, np.nan, opposite),
        [np.where(hangs, np.nan, signal) for signal in alike],
        rate_hz,
        *limits,
    )
    pace = follow_pace(evidence, rate_hz)
    steady = []
    for first, last, stride_s in same_pace(pace, evidence.stride_s):
        frames = stride_s * rate_hz
        pieces = [
            piece
            for start, end in _facing_one_way(joints, leg_px, first, last, frames)
            for a, b in _without_gaps(in_view, start, end, _LONGEST_GAP * frames)
            for piece in _in_phase(opposite, a, b, frames)
        ]
        steady += [Stretch(a, b, STEADY, stride_s) for a, b in pieces if b - a >= least * frames]
    steady = sorted(steady, key=lambda stretch: stretch.first)
    parts, at = [], 0
    for stretch in [*steady, Stretch(len(in_view), len(in_view), STEADY)]:
        parts += _rest(at, stretch.first, in_view, opposite, rate_hz)
        parts += [stretch] if stretch.last > stretch.first else []
        at = stretch.last
    return _named_turns(parts, joints)


def follow_pace(evidence: StrideEvidence, rate_hz: float) -> np.ndarray:
    """(T,) row of the stride time in each frame, -1 where there is no rhythm: the path of most
    evidence (Viterbi), on which the stride time seldom changes.
    """
    count, frames = evidence.share.shape
    path = np.full(frames, -1)
    if not count:
        return path
    gain = (evidence.share - _LEAST_EVIDENCE) / rate_hz
    total, none = np.zeros(count), 0.0
    came_from = np.zeros((frames, count + 1), int)
    rows = np.arange(count)
    for frame in range(frames):
        best = total.copy()
        source = rows.copy()
        for shift in (-1, 1):
            moved = np.full(count, -np.inf)
            moved[max(shift, 0) : count + min(shift, 0)] = (
                total[max(-shift, 0) : count + min(-shift, 0)] - _STEP_COST_S
            )
            source = np.where(moved > best, rows - shift, source)
            best = np.maximum(best, moved)
        begins = none - _LEAP_COST_S > best
        source[begins] = count
        best[begins] = none - _LEAP_COST_S
        top = int(np.argmax(total))
        came_from[frame, :count] = source
        came_from[frame, count] = top if total[top] > none else count
        total, none = best + gain[:, frame], max(none, float(total[top]))
    state = int(np.argmax(total)) if total.max() > none else count
    for frame in range(frames - 1, -1, -1):
        path[frame] = state if state < count else -1
        state = came_from[frame, state]
    return path


def same_pace(pace: np.ndarray, strides_s: np.ndarray) -> list[tuple[int, int, float]]:
    """(first, last + 1, stride time s) of each piece of `pace` (T,) in which the stride time stays
    within a factor of its mean.
    """
    pieces = []
    first = 0
    logs = np.where(pace >= 0, np.log(np.append(strides_s, 1.0))[pace], 0.0)
    total = np.concatenate([[0.0], np.cumsum(logs)])
    for frame in range(len(pace) + 1):
        begun = frame > first and pace[first] >= 0
        mean_s = np.exp((total[frame] - total[first]) / (frame - first)) if begun else np.nan
        ends = frame == len(pace) or pace[frame] < 0
        if begun and not ends:
            ratio = strides_s[pace[frame]] / mean_s
            ends = max(ratio, 1 / ratio) > _SAME_PACE
        if begun and ends:
            pieces.append((first, frame, float(mean_s)))
        if ends or not begun:
            first = frame if frame < len(pace) and pace[frame] >= 0 else frame + 1
    return pieces


def _without_gaps(
    in_view: np.ndarray, first: int, last: int, longest: float
) -> list[tuple[int, int]]:
    """The pieces of [first, last) that begin and end with legs in view and have no longer gap."""
    frames = np.flatnonzero(in_view[first:last]) + first
    if not len(frames):
        return []
    breaks = np.flatnonzero(np.diff(frames) > max(longest, 1)) + 1
    return [(int(piece[0]), int(piece[-1]) + 1) for piece in np.split(frames, breaks)]


def _in_phase(
    opposite: np.ndarray, first: int, last: int, stride_frames: float
) -> list[tuple[int, int]]:
    """The pieces of [first, last) in which the strides follow each other without a jump."""
    track = interpolate_gaps(opposite[first:last])
    widest = track[:, int(np.argmax(track.var(axis=0)))]
    edges = [first, *(phase_jumps(widest, stride_frames) + first), last]
    return [(int(a), int(b)) for a, b in itertools.pairwise(edges)]


def _facing_one_way(
    joints: dict[str, np.ndarray], leg_px: float, first: int, last: int, stride_frames: float
) -> list[tuple[int, int]]:
    """The pieces of [first, last) in which the knees point to the same side of the picture, or to
    none.
    """
    ahead = interpolate_gaps(
        np.mean(
            [
                joints[f"{side}_knee"][first:last, 0]
                - (joints[f"{side}_hip"] + joints[f"{side}_ankle"])[first:last, 0] / 2
                for side in SIDES
            ],
            axis=0,
        )
    )
    smooth = gaussian_filter1d(ahead, 0.5 * stride_frames, mode="nearest")
    clear = np.abs(smooth) > _LEAST_ASIDE_LEG * leg_px
    sign = np.sign(smooth[clear])
    turns = np.flatnonzero(np.diff(sign)) + 1
    edges = [first, *(np.flatnonzero(clear)[turns] + first), last]
    return [(int(a), int(b)) for a, b in itertools.pairwise(edges)]


def _rest(
    first: int, last: int, in_view: np.ndarray, opposite: np.ndarray | None, rate_hz: float
) -> list[Stretch]:
    """What lies between two steady stretches, frame by frame: nobody, standing, or unknown."""
    if last <= first:
        return []
    kinds = np.full(last - first, UNKNOWN, object)
    kinds[~in_view[first:last]] = NOBODY
    if opposite is not None:
        still = _still(opposite[first:last], rate_hz)
        kinds[still & in_view[first:last]] = STANDING
    edges = [0, *(np.flatnonzero(kinds[1:] != kinds[:-1]) + 1), len(kinds)]
    parts: list[Stretch] = []
    for a, b in itertools.pairwise(edges):
        short = (b - a) / rate_hz < _SHORTEST_PART_S
        if parts and (short or parts[-1].kind == kinds[a]):
            parts[-1] = Stretch(parts[-1].first, first + int(b), parts[-1].kind)
        else:
            parts.append(Stretch(first + int(a), first + int(b), str(kinds[a])))
    return parts


def _hangs(opposite: np.ndarray, fps: float) -> np.ndarray:
    """(T,) bool: the picture stands still, as played: a title, or a recording that hangs."""
    track = interpolate_gaps(opposite)
    speed = fps * np.abs(np.diff(track, axis=0, prepend=track[:1])).max(axis=1)
    return gaussian_filter1d(speed, 2.0) < _HANGS_LEG_S


def _still(opposite: np.ndarray, rate_hz: float) -> np.ndarray:
    """(T,) bool: feet and knees hardly move for a moment."""
    track = interpolate_gaps(opposite)
    sd = 0.5 * _STILL_S * rate_hz
    mean = gaussian_filter1d(track, sd, axis=0, mode="nearest")
    spread = gaussian_filter1d((track - mean) ** 2, sd, axis=0, mode="nearest").max(axis=1) ** 0.5
    return spread < _STILL_LEG


def _named_turns(parts: list[Stretch], joints: dict[str, np.ndarray]) -> list[Stretch]:
    """`parts` in which an unknown one between two that face different ways is a turn."""

    def facing(part: Stretch) -> int:
        return facing_of_tracks(
            {name: xy[part.first : part.last] for name, xy in joints.items()}
        ).direction

    named = list(parts)
    for at in range(1, len(parts) - 1):
        before, part, after = parts[at - 1 : at + 2]
        if part.kind == UNKNOWN and facing(before) * facing(after) < 0:
            named[at] = Stretch(part.first, part.last, TURNING)
    return named


def times_s(parts: Sequence[Stretch], sequence: PoseSequence) -> list[tuple[float, float]]:
    """Start and end of each part, s of true time."""
    rate_hz = sequence.true_fps
    return [(part.first / rate_hz, part.last / rate_hz) for part in parts]


def why_nobody_runs(parts: Sequence[Stretch], sequence: PoseSequence) -> str:
    """The reason of the longest part that has one; else what is seen instead of a run."""
    reasons = [part for part in parts if part.reason]
    if reasons:
        return max(reasons, key=lambda part: part.last - part.first).reason
    listed = "; ".join(
        f"{part.kind} from {start_s:.1f} to {end_s:.1f} s"
        for part, (start_s, end_s) in zip(parts, times_s(parts, sequence), strict=True)
    )
    return f"no repeated stride of one pace: {listed}"


def pool_curves(stretches: Sequence[tuple[list[Step], dict[str, dict]]]) -> dict[str, dict]:
    """The curves (`step_metrics.angle_curves`) of all stretches together: mean over the strides,
    and standard deviation about it.
    """
    parts: dict[str, dict[str, list]] = {}
    for steps, curves in stretches:
        for name, sides in curves.items():
            for side, curve in sides.items():
                strides = sum(step.side == side and step.next_s is not None for step in steps)
                parts.setdefault(name, {}).setdefault(side, []).append((strides, curve))
    return {
        name: {side: _pooled_curve(curves) for side, curves in sides.items()}
        for name, sides in parts.items()
    }


def _pooled_curve(curves: list[tuple[int, dict]]) -> dict[str, list[float]]:
    strides = [count for count, _ in curves]
    means = np.array([curve["mean"] for _, curve in curves])
    sds = np.array([curve["sd"] for _, curve in curves])
    mean = np.average(means, axis=0, weights=strides)
    sd = np.average(sds**2 + (means - mean) ** 2, axis=0, weights=strides) ** 0.5
    return {
        "mean": [round(float(angle), 2) for angle in mean],
        "sd": [round(float(angle), 2) for angle in sd],
    }

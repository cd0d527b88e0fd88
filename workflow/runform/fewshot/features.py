"""Features of clips: measured gait, the plain pose, framing and light, and pooled embeddings.

Legend: N clips, T frames, M metrics, F features.
"""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from runform.errors import Unavailable
from runform.fewshot.labelled import load_mean_embeddings
from runform.sequence import PoseSequence
from runform.skeleton import get_skeleton, mirrored, to_h36m17
from runform.video import read_frames

H36M = get_skeleton("h36m17")
CURVE_POINTS = 11


def metric_table(gaits: list[dict | None]) -> tuple[list[str], dict[str, np.ndarray]]:
    """Metrics of N clips (the JSON of `measure_gait`, None where there is none) as arrays (N, M),
    NaN where not measurable.

    Returns the M metric names, sorted, and {"value": …, "asymmetry": abs(left - right), "sd":
    spread over steps}.
    """
    measured = [(gait or {}).get("metrics") or {} for gait in gaits]
    names = sorted({name for metrics in measured for name in metrics})
    cells = {
        "value": _value,
        "asymmetry": _asymmetry,
        "sd": lambda metric: _number(metric.get("sd")),
    }
    table = {
        kind: np.array(
            [[read(metrics.get(name) or {}) for name in names] for metrics in measured], float
        ).reshape(len(gaits), -1)
        for kind, read in cells.items()
    }
    return names, table


def _number(value) -> float:
    return np.nan if value is None else float(value)


def _value(metric: dict) -> float:
    return _number(metric.get("value"))


def _asymmetry(metric: dict) -> float:
    return abs(_number(metric.get("left")) - _number(metric.get("right")))


def past_limit(gaits: list[dict | None], deficiency: str) -> np.ndarray:
    """(N,) how far the metric of a deficiency lies past its limit, on the troubled side; NaN where
    it was not measured.

    Read from the verdicts of `measure_gait`, in half distances between the limits: -1 at `watch`, 0
    half way, 1 at `flag`. Where there is trouble on both sides the worse counts.
    """
    return np.array([_past(_verdict_on(deficiency, gait)) for gait in gaits], float)


def _verdict_on(deficiency: str, gait: dict | None) -> dict:
    return next(
        (
            verdict
            for verdict in (gait or {}).get("verdicts") or []
            if verdict["name"] == deficiency
        ),
        {},
    )


def _past(verdict: dict) -> float:
    value = _number(verdict.get("value"))
    if np.isnan(value):
        return np.nan
    limits = [(verdict["watch"], verdict["flag"])]
    if verdict["other_flag"] is not None:
        limits.append((verdict["other_watch"], verdict["other_flag"]))
    return max((2 * value - watch - flag) / (flag - watch) for watch, flag in limits)


def curve_table(gaits: list[dict | None]) -> np.ndarray:
    """(N, curves x CURVE_POINTS) mean joint-angle curves of both sides, thinned to every 10 %."""
    curves = [(gait or {}).get("curves") or {} for gait in gaits]
    names = sorted({name for named in curves for name in named})
    rows = [
        np.concatenate([_curve(named.get(name) or {}) for name in names] or [np.zeros(0)])
        for named in curves
    ]
    return np.array(rows, float).reshape(len(gaits), len(names) * CURVE_POINTS)


def _curve(sides: dict) -> np.ndarray:
    means = [
        np.array([_number(value) for value in side["mean"]])
        for side in sides.values()
        if side and side.get("mean")
    ]
    means = [mean for mean in means if len(mean) == 10 * (CURVE_POINTS - 1) + 1]
    return np.mean(means, axis=0)[::10] if means else np.full(CURVE_POINTS, np.nan)


def facing_of(gait: dict | None) -> int:
    """1 when the runner faces right in the image or nobody knows, -1 left."""
    return -1 if ((gait or {}).get("facing") or 1) < 0 else 1


def contacts_s(gait: dict | None, side: str) -> np.ndarray:
    """Times of one foot's initial contacts in seconds; empty when unknown."""
    events = ((gait or {}).get("events") or {}).get(side) or {}
    times = np.array([_number(time) for time in events.get("ic_s") or []], float)
    return np.sort(times[np.isfinite(times)])


def stride_phase(gait: dict | None, time_s: np.ndarray) -> np.ndarray:
    """(T,) phase 0..1 of each frame between one left initial contact and the next; NaN outside the
    first and last.

    Where fewer than two left contacts are known the right foot's are used, half a stride apart.
    """
    for side, offset in (("left", 0.0), ("right", 0.5)):
        contacts = contacts_s(gait, side)
        if len(contacts) >= 2:
            count = np.interp(time_s, contacts, np.arange(len(contacts)), left=np.nan, right=np.nan)
            return (count + offset) % 1
    return np.full(len(time_s), np.nan)


def near_contact(gait: dict | None, time_s: np.ndarray, window_s: float) -> np.ndarray:
    """(T,) whether each frame lies within `window_s` of an initial contact of either foot."""
    contacts = np.concatenate([contacts_s(gait, "left"), contacts_s(gait, "right")])
    if not len(contacts):
        return np.zeros(len(time_s), bool)
    return np.abs(time_s[:, None] - contacts).min(axis=1) <= window_s


NUISANCE = (
    "height", "centre_x", "centre_y", "travel_x", "frames", "duration_s", "fps", "aspect",
    "brightness", "contrast",
)  # fmt: skip


def mean_and_spread(sequence: PoseSequence, facing: int) -> np.ndarray:
    """(4 J,) mean, then standard deviation over frames, of the root-centred pose in torso lengths
    (mid-hip to neck, median).

    facing: 1 when the runner faces right in the image, -1 left; those who face left are mirrored,
    left and right exchanged, so that the direction of the run tells nothing. NaN where a joint is
    never seen.
    """
    motion = to_h36m17(sequence.xy, sequence.score, sequence.joints)
    if facing < 0:
        motion = mirrored(motion)
    xy = motion[..., :2].astype(float)
    centred = xy - xy[:, H36M.index("root")][:, None]  # (T, J, 2)
    torso_px = _median(_torso_px(xy))
    figure = (
        centred / torso_px
        if np.isfinite(torso_px) and torso_px > 0
        else np.full_like(centred, np.nan)
    )
    return np.concatenate(
        [_over_frames(statistic, figure).ravel() for statistic in (np.nanmean, np.nanstd)]
    )


def nuisance(sequence: PoseSequence, brightness: float, contrast: float) -> np.ndarray:
    """(10,) the features named in `NUISANCE`: figure size, framing, clip length, light. Lengths are
    shares of the frame.

    Medians of the runner's box over frames, and how far its centre travels from the first third of
    the clip to the last. Form moves a box a little (a lean shortens it): in a study whose clips are
    all framed alike that little would show, which is why simulated cameras frame each clip at
    random (`runform.simulate.camera`). brightness, contrast: mean and standard deviation of the
    grey level, 0..255.
    """
    width_px, height_px = sequence.size
    box = sequence.box.astype(float) / np.array([width_px, height_px, width_px, height_px])
    x, y, height = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2, box[:, 3] - box[:, 1]
    third = max(1, len(x) // 3)
    framing = [
        _median(height),
        _median(x),
        _median(y),
        abs(_median(x[-third:]) - _median(x[:third])),
    ]
    frames = len(sequence.xy)
    played = [frames, frames / sequence.fps, sequence.fps, width_px / height_px]
    return np.array([*framing, *played, brightness, contrast], float)


def _torso_px(h36m: np.ndarray) -> np.ndarray:
    """(T,) mid-hip to neck."""
    return np.linalg.norm(h36m[:, H36M.index("neck")] - h36m[:, H36M.index("root")], axis=-1)


def _over_frames(statistic, figure: np.ndarray) -> np.ndarray:
    """`statistic` over axis 0, NaN and no warning where nothing was ever seen."""
    seen = np.isfinite(figure).any(axis=0)
    return np.where(seen, statistic(np.where(seen, figure, 0.0), axis=0), np.nan)


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan


def brightness_of(video: str | Path, every: int = 15, samples: int = 5) -> tuple[float, float]:
    """Mean and SD of the grey level, 0..255, of `samples` frames, one in `every`; else NaN."""
    try:
        frames = list(islice(read_frames(video), 0, every * samples, every))
    except Unavailable:
        return np.nan, np.nan
    grey = np.stack(frames).mean(axis=-1)
    return float(grey.mean()), float(grey.std())


MEAN, SPREAD, PHASE, CONTACT = "mean", "mean_spread", "phase", "contact"


def pool_frames(
    frames: np.ndarray, phase: np.ndarray, contact: np.ndarray, bins: int
) -> dict[str, np.ndarray]:
    """Poolings of frames (T, F) by name: `mean_spread` (2 F,), `phase` (B F,), `contact` (F,).

    phase: (T,) 0..1 or NaN.  contact: (T,) bool.  A bin, or a window, that no frame falls into
    takes the mean over all frames.
    """
    frames = frames.astype(float)
    mean = frames.mean(axis=0)
    which = np.where(np.isfinite(phase), np.floor(np.nan_to_num(phase) * bins), -1)
    binned = [
        frames[which == number].mean(axis=0) if (which == number).any() else mean
        for number in range(bins)
    ]
    return {
        SPREAD: np.concatenate([mean, frames.std(axis=0)]),
        PHASE: np.concatenate(binned),
        CONTACT: frames[contact].mean(axis=0) if contact.any() else mean,
    }


def load_poolings(
    embeddings_npz: str | Path,
    clips: Sequence[str],
    gaits: dict[str, dict | None],
    time_s: dict[str, np.ndarray],
    bins: int,
    window_s: float,
) -> dict[str, np.ndarray]:
    """Every pooling of `clips` as arrays (N, F); a clip without an embedding is a row of NaN.

    gaits: clip -> JSON of `measure_gait`.  time_s: clip -> (T,) time of each frame of its pose.
    Only the mean is given when a clip that has an embedding lacks its frames.
    """
    means = load_mean_embeddings(embeddings_npz)
    known = [clip for clip in clips if clip in means]
    if not known:
        return {}
    pooled = {clip: {MEAN: means[clip].astype(float)} for clip in known}
    with np.load(embeddings_npz, allow_pickle=False) as file:
        if all(f"frames:{clip}" in file for clip in known):
            for clip in known:
                frames = file[f"frames:{clip}"]
                time = time_s[clip][: len(frames)]
                frames = frames[: len(time)]
                phase, contact = (
                    stride_phase(gaits.get(clip), time),
                    near_contact(gaits.get(clip), time, window_s),
                )
                pooled[clip] |= pool_frames(frames, phase, contact, bins)
    widths = {name: len(vector) for name, vector in pooled[known[0]].items()}
    return {
        name: np.stack(
            [pooled[clip][name] if clip in pooled else np.full(width, np.nan) for clip in clips]
        )
        for name, width in widths.items()
    }

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
    """Sorted names and arrays (N, M) of the metrics of N clips, NaN where not measured.

    gaits: JSON of `measure_gait`, None where there is none.  The arrays are `value`, `asymmetry`
    (absolute difference of left and right) and `sd` (spread over steps).
    """
    measured = [(gait or {}).get("metrics") or {} for gait in gaits]
    names = sorted({name for metrics in measured for name in metrics})

    def column(key: str) -> np.ndarray:
        cells = [[_number((metrics.get(n) or {}).get(key)) for n in names] for metrics in measured]
        return np.array(cells, float).reshape(len(gaits), -1)

    asymmetry = np.abs(column("left") - column("right"))
    return names, {"value": column("value"), "asymmetry": asymmetry, "sd": column("sd")}


def _number(value) -> float:
    return np.nan if value is None else float(value)


def past_limit(gaits: list[dict | None], deficiency: str) -> np.ndarray:
    """(N,) how far the metric of a deficiency lies past its limit; NaN where it was not measured.

    Read from the verdicts of `measure_gait`: `runform.limits.rule_position`, -1 at `watch`, 0 half
    way, 1 at `flag`.
    """
    return np.array(
        [_number(_verdict_on(deficiency, gait).get("position")) for gait in gaits], float
    )


def _verdict_on(deficiency: str, gait: dict | None) -> dict:
    verdicts = (gait or {}).get("verdicts") or []
    return next((verdict for verdict in verdicts if verdict["name"] == deficiency), {})


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
    """1 when the runner faces right in the image, or where that is unknown; -1 left."""
    return -1 if ((gait or {}).get("facing") or 1) < 0 else 1


def contacts_s(gait: dict | None, side: str) -> np.ndarray:
    """Times of one foot's initial contacts in seconds; empty when unknown."""
    events = ((gait or {}).get("events") or {}).get(side) or {}
    times = np.array([_number(time) for time in events.get("ic_s") or []], float)
    return np.sort(times[np.isfinite(times)])


def stride_phase(gait: dict | None, time_s: np.ndarray) -> np.ndarray:
    """(T,) phase 0..1 of each frame from one left initial contact to the next, NaN outside them.

    With fewer than two left contacts, the right foot's are used, half a stride apart.
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
    """(4 J,) mean, then SD over frames, of the root-centred pose of J joints in torso lengths.

    A torso is the median distance from mid-hip to neck.  facing: 1 right in the image, -1 left; the
    latter are mirrored, left and right joints exchanged, so that the direction of the run does not
    show. NaN where a joint is never visible.
    """
    motion = to_h36m17(sequence.xy, sequence.score, sequence.joints)
    if facing < 0:
        motion = mirrored(motion)
    xy = motion[..., :2].astype(float)
    centred = xy - xy[:, H36M.index("root")][:, None]  # (T, J, 2)
    torso_px = _median(_torso_px(xy))
    figure = centred / torso_px if torso_px > 0 else np.full_like(centred, np.nan)
    moments = [_over_frames(statistic, figure) for statistic in (np.nanmean, np.nanstd)]
    return np.concatenate([moment.ravel() for moment in moments])


def nuisance(sequence: PoseSequence, *light: float) -> np.ndarray:
    """(10,) the features named in `NUISANCE`, lengths as shares of the frame; (8,) without `light`.

    Medians of the runner's box over frames, and how far its centre travels from the first third of
    the clip to the last. Form changes the box a little (a lean shortens it), which is why simulated
    cameras frame each clip at random (`runform.simulate.camera`).  light: brightness and contrast,
    mean and SD of the grey level, 0..255.
    """
    width_px, height_px = sequence.size
    box = sequence.box.astype(float) / np.array([width_px, height_px, width_px, height_px])
    x, y, height = (box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2, box[:, 3] - box[:, 1]
    third = max(1, len(x) // 3)
    travel = abs(_median(x[-third:]) - _median(x[:third]))
    framing = [_median(height), _median(x), _median(y), travel]
    frames = len(sequence.xy)
    played = [frames, frames / sequence.fps, sequence.fps, width_px / height_px]
    return np.array([*framing, *played, *light], float)


def _torso_px(h36m: np.ndarray) -> np.ndarray:
    """(T,) mid-hip to neck."""
    return np.linalg.norm(h36m[:, H36M.index("neck")] - h36m[:, H36M.index("root")], axis=-1)


def _over_frames(statistic, figure: np.ndarray) -> np.ndarray:
    """`statistic` over axis 0; NaN without a warning where all frames are NaN."""
    visible = np.isfinite(figure).any(axis=0)
    return np.where(visible, statistic(np.where(visible, figure, 0.0), axis=0), np.nan)


def _median(values: np.ndarray) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else np.nan


def brightness_of(video: str | Path, every: int = 15, samples: int = 5) -> tuple[float, float]:
    """Mean and SD of the grey level, 0..255, of `samples` frames, one in `every`; else NaN."""
    try:
        sampled = islice(read_frames(video, every), every * samples)
        frames = [frame for frame in sampled if frame is not None]
    except Unavailable:
        return np.nan, np.nan
    grey = np.stack(frames).mean(axis=-1)
    return float(grey.mean()), float(grey.std())


MEAN, SPREAD, PHASE, CONTACT = "mean", "mean_spread", "phase", "contact"


def pool_frames(
    frames: np.ndarray, phase: np.ndarray, contact: np.ndarray, bins: int
) -> dict[str, np.ndarray]:
    """Poolings of frames (T, F) by name: `mean_spread` (2 F,), `phase` (bins F,), `contact` (F,).

    phase: (T,) 0..1 or NaN.  contact: (T,) bool.  A bin or window without a frame takes the mean
    over all frames.
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
    bins: int,
    window_s: float,
) -> dict[str, np.ndarray]:
    """Every pooling of `clips` as arrays (N, F); a clip without an embedding is a row of NaN.

    gaits: clip -> JSON of `measure_gait`. The frames have times of their own, since the encoder
    sees a clip at its own frame rate. Only the mean is given when a clip that has an embedding
    lacks its frames.
    """
    means = load_mean_embeddings(embeddings_npz)
    pooled = {clip: {MEAN: means[clip].astype(float)} for clip in clips if clip in means}
    if not pooled:
        return {}
    with np.load(embeddings_npz, allow_pickle=False) as file:
        if all(f"frames:{clip}" in file for clip in pooled):
            for clip in pooled:
                times_s = file[f"times_s:{clip}"]
                phase = stride_phase(gaits.get(clip), times_s)
                contact = near_contact(gaits.get(clip), times_s, window_s)
                pooled[clip] |= pool_frames(file[f"frames:{clip}"], phase, contact, bins)
    first = next(iter(pooled.values()))
    missing = {name: np.full_like(vector, np.nan) for name, vector in first.items()}
    rows = [pooled.get(clip, missing) for clip in clips]
    return {name: np.stack([row[name] for row in rows]) for name in missing}

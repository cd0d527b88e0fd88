"""One clip, start to end: frames in, the repaired and judged keypoints of one runner out.

Legend: T frames, K keypoints, H and W height and width of a frame in px.
"""

import itertools
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from runform.errors import Unavailable
from runform.files import read_json
from runform.pose.backend import Detections, PoseBackend
from runform.pose.follow import PeopleSettings, follow_runner
from runform.pose.quality import (
    QualitySettings,
    find_absence,
    find_weakness,
    leg_length_px,
    measure_quality,
)
from runform.pose.repair import RepairSettings, find_jumps, repair
from runform.sequence import OK, PoseSequence, empty_sequence, save_sequence
from runform.skeleton import Skeleton, get_skeleton
from runform.video import CutFinder, read_frames

if TYPE_CHECKING:
    from runform.pose.blazepose import BlazePose

log = logging.getLogger(__name__)

BLAZEPOSE = "blazepose"
BOX_MARGIN = 0.1


@dataclass(frozen=True)
class PoseSettings:
    """The network, and what is done with its keypoints.

    model: "blazepose", or a name of `runform.pose.openmmlab.MODELS`.
    detection_confidence, tracking_confidence: 0..1, see `runform.pose.blazepose`.
    people: how the runner is found where there is a person detector.
    """

    model: str = BLAZEPOSE
    detection_confidence: float = 0.5
    tracking_confidence: float = 0.5
    people: PeopleSettings = field(default_factory=PeopleSettings)
    repair: RepairSettings = field(default_factory=RepairSettings)
    quality: QualitySettings = field(default_factory=QualitySettings)


def settings_from(
    model: str = BLAZEPOSE,
    blazepose: dict | None = None,
    people: dict | None = None,
    repair: dict | None = None,
    quality: dict | None = None,
) -> PoseSettings:
    """`PoseSettings` from the groups of the config's section; what is left out has its default."""
    return PoseSettings(
        model,
        people=PeopleSettings(**(people or {})),
        repair=RepairSettings(**(repair or {})),
        quality=QualitySettings(**(quality or {})),
        **(blazepose or {}),
    )


def estimate_pose(
    clip_path: str | Path,
    receipt_path: str | Path,
    output_path: str | Path,
    settings: PoseSettings,
    blazepose_path: str | Path,
    weights_path: str = "",
    detector_path: str = "",
    subject: tuple[float, float] | None = None,
    threads: int = 1,
) -> None:
    """Write the `PoseSequence` of the clip at `clip_path` to `output_path`.

    receipt_path: of the clip, which says its frame rate and size.  blazepose_path: BlazePose's
    bundle.  weights_path: ONNX file of another network.  detector_path: ONNX file of a person
    detector; without one BlazePose finds the runner.  subject: (x, y) in 0..1 of the first frame,
    the person to follow.  threads: of the networks. A clip that is unavailable, or of too low
    quality, becomes an unavailable sequence with the reason.
    """
    receipt = read_json(receipt_path)
    network = make_backend(settings, weights_path or blazepose_path, threads)
    try:
        if receipt["status"] != OK:
            raise Unavailable(receipt["reason"])
        fps, size = receipt["fps"], (receipt["width_px"], receipt["height_px"])
        finder = CutFinder()
        film = finder.watch(every_frame(clip_path))
        if detector_path:
            detections, source, quality = see_detected(
                clip_path, film, fps, network, settings, detector_path, subject, threads
            )
        else:
            blazepose = make_backend(replace(settings, model=BLAZEPOSE), blazepose_path)
            detections, quality = see(clip_path, film, fps, size, network, blazepose, subject)
            source = {}
    except Unavailable as error:
        sequence = empty_sequence(str(error), network.skeleton)
    else:
        rates = (fps, receipt.get("capture_fps"))
        source = network.source | source
        cut = finder.cuts()
        sequence = finish(detections, network.skeleton, *rates, size, source, settings, cut)
        sequence = sequence.replace(quality=sequence.quality | quality)
    log.info("%s: %s %s, quality %s", clip_path, sequence.status, sequence.reason, sequence.quality)
    save_sequence(sequence, output_path)


def see_detected(
    clip_path: str | Path,
    film: Iterable[np.ndarray],
    fps: float,
    network: PoseBackend,
    settings: PoseSettings,
    detector_path: str,
    subject: tuple[float, float] | None,
    threads: int,
) -> tuple[Detections, dict, dict]:
    """Keypoints of the runner whom a person detector follows, and what to add to the sequence's
    source and quality.  film: all frames (H, W, 3) uint8 RGB of the clip.
    """
    from runform.pose.rtmdet import PersonDetector

    detector = PersonDetector(detector_path, threads)
    frames = read_frames(clip_path, settings.people.step(fps))
    boxes, quality = follow_runner(frames, fps, detector, settings.people, subject)
    return network.detect(film, boxes), {"detector": detector.source}, quality


def see(
    clip_path: str | Path,
    film: Iterable[np.ndarray],
    fps: float,
    size: tuple[int, int],
    network: PoseBackend,
    blazepose: "BlazePose",
    subject: tuple[float, float] | None,
) -> tuple[Detections, dict]:
    """Keypoints by `network` of the runner whom BlazePose finds, and what to add to the
    sequence's quality.  film: all frames (H, W, 3) uint8 RGB of the clip.
    """
    from runform.pose.find_runner import find_runner

    detections = blazepose.detect(film)
    read = partial(read_frames, clip_path)
    boxes, quality = find_runner(read, detections, fps, size, blazepose, subject)
    if boxes is None and network.source == blazepose.source:
        return detections, quality
    boxes = box_around(detections.xy) if boxes is None else boxes
    return network.detect(every_frame(clip_path), boxes), quality


def every_frame(clip_path: str | Path) -> Iterator[np.ndarray]:
    """All frames (H, W, 3) uint8 RGB of a clip."""
    return (frame for frame in read_frames(clip_path) if frame is not None)


def make_backend(settings: PoseSettings, weights_path: str | Path, threads: int = 1):
    """The `PoseBackend` that `settings.model` names, whose heavy packages are imported only here.

    InputError when `weights_path` is no model of that kind.
    """
    if settings.model == BLAZEPOSE:
        from runform.pose.blazepose import BlazePose

        return BlazePose(weights_path, settings.detection_confidence, settings.tracking_confidence)
    from runform.pose.rtmpose import RTMPose

    return RTMPose(weights_path, threads)


def finish(
    detections: Detections,
    skeleton: str,
    fps: float,
    capture_fps: float | None,
    size: tuple[int, int],
    source: dict,
    settings: PoseSettings,
    cut: np.ndarray | None = None,
) -> PoseSequence:
    """The repaired and judged sequence of a network's or an imported file's keypoints.

    fps as played, capture_fps as filmed (None when unknown), size (W, H) px.  cut: (T,) bool, the
    cuts of the picture; None where it was not seen. Jumps of all joints are cuts too.
    """
    joints = get_skeleton(skeleton)
    jumps = find_jumps(detections.xy, leg_length_px(detections.xy, joints))
    cut = jumps if cut is None else jumps | cut
    xy, score, report = repair_shots(
        detections.xy, detections.score, joints, cut, capture_fps or fps, settings.repair
    )
    sequence = PoseSequence(
        xy=xy,
        score=score,
        box=box_around(xy),
        raw_xy=detections.xy,
        raw_score=detections.score,
        skeleton=skeleton,
        fps=float(fps),
        capture_fps=float(capture_fps) if capture_fps else float("nan"),
        size=(size[0], size[1]),
        source=source,
        cut=cut,
    )
    quality = measure_quality(sequence) | {"repair": report}
    absence = find_absence(quality, settings.quality)
    weakness = "" if absence else find_weakness(quality, settings.quality)
    quality["grade"] = "low" if absence or weakness else "good"
    if not absence and not (weakness and settings.quality.exclude_low):
        return sequence.replace(quality=quality, reason=weakness)
    return empty_sequence(
        absence or weakness,
        skeleton,
        sequence.fps,
        sequence.capture_fps,
        sequence.size,
        source=source,
        quality=quality,
    )


def repair_shots(
    xy: np.ndarray,
    score: np.ndarray,
    skeleton: Skeleton,
    cut: np.ndarray,
    rate_hz: float,
    settings: RepairSettings,
) -> tuple[np.ndarray, np.ndarray, dict]:
    """`repair` of each shot by itself: nothing is filled, smoothed or compared across a cut, and
    each shot has its own rhythm and size of the figure. The counts are of all shots together.
    """
    edges = [0, *np.flatnonzero(cut[1:]) + 1, len(xy)]
    parts = []
    for first, last in itertools.pairwise(edges):
        leg_px = leg_length_px(xy[first:last], skeleton)
        parts.append(repair(xy[first:last], score[first:last], skeleton, leg_px, rate_hz, settings))
    repaired, scores, reports = zip(*parts, strict=True)
    report = {name: sum(part[name] for part in reports) for name in reports[0]}
    return np.concatenate(repaired), np.concatenate(scores), report


def box_around(xy: np.ndarray) -> np.ndarray:
    """(T, 4) x0 y0 x1 y1 px around the joints of each frame, larger by a tenth each way, or NaN."""
    box = np.full((len(xy), 4), np.nan, np.float32)
    for frame, joints in enumerate(xy):
        visible = joints[np.isfinite(joints).all(axis=1)]
        if len(visible):
            low, high = visible.min(axis=0), visible.max(axis=0)
            margin = BOX_MARGIN * (high - low)
            box[frame] = [*(low - margin), *(high + margin)]
    return box

"""One clip, start to end: frames in, the repaired and judged keypoints of one runner out.

Legend: T frames, K keypoints, H and W height and width of a frame in px.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

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
from runform.pose.repair import RepairSettings, repair
from runform.sequence import OK, PoseSequence, empty_sequence, save_sequence
from runform.skeleton import get_skeleton
from runform.video import read_frames

log = logging.getLogger(__name__)

BLAZEPOSE = "blazepose"
BOX_MARGIN = 0.1


@dataclass(frozen=True)
class PoseSettings:
    """The network, and what is done with its keypoints.

    model: "blazepose", or a name of `runform.pose.mmpose_export.MODELS`.
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
    weights_path: str = "",
    detector_path: str = "",
    subject: tuple[float, float] | None = None,
    threads: int = 1,
) -> None:
    """Write the `PoseSequence` of the clip at `clip_path` to `output_path`.

    receipt_path: of the clip, which says its frame rate and size.  weights_path: ONNX file of the
    network, empty for BlazePose.  detector_path: ONNX file of a person detector; without one the
    most prominent person is followed.  subject: (x, y) in 0..1 of the first frame, the person to
    follow where there is a detector.  threads: of the networks. A clip that is unavailable, or of
    too low quality, becomes an unavailable sequence with the reason.
    """
    receipt = read_json(receipt_path)
    backend = make_backend(settings, weights_path, threads)
    try:
        if receipt["status"] != OK:
            raise Unavailable(receipt["reason"])
        fps = receipt["fps"]
        boxes, source, quality = locate(clip_path, fps, settings, detector_path, subject, threads)
        detections = backend.detect(every_frame(clip_path), boxes)
    except Unavailable as error:
        sequence = empty_sequence(str(error), backend.skeleton)
    else:
        size = (receipt["width_px"], receipt["height_px"])
        rates = (fps, receipt.get("capture_fps"))
        source = backend.source | source
        sequence = finish(detections, backend.skeleton, *rates, size, source, settings)
        sequence = sequence.replace(quality=sequence.quality | quality)
    log.info("%s: %s %s, quality %s", clip_path, sequence.status, sequence.reason, sequence.quality)
    save_sequence(sequence, output_path)


def locate(
    clip_path: str | Path,
    fps: float,
    settings: PoseSettings,
    detector_path: str,
    subject: tuple[float, float] | None,
    threads: int,
) -> tuple[np.ndarray | None, dict, dict]:
    """(T, 4) box of the runner in each frame, and what to add to the sequence's source and quality.

    No boxes where BlazePose finds the runner by itself. RTMPose needs them: without a detector they
    are put around the joints that BlazePose finds.
    """
    if detector_path:
        from runform.pose.rtmdet import PersonDetector

        detector = PersonDetector(detector_path, threads)
        frames = read_frames(clip_path, settings.people.step(fps))
        boxes, quality = follow_runner(frames, fps, detector, settings.people, subject)
        return boxes, {"detector": detector.source}, quality
    quality = {}
    if subject is not None:
        quality = {"subject": "not looked for: there is no person detector (pose.detector)"}
    if settings.model == BLAZEPOSE:
        return None, {}, quality
    blazepose = make_backend(replace(settings, model=BLAZEPOSE))
    return box_around(blazepose.detect(every_frame(clip_path)).xy), {}, quality


def every_frame(clip_path: str | Path) -> Iterator[np.ndarray]:
    """All frames (H, W, 3) uint8 RGB of a clip."""
    return (frame for frame in read_frames(clip_path) if frame is not None)


def make_backend(settings: PoseSettings, weights_path: str = "", threads: int = 1) -> PoseBackend:
    """The network that `settings.model` names, whose heavy packages are imported only here.

    InputError when `weights_path` is no model of that kind.
    """
    if settings.model == BLAZEPOSE:
        from runform.pose.blazepose import BlazePose

        return BlazePose(settings.detection_confidence, settings.tracking_confidence)
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
) -> PoseSequence:
    """The repaired and judged sequence of a network's or an imported file's keypoints.

    fps as played, capture_fps as filmed (None when unknown), size (W, H) px.
    """
    joints = get_skeleton(skeleton)
    leg_px = leg_length_px(detections.xy, joints)
    xy, score, report = repair(
        detections.xy, detections.score, joints, leg_px, capture_fps or fps, settings.repair
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

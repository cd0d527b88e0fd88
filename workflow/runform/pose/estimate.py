"""One clip, start to end: frames in, the repaired and judged keypoints of one runner out.

Legend: T frames, K keypoints.
"""

import logging
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
    """What network looks, and what is done to what it saw.

    model: "blazepose", or a name of `runform.pose.mmpose_export.MODELS`.
    detection_confidence, tracking_confidence: 0..1, see `runform.pose.blazepose`.
    people: how the runner to follow is found where a detector is given.
    """

    model: str = BLAZEPOSE
    detection_confidence: float = 0.5
    tracking_confidence: float = 0.5
    people: PeopleSettings = field(default_factory=PeopleSettings)
    repair: RepairSettings = field(default_factory=RepairSettings)
    quality: QualitySettings = field(default_factory=QualitySettings)


def settings_from(
    model: str = BLAZEPOSE, blazepose: dict | None = None, **groups: dict
) -> PoseSettings:
    """`PoseSettings` from the groups of the config's section; groups that are left out keep their
    defaults.
    """
    kinds = {"people": PeopleSettings, "repair": RepairSettings, "quality": QualitySettings}
    return PoseSettings(
        model=model,
        **(blazepose or {}),
        **{name: kinds[name](**group) for name, group in groups.items()},
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

    weights_path: the ONNX file of the network, empty for BlazePose.  detector_path: the ONNX file
    of a person detector; without one the most prominent person is followed.  subject: (x, y) in
    0..1 of the first frame, the person to follow where there is a detector.  threads: of the
    networks. The receipt of the clip says how fast it is; a clip that is unavailable there, and one
    that does not pass the quality gate, becomes an unavailable sequence with the reason.
    """
    receipt = read_json(receipt_path)
    backend = make_backend(settings, weights_path, threads)
    try:
        if receipt["status"] != OK:
            raise Unavailable(receipt["reason"])
        boxes, known = locate(clip_path, receipt["fps"], settings, detector_path, subject, threads)
        detections = backend.detect(read_frames(clip_path), boxes)
    except Unavailable as fault:
        sequence = empty_sequence(str(fault), backend.skeleton)
    else:
        sequence = finish(
            detections,
            backend.skeleton,
            fps=receipt["fps"],
            capture_fps=receipt.get("capture_fps"),
            size=(receipt["width_px"], receipt["height_px"]),
            source=backend.source | known["source"],
            settings=settings,
        )
        sequence = sequence.replace(quality=sequence.quality | known["quality"])
    log.info("%s: %s %s, quality %s", clip_path, sequence.status, sequence.reason, sequence.quality)
    save_sequence(sequence, output_path)


def locate(
    clip_path: str | Path,
    fps: float,
    settings: PoseSettings,
    detector_path: str,
    subject: tuple[float, float] | None,
    threads: int,
) -> tuple[np.ndarray | None, dict]:
    """(T, 4) box of the runner in each frame, None where the network finds the runner by itself,
    and what to note of it.

    RTMPose needs boxes: without a detector they are put around the joints that BlazePose finds,
    which needs no weights.
    """
    known = {"source": {}, "quality": {}}
    if detector_path:
        from runform.pose.rtmdet import PersonDetector

        detector = PersonDetector(detector_path, threads)
        boxes, known["quality"] = follow_runner(
            read_frames(clip_path, settings.people.step(fps)),
            fps,
            detector,
            settings.people,
            subject,
        )
        known["source"] = {"detector": detector.source}
        return boxes, known
    if subject is not None:
        known["quality"] = {
            "subject": "not looked for: there is no person detector (pose.detector)"
        }
    if settings.model == BLAZEPOSE:
        return None, known
    return box_around(
        make_backend(replace(settings, model=BLAZEPOSE)).detect(read_frames(clip_path)).xy
    ), known


def make_backend(settings: PoseSettings, weights_path: str = "", threads: int = 1) -> PoseBackend:
    """The network that `settings.model` names. Its heavy packages are imported here and nowhere
    earlier.

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
    """Repair and judge what a network (or somebody's file) gave: the sequence that is written.

    fps as played, capture_fps as taken (None when unknown), size (width, height) px.
    """
    rate_hz = capture_fps or fps
    leg_px = leg_length_px(detections.xy, get_skeleton(skeleton))
    xy, score, report = repair(
        detections.xy, detections.score, get_skeleton(skeleton), leg_px, rate_hz, settings.repair
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
        size=tuple(size),
        source=source,
    )
    quality = measure_quality(sequence) | {"repair": report}
    absence = find_absence(quality, settings.quality)
    weakness = "" if absence else find_weakness(quality, settings.quality)
    quality["grade"] = "low" if absence or weakness else "good"
    if absence or (weakness and settings.quality.exclude_low):
        known = {"fps": sequence.fps, "capture_fps": sequence.capture_fps, "size": sequence.size}
        return empty_sequence(
            absence or weakness, skeleton, source=source, quality=quality, **known
        )
    return sequence.replace(quality=quality, reason=weakness)


def box_around(xy: np.ndarray) -> np.ndarray:
    """(T, 4) x0 y0 x1 y1 in px around the joints of each frame, wider by a tenth each way; NaN
    where there are none.
    """
    box = np.full((len(xy), 4), np.nan, np.float32)
    for frame, joints in enumerate(xy):
        known = joints[np.isfinite(joints).all(axis=1)]
        if len(known):
            low, high = known.min(axis=0), known.max(axis=0)
            margin = BOX_MARGIN * (high - low)
            box[frame] = [*(low - margin), *(high + margin)]
    return box

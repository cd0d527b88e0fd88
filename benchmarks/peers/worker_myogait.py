"""myogait with its mediapipe back end.

worker_myogait.py pose VIDEO BUNDLE                 its extraction alone
worker_myogait.py measure VIDEO BUNDLE OUTPUT.npz   and its pipeline, twice: as it is, which takes
no stride of under .8 s, and with strides from .4 s; keypoints into OUTPUT, xy (T, 33, 2) px and
score (T, 33)
"""

import copy
import sys

import cv2
import mediapipe  # noqa: F401  imported here, so that the time leaves it out as for all others
import myogait
import numpy as np
from measured import print_measured
from myogait.constants import MP_LANDMARK_NAMES

RUNNING = {"min_cycle_duration_s": 0.4}
SIDES = ("left", "right")


def extract() -> dict:
    return myogait.extract(
        sys.argv[2], model="mediapipe", model_path=sys.argv[3], show_progress=False
    )


def pose() -> dict:
    return {"frames": extract()["meta"]["n_frames"]}


def measure() -> dict:
    data = extract()
    save_keypoints(data, sys.argv[4])
    defaults, running = (
        form_of(myogait.run_pipeline(copy.deepcopy(data), **options)) for options in ({}, RUNNING)
    )
    return {"frames": data["meta"]["n_frames"], "defaults": defaults, "running": running}


def save_keypoints(data: dict, path: str) -> None:
    """As seen in the picture: a runner to the right comes mirrored, sides exchanged."""
    size = np.array([data["meta"]["width"], data["meta"]["height"]])
    flipped = data["extraction"]["was_flipped"]
    xy = np.full((data["meta"]["n_frames"], len(MP_LANDMARK_NAMES), 2), np.nan)
    score = np.zeros(xy.shape[:2])
    for frame in data["frames"]:
        for joint, name in enumerate(MP_LANDMARK_NAMES):
            point = frame["landmarks"].get(mirrored(name) if flipped else name)
            if point:
                x = 1 - point["x"] if flipped else point["x"]
                xy[frame["frame_idx"], joint] = x, point["y"]
                score[frame["frame_idx"], joint] = point["visibility"]
    np.savez(path, xy=xy * size, score=score)


def mirrored(name: str) -> str:
    pairs = {"LEFT": "RIGHT", "RIGHT": "LEFT"}
    return "_".join(pairs.get(word, word) for word in name.split("_"))


def form_of(result: dict) -> dict:
    """Cadence, contact time, knee and trunk angles as its pipeline gives them, None where it has
    none, and its warnings.
    """
    cycles, events = result["cycles"]["cycles"], result["data"]["events"]
    form = {"cadence_steps_min": (result["stats"] or {}).get("cadence")}
    contacts = [
        min(later) - event["time"]
        for side in SIDES
        for event in events[f"{side}_hs"]
        if (later := [off["time"] for off in events[f"{side}_to"] if off["time"] > event["time"]])
    ]
    if cycles:
        knees = np.array([cycle["angles_normalized"]["knee"] for cycle in cycles], float)
        trunk = np.array([cycle["angles_normalized"]["trunk"] for cycle in cycles], float)
        form["contact_time_ms"] = 1e3 * float(np.median(contacts)) if contacts else None
        form["knee_flexion_ic_deg"] = float(np.nanmean(knees[:, 0]))
        form["knee_flexion_swing_deg"] = float(np.nanmean(np.nanmax(knees, axis=1)))
        form["trunk_lean_deg"] = abs(float(np.nanmean(trunk)))
    return form | {"warnings": result["quality"]["warnings"]}


cv2.setNumThreads(1)
print_measured({"pose": pose, "measure": measure}[sys.argv[1]])

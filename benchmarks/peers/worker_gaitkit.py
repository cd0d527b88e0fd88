"""gaitkit's event detectors on joints seen from the side: a line of JSON in, a line of JSON out.

In: {"fps", "joints": name -> T pairs of mm, x the running direction, y up}.  Out: detector ->
{"left": [contacts, toe-offs], "right": …}, s, empty where it failed. `bike` and `intellevent` are
its best by its own account. DeepEvent is left out: its weights are downloaded at first use.
"""

import json
import os
import sys

os.environ["GAITKIT_AUTO_INSTALL_DEPS"] = "0"

import gaitkit
import numpy as np

DETECTORS = [name for name in gaitkit.list_methods() if name != "deepevent"]
SIDES = ("left", "right")


def frames_of(joints: dict[str, np.ndarray]) -> list[dict]:
    """Its frames: places in mm (x, 0, height) and the angles of the legs, flexion positive."""
    angles = {}
    for side in SIDES:
        hip, knee, ankle, heel, toe = (
            joints[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle", "heel", "toe")
        )
        thigh, shank = direction_deg(knee - hip), direction_deg(ankle - knee)
        angles[f"{side}_hip_angle"] = thigh
        angles[f"{side}_knee_angle"] = thigh - shank
        foot = np.degrees(np.arctan2(*(toe - heel).T[::-1]))
        angles[f"{side}_ankle_angle"] = foot - shank
    return [
        {
            "frame_index": row,
            "landmark_positions": {
                name: (float(xy[row, 0]), 0.0, float(xy[row, 1])) for name, xy in joints.items()
            },
        }
        | {name: float(values[row]) for name, values in angles.items()}
        for row in range(len(joints["left_hip"]))
    ]


def direction_deg(down: np.ndarray) -> np.ndarray:
    """Angle of vectors (T, 2) with straight down; forward is positive."""
    return np.degrees(np.arctan2(down[:, 0], -down[:, 1]))


def events_of(frames: list[dict], fps: float, detector: str) -> dict:
    try:
        result = gaitkit.detect(frames, method=detector, fps=fps)
    except Exception as error:
        print(f"{detector}: {error}", file=sys.stderr)
        return {side: [[], []] for side in SIDES}
    return {
        side: [[event["time"] for event in find(side)] for find in (result.hs, result.to)]
        for side in SIDES
    }


answer, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin:
    asked = json.loads(line)
    frames = frames_of({name: np.array(xy, float) for name, xy in asked["joints"].items()})
    found = {name: events_of(frames, asked["fps"], name) for name in DETECTORS}
    print(json.dumps(found), file=answer, flush=True)

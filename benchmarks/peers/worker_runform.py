"""This project over a video, with its own Python.

worker_runform.py pose VIDEO OUTPUT.npz BUNDLE [MODEL WEIGHTS DETECTOR]   the whole pose stage
worker_runform.py measure VIDEO OUTPUT.npz BUNDLE                         and the gait stage
"""

import sys
from pathlib import Path

from measured import print_measured

sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))

from runform.errors import Unavailable
from runform.files import write_json
from runform.gait.measure import GaitSettings, gait_of
from runform.pose.estimate import PoseSettings, estimate_pose
from runform.sequence import load_sequence
from runform.video import probe


def pose() -> dict:
    """As the rule does it for a trimmed clip: from the file and its receipt to the pose file."""
    video, output, bundle, *other = sys.argv[2:]
    model, weights, detector = other or ("blazepose", "", "")
    info, receipt = probe(video), Path(output).with_suffix(".json")
    size = {"width_px": info.width_px, "height_px": info.height_px}
    write_json(receipt, {"status": "ok", "reason": "", "fps": info.fps} | size)
    estimate_pose(video, receipt, output, PoseSettings(model), bundle, weights, detector)
    return {"frames": info.frames, "reason": load_sequence(output).reason}


def measure() -> dict:
    result = pose()
    try:
        gait = gait_of(load_sequence(sys.argv[3]), GaitSettings(), {})
    except Unavailable as error:
        return result | {"reason": str(error)}
    metrics = {name: metric["value"] for name, metric in gait["metrics"].items()}
    return result | {"metrics": metrics, "facing": gait["facing"]}


# What it needs beside, imported outside the time as for all others.
import runform.pose.blazepose  # noqa: E402
import runform.pose.find_runner  # noqa: E402
import runform.pose.rtmdet  # noqa: E402
import runform.pose.rtmpose  # noqa: E402

runform.pose.blazepose._landmarker_api()
print_measured({"pose": pose, "measure": measure}[sys.argv[1]])

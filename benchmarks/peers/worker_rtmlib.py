"""rtmlib's tracker over a video.

worker_rtmlib.py VIDEO DETECTOR_CLASS DETECTOR SIDE POSE MOST: detector and pose are ONNX files,
SIDE that of the detector's image in px, MOST how many frames it looks at. Its default is YOLOX of
640 px in every frame.
"""

import sys
from functools import partial

import cv2
import onnxruntime
import rtmlib
from measured import print_measured


def track() -> dict:
    video, kind, detector, side, pose, most = sys.argv[1:]
    parts = {"det_class": kind, "det": detector, "det_input_size": (int(side), int(side))}
    parts |= {"pose_class": "RTMPose", "pose": pose, "pose_input_size": (192, 256)}
    tracker = rtmlib.PoseTracker(partial(rtmlib.Custom, **parts), backend="onnxruntime")
    # Left to itself it starts a thread for each core of the machine, which two clips share here.
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    for part, path in ((tracker.det_model, detector), (tracker.pose_model, pose)):
        part.session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
    reader, frames, people = cv2.VideoCapture(video), 0, 0
    while True:
        read, frame = reader.read()
        if not read or frames == int(most):
            return {"frames": frames, "people": people}
        keypoints, _ = tracker(frame)
        frames, people = frames + 1, people + len(keypoints)


cv2.setNumThreads(1)
print_measured(track)

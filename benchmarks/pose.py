"""Frames a second from an mp4 to keypoints: this project beside rtmlib and mmpose, with the same networks, in one run.

    python benchmarks/pose.py <video.mp4> [--rtmlib FOLDER] [--detector FILE] [--threads 2] [--frames 200]

The weights of RTMPose-M are made here at random, so nothing is fetched: the work of a crop is the same, but rtmlib, which takes
the boxes between detections from its keypoints, follows them to random places. rtmlib is not among the project's
packages: `pip install --no-deps --target FOLDER rtmlib`. mmpose runs one frame at a time, as its own demos do.
"""

import argparse
import os
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

from runform.acquire.frames import probe, read_frames
from runform.pose.blazepose import BlazePose
from runform.pose.detector import PersonDetector
from runform.pose.mmpose_export import build, export_rtmpose, load_config
from runform.pose.people import PeopleSettings, follow_runner
from runform.pose.rtmpose import RTMPose

REPOSITORY = Path(__file__).parents[1]
MODEL = "rtmpose-m-coco"
EVERY_S = 0.1


def ours(arguments, model: Path, fps: float) -> int:
    detector, network = PersonDetector(arguments.detector, arguments.threads), RTMPose(model, arguments.threads)
    frames = list(islice(read_frames(arguments.video), arguments.frames))
    boxes, _ = follow_runner(frames, fps, detector, PeopleSettings(every_s=EVERY_S))
    return len(network.detect(frames, boxes).xy)


def blazepose(arguments, _model: Path, _fps: float) -> int:
    return len(BlazePose().detect(islice(read_frames(arguments.video), arguments.frames)).xy)


def rtmlib_tracker(arguments, model: Path, fps: float) -> int:
    from functools import partial

    import rtmlib

    parts = {"det_class": "RTMDet", "det": str(arguments.detector), "det_input_size": (320, 320)}
    parts |= {"pose_class": "RTMPose", "pose": str(model), "pose_input_size": (192, 256)}
    tracker = rtmlib.PoseTracker(partial(rtmlib.Custom, **parts), det_frequency=max(1, round(EVERY_S * fps)), backend="onnxruntime")
    return sum(1 for frame in islice(_bgr(arguments.video), arguments.frames) if tracker(frame) is not None)


def mmpose_one_by_one(arguments, _model: Path, _fps: float) -> int:
    import mmpose.datasets  # noqa: F401  registers the transforms
    from mmengine.dataset import Compose, pseudo_collate

    network, config = build(MODEL), load_config(MODEL)
    steps = Compose([step for step in config.val_dataloader.dataset.pipeline if step["type"] != "LoadImage"])
    count = 0
    for frame in islice(_bgr(arguments.video), arguments.frames):
        height, width = frame.shape[:2]
        person = {"img": frame, "bbox": np.array([[0, 0, width, height]], np.float32), "bbox_score": np.ones(1, np.float32)}
        person |= {"ori_shape": (height, width), "img_shape": (height, width), "flip_indices": list(range(17))}
        person |= dict.fromkeys(("id", "img_id", "img_path"), 0)
        with torch.no_grad():
            network.test_step(pseudo_collate([steps(person)]))
        count += 1
    return count


def _bgr(video):
    for frame in read_frames(video):
        yield np.ascontiguousarray(frame[..., ::-1])


def main() -> None:
    shared = Path(os.environ.get("RUNFORM_SHARED", REPOSITORY / "../shared")) / "data"
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("video", nargs="?", default=shared / "videos/side_view_panning_bystanders.mp4", type=Path)
    parser.add_argument("--detector", default=shared / "weights/rtmdet_nano_person.onnx", type=Path)
    parser.add_argument("--rtmlib", type=Path, help="folder with rtmlib")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--frames", type=int, default=200)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    ways = {"this project, RTMPose-M": ours, "this project, BlazePose": blazepose, "mmpose, one frame at a time": mmpose_one_by_one}
    if arguments.rtmlib:
        sys.path.append(str(arguments.rtmlib))
        ways["rtmlib's tracker"] = rtmlib_tracker
    with tempfile.TemporaryDirectory() as folder:
        checkpoint, model = Path(folder) / "random.pth", Path(folder) / "random.onnx"
        torch.manual_seed(0)
        torch.save(build(MODEL).state_dict(), checkpoint)
        export_rtmpose(MODEL, checkpoint, model)
        fps = probe(arguments.video).fps
        for name, way in ways.items():
            started = time.perf_counter()
            frames = way(arguments, model, fps)
            print(f"{name:30s} {frames / (time.perf_counter() - started):7.1f} frames/s ({frames} frames)", flush=True)


if __name__ == "__main__":
    main()

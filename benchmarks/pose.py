"""Frames a second from an mp4 to keypoints: this project beside rtmlib and mmpose, with the same
networks, in one run.

    taskset -c 0,1 python benchmarks/pose.py <video.mp4> [--rtmlib FOLDER] [--detector FILE]
    [--threads 2] [--frames 100]

The weights of RTMPose-M are made here at random, so nothing is fetched: the work of a crop is the
same, but rtmlib, which takes the boxes between detections from its keypoints, follows them to
random places. rtmlib is not among the project's
packages: `pip install --no-deps --target FOLDER rtmlib`. mmpose runs in its own environment
(mmpose_pose.py), made with `sh envs/make_venv.sh .venv-mmpose "" envs/mmpose`. All ways run in
turn, several times; the fastest time and the least CPU time of each count. The parts of this
project's time stand below, each measured alone.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

from filmed import BLAZEPOSE

from runform.pose.blazepose import BlazePose
from runform.pose.follow import PeopleSettings, follow_runner
from runform.pose.rtmdet import PersonDetector
from runform.pose.rtmpose import RTMPose, cut, decode, preprocess
from runform.video import probe, read_frames

REPOSITORY = Path(__file__).parents[1]
MMPOSE_PYTHON = REPOSITORY / ".venv-mmpose/bin/python"
MMPOSE = [MMPOSE_PYTHON, Path(__file__).with_name("mmpose_pose.py")]
EVERY_S = 0.1


def ours(arguments, model: Path, fps: float) -> int:
    """As `estimate_pose` does it: the video is read once for the boxes and once for the pose."""
    detector, network = (
        PersonDetector(arguments.detector, arguments.threads),
        RTMPose(model, arguments.threads),
    )
    people = PeopleSettings(every_s=EVERY_S)
    boxes, _ = follow_runner(
        islice(read_frames(arguments.video, people.step(fps)), arguments.frames),
        fps,
        detector,
        people,
    )
    return len(network.detect(islice(read_frames(arguments.video), arguments.frames), boxes).xy)


def blazepose(arguments, _model: Path, _fps: float) -> int:
    return len(
        BlazePose(BLAZEPOSE).detect(islice(read_frames(arguments.video), arguments.frames)).xy
    )


def rtmlib_tracker(arguments, model: Path, fps: float) -> int:
    import rtmlib

    parts = {"det_class": "RTMDet", "det": str(arguments.detector), "det_input_size": (320, 320)}
    parts |= {"pose_class": "RTMPose", "pose": str(model), "pose_input_size": (192, 256)}
    tracker = rtmlib.PoseTracker(
        partial(rtmlib.Custom, **parts),
        det_frequency=max(1, round(EVERY_S * fps)),
        backend="onnxruntime",
    )
    # Left to itself it starts a thread for each core of the machine, even on the few that this
    # process may use.
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    for part, path in ((tracker.det_model, arguments.detector), (tracker.pose_model, model)):
        part.session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
    return sum(
        1 for frame in islice(_bgr(arguments.video), arguments.frames) if tracker(frame) is not None
    )


def mmpose_one_by_one(arguments, _model: Path, _fps: float) -> tuple[float, float]:
    """Wall and CPU time of mmpose in its own environment, s."""
    job = ["run", arguments.video, str(arguments.frames), str(arguments.threads)]
    done = subprocess.run(
        [*MMPOSE, *job], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
    )
    wall, cpu = done.stdout.split()[-2:]
    return float(wall), float(cpu)


def parts(arguments, model: Path) -> dict[str, float]:
    """What each part of `ours` takes alone and in one thread, ms a frame (of the detector: a
    detection).
    """
    detector, network = PersonDetector(arguments.detector), RTMPose(model)
    frames = list(islice(read_frames(arguments.video), 32))
    boxes = np.tile(
        [
            0.3 * frames[0].shape[1],
            0.1 * frames[0].shape[0],
            0.6 * frames[0].shape[1],
            0.9 * frames[0].shape[0],
        ],
        (32, 1),
    )
    crops = [cut(frame, box, network.size) for frame, box in zip(frames, boxes, strict=True)]
    images = preprocess(np.stack([crop.image for crop in crops[:4]]))
    answer = network._session.run(None, {"input": images})
    work = {
        "decode to RGB": (lambda: [None for _ in islice(read_frames(arguments.video), 32)], 32),
        "decode only": (lambda: [None for _ in islice(read_frames(arguments.video, 1000), 32)], 32),
        "detector": (lambda: detector.detect(frames[:2], 0.4), 2),
        "crop": (
            lambda: [
                cut(frame, box, network.size) for frame, box in zip(frames, boxes, strict=True)
            ],
            32,
        ),
        "normalise": (lambda: preprocess(np.stack([crop.image for crop in crops[:4]])), 4),
        "network": (lambda: network._session.run(None, {"input": images}), 4),
        "read SimCC": (lambda: decode(*answer), 4),
    }
    return {
        name: 1e3 * min(timed(run)[1] for _ in range(5)) / count
        for name, (run, count) in work.items()
    }


def timed(run) -> tuple[float, float]:
    """Wall and CPU time of `run`, s."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def _bgr(video):
    for frame in read_frames(video):
        yield np.ascontiguousarray(frame[..., ::-1])


def main() -> None:
    shared = Path(os.environ.get("RUNFORM_SHARED", REPOSITORY / "../shared")) / "data"
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "video", nargs="?", default=shared / "videos/side_view_panning_bystanders.mp4", type=Path
    )
    parser.add_argument("--detector", default=shared / "weights/rtmdet_nano_person.onnx", type=Path)
    parser.add_argument("--rtmlib", type=Path, help="folder with rtmlib")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if not MMPOSE_PYTHON.exists():
        sys.exit(
            "runform: .venv-mmpose is missing: sh envs/make_venv.sh .venv-mmpose '' envs/mmpose"
        )
    cv2.setNumThreads(arguments.threads)
    ways = {
        "this project, RTMPose-M": ours,
        "this project, BlazePose": blazepose,
        "mmpose, one frame at a time": mmpose_one_by_one,
    }
    if arguments.rtmlib:
        sys.path.append(str(arguments.rtmlib))
        ways["rtmlib's tracker"] = rtmlib_tracker
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "random.onnx"
        subprocess.run([*MMPOSE, "export", model], check=True)
        fps = probe(arguments.video).fps
        taken = {name: [] for name in ways}
        for _ in range(arguments.rounds):
            for name, way in ways.items():
                run = partial(way, arguments, model, fps)
                taken[name].append(run() if way is mmpose_one_by_one else timed(run))
                print(
                    f"{name}: {taken[name][-1][0]:.1f} s, CPU {taken[name][-1][1]:.1f} s",
                    file=sys.stderr,
                    flush=True,
                )
        print("| way | frames a second | CPU, ms a frame |\n|---|---|---|")
        for name, times in taken.items():
            wall, cpu = np.min(times, axis=0)
            print(
                f"| {name} | {arguments.frames / wall:.1f} | {1e3 * cpu / arguments.frames:.1f} |"
            )
        print("\n| part, one thread | CPU, ms |\n|---|---|")
        for name, cost in parts(arguments, model).items():
            print(f"| {name} | {cost:.2f} |")


if __name__ == "__main__":
    main()

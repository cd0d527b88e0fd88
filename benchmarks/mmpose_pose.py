"""mmpose's part of pose.py, which runs it with the Python of .venv-mmpose.

    .venv-mmpose/bin/python benchmarks/mmpose_pose.py export <file.onnx>
    .venv-mmpose/bin/python benchmarks/mmpose_pose.py run <video.mp4> <frames> <threads>

export: RTMPose-M with random weights as ONNX.  run: mmpose's own pipeline, one frame at a time, as
its demos do; prints wall and CPU time in s, imports not counted.
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

from runform.pose.mmpose_export import build, export_rtmpose, import_mmpose, load_config

MODEL = "rtmpose-m-coco"


def export(path: Path) -> None:
    torch.manual_seed(0)
    checkpoint = path.with_suffix(".pth")
    torch.save(build(MODEL).state_dict(), checkpoint)
    export_rtmpose(MODEL, checkpoint, path)


def run(video: str, frames: int) -> None:
    import mmpose.datasets  # noqa: F401  registers the transforms
    from mmengine.dataset import Compose, pseudo_collate

    network, config = build(MODEL), load_config(MODEL)
    steps = Compose(
        [step for step in config.val_dataloader.dataset.pipeline if step["type"] != "LoadImage"]
    )
    reader = cv2.VideoCapture(video)
    for _ in range(frames):
        read, frame = reader.read()
        if not read:
            break
        height, width = frame.shape[:2]
        person = {
            "img": frame,
            "bbox": np.array([[0, 0, width, height]], np.float32),
            "bbox_score": np.ones(1, np.float32),
            "ori_shape": (height, width),
            "img_shape": (height, width),
            "flip_indices": list(range(17)),
        } | dict.fromkeys(("id", "img_id", "img_path"), 0)
        with torch.no_grad():
            network.test_step(pseudo_collate([steps(person)]))


def main() -> None:
    if sys.argv[1] == "export":
        export(Path(sys.argv[2]))
        return
    _, _, video, frames, threads = sys.argv
    torch.set_num_threads(int(threads))
    cv2.setNumThreads(int(threads))
    import_mmpose()
    wall, cpu = time.perf_counter(), time.process_time()
    run(video, int(frames))
    print(time.perf_counter() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    main()

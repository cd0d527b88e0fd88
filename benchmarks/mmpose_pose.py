"""mmpose's part of pose.py, which runs it with the Python of .venv-mmpose.

    .venv-mmpose/bin/python benchmarks/mmpose_pose.py export <pose.onnx> <detector.onnx>
    .venv-mmpose/bin/python benchmarks/mmpose_pose.py run <video.mp4>

export: RTMPose-M, and YOLOX-M for one class, both with random weights, as ONNX.  run: mmpose's own
pipeline, one frame at a time, as its demos do, in one thread; prints times as
peers/measured.py does.
"""

import importlib
import sys
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch

sys.path[:0] = [str(Path(__file__).parents[1] / "workflow"), str(Path(__file__).parent / "peers")]

from measured import print_measured  # noqa: E402

from runform.pose.mmpose_export import build, export_rtmpose, import_mmpose, load_config  # noqa: E402

MODEL, DETECTOR, SIDE_PX = "rtmpose-m-coco", "yolox/yolox_m_8xb8-300e_coco.py", 640


def export(pose: Path, detector: Path) -> None:
    torch.manual_seed(0)
    checkpoint = pose.with_suffix(".pth")
    torch.save(build(MODEL).state_dict(), checkpoint)
    export_rtmpose(MODEL, checkpoint, pose)
    picture = torch.zeros(1, 3, SIDE_PX, SIDE_PX)
    with torch.no_grad():
        torch.onnx.export(
            _RawYolox().eval(), (picture,), detector, input_names=["input"], dynamo=False
        )


class _RawYolox(torch.nn.Module):
    """YOLOX-M as rtmlib reads it: (1, A, 6) of A anchors x, y, log width and height, objectness and
    the score of a person. With random weights it sees nobody.
    """

    def __init__(self):
        super().__init__()
        import_mmpose()
        importlib.import_module("mmdet.models")
        import mmdet
        from mmdet.registry import MODELS

        from runform.mmengine_import import Config, init_default_scope

        init_default_scope("mmdet")
        config = Config.fromfile(Path(mmdet.__file__).parent / ".mim/configs" / DETECTOR)
        config.model.bbox_head.num_classes = 1
        network = MODELS.build(config.model)
        self.stages = torch.nn.Sequential(network.backbone, network.neck, network.bbox_head)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        classes, boxes, objectness = self.stages(picture)
        levels = [
            torch.cat([box, there.sigmoid(), kind.sigmoid()], dim=1).flatten(2)
            for kind, box, there in zip(classes, boxes, objectness, strict=True)
        ]
        return torch.cat(levels, dim=2).transpose(1, 2)


def run(video: str) -> dict:
    import mmpose.datasets  # noqa: F401  registers the transforms
    from mmengine.dataset import Compose, pseudo_collate

    network, config = build(MODEL), load_config(MODEL)
    steps = Compose(
        [step for step in config.val_dataloader.dataset.pipeline if step["type"] != "LoadImage"]
    )
    reader, frames = cv2.VideoCapture(video), 0
    while True:
        read, frame = reader.read()
        if not read:
            return {"frames": frames}
        frames += 1
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
        export(*map(Path, sys.argv[2:]))
        return
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    import_mmpose()
    importlib.import_module("mmpose.models")
    print_measured(partial(run, sys.argv[2]))


if __name__ == "__main__":
    main()

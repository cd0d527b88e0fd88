"""What mmpose and mmdet themselves compute, for tests in an environment that has neither.

    .venv-mmpose/bin/python tests/unit/mmpose_reference.py FOLDER

Writes networks of seeded random weights as the checkpoints OpenMMLab publishes and as ONNX, and
images, boxes and what mmpose and mmdet make of them as arrays.
"""

import json
import sys
from pathlib import Path
from unittest import mock

import cv2
import numpy as np
import torch
import yaml

sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))

from runform.pose.mmpose_export import (
    _package,
    build,
    build_detector,
    export_rtmdet,
    export_rtmpose,
    import_mmpose,
    load_config,
)
from runform.pose.openmmlab import DETECTORS, MODELS

POSE_MODEL, FEET_MODEL, DETECTOR = "rtmpose-m-coco", "rtmpose-s-halpe26", "rtmdet-nano"


def random_network(model: str) -> torch.nn.Module:
    """The network `model` of mmpose with seeded weights and batch statistics that are not just
    zeros and ones.
    """
    torch.manual_seed(0)
    network = build(model)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network


def write_index(folder: Path) -> None:
    """Name of a config -> the address of its checkpoint, as mmpose's model index lists them; and
    which of the configs that the project names are there.
    """
    index = {}
    for file in (_package() / ".mim/configs/body_2d_keypoint/rtmpose").rglob("*.yml"):
        for row in yaml.safe_load(file.read_text())["Models"]:
            index[row["Config"].removeprefix("configs/body_2d_keypoint/rtmpose/")] = row["Weights"]
    configs = [entry.config for entry in (MODELS | DETECTORS).values()]
    there = [config for config in configs if (_package() / config).is_file()]
    (folder / "index.json").write_text(json.dumps({"checkpoints": index, "configs": there}))


def scene(count: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Blurred noise as RGB frames, and a box in each; some reach over the edge, wide and tall ones
    among them.
    """
    rng = np.random.default_rng(0)
    frames = [
        cv2.GaussianBlur(rng.integers(0, 255, (300, 400, 3), np.uint8), (0, 0), 4)
        for _ in range(count)
    ]
    corner = np.stack([rng.uniform(-30, 250, count), rng.uniform(-30, 150, count)], axis=1)
    return frames, np.concatenate([corner, corner + rng.uniform(60, 250, (count, 2))], axis=1)


def write_rtmpose(folder: Path) -> None:
    """A checkpoint, its ONNX, and the keypoints of mmpose's own `test_step`."""
    network = random_network(POSE_MODEL)
    content = {"meta": {"mmpose_version": "1.3.2"}, "state_dict": network.state_dict()}
    checkpoint = folder / f"{POSE_MODEL}.pth"
    torch.save(content, checkpoint)
    export_rtmpose(POSE_MODEL, checkpoint, checkpoint.with_suffix(".onnx"))

    feet = folder / f"{FEET_MODEL}.pth"
    torch.save(build(FEET_MODEL).state_dict(), feet)  # a plain state dict is read too
    export_rtmpose(FEET_MODEL, feet, feet.with_suffix(".onnx"))

    config = load_config(POSE_MODEL)
    import mmpose.datasets  # noqa: F401  registers the transforms
    from mmengine.dataset import Compose, pseudo_collate

    steps = Compose(
        [step for step in config.val_dataloader.dataset.pipeline if step["type"] != "LoadImage"]
    )
    frames, boxes = scene(12)
    people = []
    for frame, box in zip(frames, boxes, strict=True):
        person = {
            "img": np.ascontiguousarray(frame[..., ::-1]),
            "bbox": box[None].astype(np.float32),
            "bbox_score": np.ones(1, np.float32),
            "img_shape": frame.shape[:2],
            "ori_shape": frame.shape[:2],
            "flip_indices": list(range(17)),
        } | dict.fromkeys(("id", "img_id", "img_path"), 0)
        with torch.no_grad():
            people += network.test_step(pseudo_collate([steps(person)]))
    np.savez(
        folder / "rtmpose.npz",
        frames=frames,
        boxes=boxes,
        xy=[person.pred_instances.keypoints[0] for person in people],
        score=[person.pred_instances.keypoint_scores[0] for person in people],
    )


def photograph(seed: int, side: int = 320) -> np.ndarray:
    """(side, side, 3) uint8: smooth patches."""
    small = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), np.uint8)
    return cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)


def random_detector() -> torch.nn.Module:
    """RTMDet-nano with seeded weights, whose boxes are about as large and as sure as a trained
    one's.
    """
    torch.manual_seed(0)
    network, _ = build_detector(DETECTOR)
    photographs = [
        torch.tensor(photograph(seed)[..., ::-1].transpose(2, 0, 1).copy()) for seed in range(4)
    ]
    images = network.data_preprocessor({"inputs": photographs})["inputs"]
    for module in network.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.momentum = 1.0  # one pass in training mode leaves the statistics of these images
    with torch.no_grad():
        network.train()(images, mode="tensor")
        network.eval()
        levels = network(images, mode="tensor")
        for at, (scores, sides) in enumerate(zip(*levels, strict=True)):
            for layer, outputs, middle in (
                (network.bbox_head.rtm_cls[at], scores, -6.0),
                (network.bbox_head.rtm_reg[at], sides / 8 / 2**at, 6.0),
            ):
                layer.weight /= outputs.std()
                layer.bias.copy_(
                    layer.bias / outputs.std() + middle - outputs.mean() / outputs.std()
                )
    return network


def suppressed(boxes, scores, iou_threshold, offset):
    """What mmcv's compiled nms does, by OpenCV: indices of the boxes that stay, best first."""
    assert offset == 0
    corners = boxes.numpy().astype(float)
    sized = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    return torch.tensor(
        cv2.dnn.NMSBoxes(sized.tolist(), scores.tolist(), 0.0, iou_threshold), dtype=torch.long
    )


def write_rtmdet(folder: Path) -> None:
    """The detector's ONNX, and for three photographs the people of mmdet's own `test_step`."""
    network = random_detector()
    from mmdet.structures import DetDataSample

    checkpoint = folder / f"{DETECTOR}.pth"
    torch.save({"meta": {}, "state_dict": network.state_dict()}, checkpoint)
    export_rtmdet(DETECTOR, checkpoint, checkpoint.with_suffix(".onnx"))
    arrays = {}
    # In other pictures some of the many equally good boxes of an untrained network overlap by just
    # the limit of suppression.
    for seed in (1, 2, 3):
        rgb = photograph(seed)
        about = {"img_shape": rgb.shape[:2], "ori_shape": rgb.shape[:2], "scale_factor": (1.0, 1.0)}
        image = torch.tensor(np.ascontiguousarray(rgb[..., ::-1].transpose(2, 0, 1)))
        batch = {"inputs": [image], "data_samples": [DetDataSample(metainfo=about)]}
        operators = mock.patch.object(sys.modules["mmcv._ext"], "nms", suppressed, create=True)
        with operators, torch.no_grad():
            people = network.test_step(batch)[0].pred_instances
        arrays[f"image{seed}"] = rgb
        arrays[f"people{seed}"] = torch.cat([people.bboxes, people.scores[:, None]], dim=1).numpy()
    np.savez(folder / "rtmdet.npz", **arrays)


def write_dstformer(folder: Path) -> None:
    """For windows of three lengths: features and gradients of mmpose's DSTFormer."""
    import_mmpose()
    from mmpose.models.backbones.dstformer import DSTFormer

    torch.manual_seed(0)
    network = DSTFormer(3, feat_size=32, depth=2, num_heads=4, mlp_ratio=4)
    for parameter in network.parameters():  # away from zero, so that fusion and biases matter
        torch.nn.init.normal_(parameter, std=0.2)
    arrays = {f"weight/{name}": value for name, value in network.state_dict().items()}
    for frames in (1, 30, 150):
        network.zero_grad()
        x, wanted = torch.randn(2, frames, 17, 3), torch.randn(2, frames, 17, 32)
        y = network(x)
        torch.nn.functional.mse_loss(y, wanted).backward()
        arrays |= {f"{frames}/x": x, f"{frames}/wanted": wanted, f"{frames}/y": y}
        for name, parameter in network.named_parameters():
            arrays[f"{frames}/gradient/{name}"] = parameter.grad.clone()
    np.savez(
        folder / "dstformer.npz", **{name: value.detach().numpy() for name, value in arrays.items()}
    )


def main() -> None:
    """Write everything into the folder that the command line names."""
    folder = Path(sys.argv[1])
    torch.set_num_threads(1)
    write_index(folder)
    write_rtmpose(folder)
    write_rtmdet(folder)
    write_dstformer(folder)


if __name__ == "__main__":
    main()

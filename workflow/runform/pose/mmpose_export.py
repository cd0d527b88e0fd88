"""RTMPose and RTMDet out of mmpose and mmdet: from a checkpoint to an ONNX file.

    python -m runform.pose.mmpose_export NETWORK CHECKPOINT OUTPUT LOG

Nobody maintains these packages any more, and they need old ones, so they have an environment of
their own (envs/mmpose), in which this runs: they define the networks and read their checkpoints,
ONNX Runtime runs them (`runform.pose.rtmpose`, `runform.pose.rtmdet`). They are imported inside the
functions that need them.
Legend: N images, A anchors of all levels, n = MOST_PEOPLE, S side of the square image in px.
"""

import argparse
import importlib.util
import logging
import sys
import types
import warnings
from importlib.machinery import ModuleSpec
from pathlib import Path

import torch

from runform.errors import InputError
from runform.files import written_aside
from runform.joblog import job_log
from runform.pose.openmmlab import DETECTORS, published

log = logging.getLogger(__name__)

MOST_PEOPLE = 100
OPSET = 17
INPUT_NAME, POSE_OUTPUTS, DETECTOR_OUTPUTS = "input", ("simcc_x", "simcc_y"), ("dets", "labels")


def _package() -> Path:
    spec = importlib.util.find_spec("mmpose")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("mmpose is not installed")
    return Path(spec.submodule_search_locations[0])


def load_config(model: str):
    """mmpose's config of `model`, changed where training differs from running: no download for the
    backbone, no process group for batch norm, no mirrored second pass.
    """
    import_mmpose()
    from runform.mmengine_import import Config

    config = Config.fromfile(_package() / published(model).config)
    config.model.backbone.init_cfg = None
    config.model.backbone.norm_cfg = {"type": "BN"}
    config.model.test_cfg = {"flip_test": False}
    return config


def build(model: str) -> torch.nn.Module:
    """The network `model` of mmpose, untrained, in evaluation mode."""
    config = load_config(model)
    from mmpose.models import build_pose_estimator

    from runform.mmengine_import import init_default_scope

    init_default_scope("mmpose")
    return build_pose_estimator(config.model).eval()


def build_detector(model: str) -> tuple[torch.nn.Module, int]:
    """mmdet's RTMDet `model`, untrained, in evaluation mode; and the side of its images, px."""
    import_mmpose()
    importlib.import_module("mmdet.models")
    from mmdet.registry import MODELS as NETWORKS

    from runform.mmengine_import import Config, init_default_scope

    config = Config.fromfile(_package() / published(model).config)
    config.model.backbone.init_cfg = None
    init_default_scope("mmdet")
    return NETWORKS.build(config.model).eval(), config.input_shape


def load_checkpoint(network: torch.nn.Module, path: str | Path) -> None:
    """Load the OpenMMLab checkpoint at `path` into `network`.

    InputError for a file that is no checkpoint, that would have to run code to be opened, or that
    belongs to another network.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        weights = _without_preprocessor(content.get("state_dict", content))
        shapes = {name: tuple(value.shape) for name, value in weights.items()}
    except Exception as error:
        reason = str(error).strip().split("\n")[0][:120]
        raise InputError(
            f"{path}: not a checkpoint that can be opened without running its code: {reason}"
        ) from error
    entries = _without_preprocessor(network.state_dict())
    expected = {name: tuple(value.shape) for name, value in entries.items()}
    names = expected.keys() | shapes.keys()
    wrong = sorted(name for name in names if expected.get(name) != shapes.get(name))
    if wrong:
        name, count = wrong[0], f"{len(wrong)} of {len(expected)}"
        raise InputError(
            f"{path}: weights of another model: {count} entries differ, the first: {name} is "
            f"{shapes.get(name, 'absent')}, expected {expected.get(name, 'absent')}"
        )
    network.load_state_dict(weights, strict=False)


def _without_preprocessor(weights: dict) -> dict:
    return {k: value for k, value in weights.items() if not k.startswith("data_preprocessor.")}


def export_rtmpose(model: str, checkpoint_path: str | Path, output_path: str | Path) -> None:
    """Write the ONNX of `model` with the weights at `checkpoint_path`.

    Input "input" (N, 3, H, W) float32, normalised RGB, any N; outputs "simcc_x" (N, K, 2 W) and
    "simcc_y" (N, K, 2 H).
    """
    network = build(model)
    load_checkpoint(network, checkpoint_path)
    stages = torch.nn.Sequential(network.backbone, network.head).eval()
    _write_onnx(stages, network.head.input_size[::-1], POSE_OUTPUTS, output_path)
    log.info("%s from %s -> %s", model, checkpoint_path, output_path)


def export_rtmdet(model: str, checkpoint_path: str | Path, output_path: str | Path) -> None:
    """Write the ONNX of the person detector `model` with the weights at `checkpoint_path`.

    Input "input" (N, 3, S, S) float32, normalised BGR, any N; outputs "dets" (N, n, 5) and "labels"
    (N, n), see `PersonBoxes`.
    """
    network, side = build_detector(model)
    load_checkpoint(network, checkpoint_path)
    head = network.bbox_head
    strides = [stride[0] for stride in head.prior_generator.strides]
    stages = torch.nn.Sequential(network.backbone, network.neck, head).eval()
    boxes = PersonBoxes(stages, strides, head.test_cfg).eval()
    _write_onnx(boxes, (side, side), DETECTOR_OUTPUTS, output_path)
    log.info("%s from %s -> %s", model, checkpoint_path, output_path)


def _write_onnx(
    network: torch.nn.Module, shape: tuple[int, int], outputs: tuple[str, ...], path: str | Path
) -> None:
    """`network` for images of `shape` (height, width) px, any number of them."""
    with written_aside(path) as aside, warnings.catch_warnings(), torch.no_grad():
        # torch calls this exporter old; the new one needs a package more.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(2, 3, *shape),),
            str(aside),
            input_names=[INPUT_NAME],
            output_names=list(outputs),
            dynamic_axes={name: {0: "batch"} for name in (INPUT_NAME, *outputs)},
            opset_version=OPSET,
            dynamo=False,
        )


class NonMaxSuppression(torch.autograd.Function):
    """ONNX's NonMaxSuppression, which torch itself lacks: (M, 3) image, class and anchor of each
    box that is kept.
    """

    @staticmethod
    def forward(_context, boxes, _scores, _most, _overlap, _least):
        """Stands in while the graph is traced: the first box of each image."""
        images = torch.arange(len(boxes))
        return torch.stack([images, torch.zeros_like(images), torch.zeros_like(images)], dim=1)

    @staticmethod
    def symbolic(graph, boxes, scores, most, overlap, least):
        """The node of the ONNX graph."""
        return graph.op("NonMaxSuppression", boxes, scores, most, overlap, least)


class PersonBoxes(torch.nn.Module):
    """RTMDet with its postprocessing: (N, 3, S, S) float32, normalised BGR -> people.

    Returns (N, n, 5) x0 y0 x1 y1 px and score, the best first, and (N, n) labels. Where there are
    fewer than n people the score is 0 and the label -1.
    network: a module that gives the lists of scores (N, 1, H, W) and of distances (N, 4, H, W) px
    to the sides, level by level.  strides: px between the anchors of each level.  rules: nms_pre,
    score_thr and nms.iou_threshold of mmdet's test_cfg.
    """

    def __init__(self, network: torch.nn.Module, strides: list[int], rules):
        super().__init__()
        self.network, self.strides, self.rules = network, strides, rules

    def forward(self, images):
        """See the class."""
        outputs = zip(*self.network(images), self.strides, strict=True)
        levels = [self._level(*level) for level in outputs]
        # (N, A, 4), (N, A)
        boxes, scores = (torch.cat(part, dim=1) for part in zip(*levels, strict=True))
        boxes = boxes.clamp(0, images.shape[-1])
        most, overlap, least = (
            torch.tensor([limit])
            for limit in (MOST_PEOPLE, self.rules.nms.iou_threshold, self.rules.score_thr)
        )
        kept = NonMaxSuppression.apply(boxes, scores[:, None], most, overlap, least)
        positions = kept[:, 0] * scores.shape[1] + kept[:, 2]
        ones = torch.ones_like(positions, dtype=scores.dtype)
        mask = torch.zeros_like(scores).flatten().scatter(0, positions, ones).reshape(scores.shape)
        best, order = (scores * mask).topk(MOST_PEOPLE, dim=1)
        people = boxes.gather(1, order[..., None].expand(-1, -1, 4))
        return torch.cat([people, best[..., None]], dim=2), torch.where(best > 0, 0, -1)

    def _level(self, logits, distances, stride):
        """(N, A, 4) boxes and (N, A) scores of one level, at most the best `nms_pre`."""
        height, width = logits.shape[-2:]
        down, right = torch.meshgrid(
            torch.arange(height) * stride, torch.arange(width) * stride, indexing="ij"
        )
        anchors = torch.stack([right, down], dim=-1).reshape(1, -1, 2).to(logits.dtype)
        scores = logits.flatten(1).sigmoid()
        sides = distances.flatten(2).transpose(1, 2)
        boxes = torch.cat([anchors - sides[..., :2], anchors + sides[..., 2:]], dim=2)
        if scores.shape[1] <= self.rules.nms_pre:
            return boxes, scores
        scores, order = scores.topk(self.rules.nms_pre, dim=1)
        return boxes.gather(1, order[..., None].expand(-1, -1, 4)), scores


class _AbsentOperators(types.ModuleType):
    """Stands in for mmcv's compiled operators, which mmcv-lite lacks and RTMPose never uses."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)

        def absent(*_arguments, **_named):
            raise RuntimeError(f"mmcv's compiled operator {name} is not installed (mmcv-lite)")

        return absent


def import_mmpose() -> None:
    """Import `mmpose.models` with stand-ins for what it imports and never uses here."""
    # mmpose.models imports mmcv.ops, which looks its operators up in mmcv._ext at import time.
    operators = sys.modules.setdefault("mmcv._ext", _AbsentOperators("mmcv._ext"))
    # mmengine looks for the module's spec, whose loader is None for what is not installed.
    operators.__spec__ = operators.__spec__ or ModuleSpec("mmcv._ext", None)
    # xtcocotools, a fork of pycocotools that reads annotations, has no wheel for Python 3.12.
    for part in ("", ".coco", ".cocoeval", ".mask"):
        module = importlib.import_module(f"pycocotools{part}")
        sys.modules.setdefault(f"xtcocotools{part}", module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # First, since mmpose would import mmengine in its own way.
        importlib.import_module("runform.mmengine_import")
        importlib.import_module("mmpose.models")


def main() -> None:
    """Turn a checkpoint into ONNX as one job, with its log."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("network", "checkpoint", "output", "log"):
        parser.add_argument(name)
    job = parser.parse_args()
    with job_log(job.log):
        export = export_rtmdet if job.network in DETECTORS else export_rtmpose
        export(job.network, job.checkpoint, job.output)


if __name__ == "__main__":
    main()

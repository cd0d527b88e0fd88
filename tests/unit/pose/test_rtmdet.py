"""RTMDet out of mmdet: the exported ONNX beside mmdet's own prediction."""

import sys

import cv2
import numpy as np
import onnxruntime
import pytest
import torch

from runform.errors import InputError
from runform.pose.mmpose_export import DETECTORS, build_detector, checkpoint_url, export_rtmdet
from runform.pose.rtmdet import PersonDetector, letterbox, normalise

LEAST_SCORE = 0.05


def photograph(seed: int, side: int = 320) -> np.ndarray:
    """(side, side, 3) uint8: smooth patches."""
    small = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), np.uint8)
    return cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)


@pytest.fixture(scope="module")
def network():
    """RTMDet-nano with seeded weights, whose boxes are about as large and as sure as a trained
    one's.
    """
    torch.manual_seed(0)
    network, _ = build_detector("rtmdet-nano")
    images = torch.tensor(normalise(np.stack([photograph(seed) for seed in range(4)])))
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


@pytest.fixture(scope="module")
def model(network, tmp_path_factory):
    """The same network as ONNX, by way of a checkpoint as OpenMMLab publishes them."""
    folder = tmp_path_factory.mktemp("rtmdet")
    torch.save({"meta": {}, "state_dict": network.state_dict()}, folder / "random.pth")
    export_rtmdet("rtmdet-nano", folder / "random.pth", folder / "random.onnx")
    return folder / "random.onnx"


def suppressed(boxes, scores, iou_threshold, offset):
    """What mmcv's compiled nms does, by OpenCV: indices of the boxes that stay, best first."""
    assert offset == 0
    corners = boxes.numpy().astype(float)
    sized = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    return torch.tensor(
        cv2.dnn.NMSBoxes(sized.tolist(), scores.tolist(), 0.0, iou_threshold), dtype=torch.long
    )


def predicted_by_mmdet(network, image, monkeypatch):
    """(n, 5) boxes and scores of `image` (S, S, 3) uint8 BGR by mmdet's own `test_step`."""
    from mmdet.structures import DetDataSample

    monkeypatch.setattr(sys.modules["mmcv._ext"], "nms", suppressed, raising=False)
    sample = DetDataSample(
        metainfo={
            "img_shape": image.shape[:2],
            "ori_shape": image.shape[:2],
            "scale_factor": (1.0, 1.0),
        }
    )
    with torch.no_grad():
        people = network.test_step(
            {"inputs": [torch.tensor(image.transpose(2, 0, 1))], "data_samples": [sample]}
        )[0].pred_instances
    return torch.cat([people.bboxes, people.scores[:, None]], dim=1).numpy()


# In other pictures some of the many equally good boxes of an untrained network overlap by just the
# limit of suppression.
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_parity_with_mmdet_s_own_prediction(network, model, seed, monkeypatch):
    rgb = photograph(seed)
    theirs = predicted_by_mmdet(network, np.ascontiguousarray(rgb[..., ::-1]), monkeypatch)
    ours = PersonDetector(model).detect([rgb], LEAST_SCORE)[0]
    assert len(theirs) > 5 and theirs[:, :4].max() > 100
    assert ours.shape == theirs.shape
    nearest = (
        np.abs(ours[:, None, :4] - theirs[None, :, :4]).max(axis=2).argmin(axis=0)
    )  # equal scores may stand in any order
    assert sorted(nearest) == list(range(len(ours)))
    difference = np.abs(ours[nearest] - theirs).max(axis=0)
    print(
        f"RTMDet, ONNX and mmdet: {len(ours)} boxes differ by {difference[:4].max():.4f} px "
        f"and {difference[4]:.5f} in score"
    )
    assert difference[:4].max() < 0.1 and difference[4] < 1e-3


def test_a_batch_gives_what_single_images_give(model):
    frames = [photograph(2, 200), photograph(3, 480), np.zeros((320, 320, 3), np.uint8)]
    detector = PersonDetector(model)
    for alone, together in zip(
        (detector.detect([frame], 0.3)[0] for frame in frames),
        detector.detect(frames, 0.3),
        strict=True,
    ):
        np.testing.assert_allclose(together, alone, atol=1e-2)


def test_empty_places_have_no_person(model):
    session = onnxruntime.InferenceSession(str(model))
    dets, labels = session.run(None, {"input": normalise(photograph(0)[None])})
    assert dets.shape == (1, 100, 5) and labels.shape == (1, 100)
    assert (np.diff(dets[0, :, 4]) <= 0).all()
    np.testing.assert_array_equal(labels == 0, dets[..., 4] > 0)


def test_weights_of_another_network_are_refused(checkpoint, tmp_path):
    with pytest.raises(InputError, match="weights of another model"):
        export_rtmdet("rtmdet-nano", checkpoint, tmp_path / "out.onnx")
    assert list(tmp_path.iterdir()) == []


def test_published_checkpoints_carry_their_hash():
    for name in DETECTORS:
        assert (
            checkpoint_url(name).startswith("https://download.openmmlab.com/")
            and len(checkpoint_url(name).split("-")[-1]) == 12
        )


def test_letterbox_scales_to_fit_and_pads_below():
    square, scale = letterbox(np.full((320, 640, 3), 200, np.uint8))
    assert scale == 0.5 and square.shape == (320, 320, 3)
    assert (square[:160] == 200).all() and (square[160:] == 114).all()


def test_normalisation_is_that_of_rtmdet_in_bgr():
    image = np.zeros((1, 1, 1, 3), np.uint8)
    image[0, 0, 0] = (255, 10, 20)
    expected = [(20 - 103.53) / 57.375, (10 - 116.28) / 57.12, (255 - 123.675) / 58.395]
    np.testing.assert_allclose(normalise(image)[0, :, 0, 0], expected, rtol=1e-6)


def test_a_pose_network_is_no_detector(onnx_model):
    with pytest.raises(InputError, match="expected an RTMDet model with outputs dets") as fault:
        PersonDetector(onnx_model)
    assert "\n" not in str(fault.value)

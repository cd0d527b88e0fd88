"""RTMDet out of mmdet: the exported ONNX beside mmdet's own prediction."""

import cv2
import numpy as np
import onnxruntime
import pytest

from runform.errors import InputError
from runform.pose.rtmdet import PersonDetector, letterbox, normalise

LEAST_SCORE = 0.05


def photograph(seed: int, side: int = 320) -> np.ndarray:
    """(side, side, 3) uint8: smooth patches."""
    small = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), np.uint8)
    return cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)


@pytest.fixture(scope="module")
def model(mmpose_reference):
    """RTMDet-nano with random weights as ONNX."""
    return mmpose_reference / "rtmdet-nano.onnx"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_parity_with_mmdet_s_own_prediction(model, mmpose_reference, seed):
    arrays = np.load(mmpose_reference / "rtmdet.npz")
    theirs = arrays[f"people{seed}"]
    ours = PersonDetector(model).detect([arrays[f"image{seed}"]], LEAST_SCORE)[0]
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

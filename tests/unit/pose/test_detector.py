import numpy as np
import pytest

from runform.errors import InputError
from runform.pose.rtmdet import PersonDetector, letterbox, normalise


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

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from runform.errors import InputError
from runform.pose.rtmpose import Crop, RTMPose, cut, decode, preprocess, to_frame

SIZE = (192, 256)


def scene(count: int, seed: int = 0) -> tuple[list[np.ndarray], np.ndarray]:
    """Blurred noise as frames, and a box in each; some reach over the edge, wide and tall ones
    among them.
    """
    rng = np.random.default_rng(seed)
    frames = [
        cv2.GaussianBlur(rng.integers(0, 255, (300, 400, 3), np.uint8), (0, 0), 4)
        for _ in range(count)
    ]
    corner = np.stack([rng.uniform(-30, 250, count), rng.uniform(-30, 150, count)], axis=1)
    return frames, np.concatenate([corner, corner + rng.uniform(60, 250, (count, 2))], axis=1)


@pytest.fixture(scope="module")
def backend(onnx_model):
    return RTMPose(onnx_model)


def test_parity_with_mmpose_s_own_test_step(backend, mmpose_reference):
    theirs = np.load(mmpose_reference / "rtmpose.npz")
    frames_and_boxes = zip(theirs["frames"], theirs["boxes"], strict=True)
    ours = backend.rows([cut(frame, box, SIZE) for frame, box in frames_and_boxes])
    xy, score = (np.stack(part) for part in zip(*ours, strict=True))
    assert xy.shape == (12, 17, 2)
    np.testing.assert_allclose(xy, theirs["xy"], atol=0.1)
    np.testing.assert_allclose(score, theirs["score"], atol=1e-3)


def test_threads_and_batches_change_the_speed_only(backend, onnx_model):
    frames, boxes = scene(7, seed=1)
    boxes[2] = np.nan
    one = backend.detect(frames, boxes)
    other = RTMPose(onnx_model, threads=2, batch=3).detect(iter(frames), boxes)
    np.testing.assert_array_equal(one.xy, other.xy)
    np.testing.assert_array_equal(one.score, other.score)
    assert np.isnan(one.xy[2]).all() and not one.score[2].any()
    assert one.xy.shape == (7, 17, 2) and one.score.max() <= 1


def test_without_boxes_the_whole_frame_is_looked_at(backend):
    frames, _ = scene(2)
    whole = np.tile([0.0, 0.0, 400.0, 300.0], (2, 1))
    np.testing.assert_array_equal(backend.detect(frames).xy, backend.detect(frames, whole).xy)


def test_a_crop_is_widened_to_its_aspect_and_never_squeezed():
    frame = np.zeros((400, 400, 3), np.uint8)
    frame[100:300, 190:210] = 255  # a bar 20 px wide and 200 px tall about (200, 200)
    crop = cut(frame, np.array([190.0, 100, 210, 300]), SIZE)
    np.testing.assert_allclose(crop.centre, [200, 200])
    np.testing.assert_allclose(crop.extent, [187.5, 250])  # 1.25 x 200 px tall, 3/4 of that wide
    bright = np.argwhere(crop.image[..., 0] > 127)
    high, wide = bright.max(axis=0) - bright.min(axis=0) + 1
    scale = 256 / 250
    assert abs(high - 200 * scale) <= 1 and abs(wide - 20 * scale) <= 1
    assert cut(frame, np.full(4, np.nan), SIZE) is None


def test_normalisation_is_imagenet_s():
    images = np.zeros((1, 2, 2, 3), np.uint8)
    images[0, 0, 1] = (255, 0, 128)
    batch = preprocess(images)
    assert batch.shape == (1, 3, 2, 2) and batch.dtype == np.float32
    np.testing.assert_allclose(
        batch[0, :, 0, 1],
        [(255 - 123.675) / 58.395, -116.28 / 57.12, (128 - 103.53) / 57.375],
        rtol=1e-6,
    )


def test_simcc_takes_the_best_bin_of_each_axis_and_the_lower_maximum():
    simcc_x, simcc_y = np.zeros((1, 2, 384)), np.zeros((1, 2, 512))
    simcc_x[0, 0, 101], simcc_y[0, 0, 40] = 0.8, 0.5
    simcc_x[0, 1, 7], simcc_y[0, 1, 511] = 0.3, 0.9
    xy, score = decode(simcc_x, simcc_y)
    np.testing.assert_array_equal(xy[0], [[50.5, 20.0], [3.5, 255.5]])
    np.testing.assert_array_equal(score[0], [0.5, 0.3])


def test_the_way_back_from_a_crop():
    crop = Crop(
        np.zeros((256, 192, 3), np.uint8), np.array([300.0, 200.0]), np.array([150.0, 200.0])
    )
    corners = np.array([[[0.0, 0.0], [192.0, 256.0], [96.0, 128.0]]])
    np.testing.assert_allclose(
        to_frame(corners, [crop], SIZE)[0], [[225, 100], [375, 300], [300, 200]]
    )


def test_a_damaged_model_is_refused_in_one_line(onnx_model, tmp_path):
    path = tmp_path / "cut.onnx"
    path.write_bytes(onnx_model.read_bytes()[:200_000])
    with pytest.raises(InputError, match=r"cut\.onnx: expected a whole ONNX model") as fault:
        RTMPose(path)
    assert "\n" not in str(fault.value)


def test_another_kind_of_model_is_refused_in_one_line(tmp_path):
    path = tmp_path / "other.onnx"
    tensors = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 64, 64])
        for name in ("x", "y")
    ]
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])], "other", tensors[:1], tensors[1:]
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path
    )
    with pytest.raises(
        InputError, match=r"expected an RTMPose model of 17 joints \(coco17\) or 26 joints"
    ) as fault:
        RTMPose(path)
    assert "\n" not in str(fault.value)

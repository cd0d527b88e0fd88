"""A simulated video from its URL: bytes, frames, truth and receipt."""

import cv2
import numpy as np
import pytest

from runform.files import read_json, sha256_of
from runform.simulate.parameters import SimulationParameters, parse_simulated
from runform.simulate.recording import as_filmed, load_truth, simulate_video
from runform.skeleton import get_skeleton

URL = "simulated:seed=4&duration_s=0.4&size=160x120&view=right&camera=treadmill&overstriding=1"


def made(folder, url=URL):
    paths = [folder / name for name in ("v.mp4", "v.truth.npz", "v.json")]
    simulate_video(url, *paths)
    return paths


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    return made(tmp_path_factory.mktemp("video"))


def frames_of(path):
    capture = cv2.VideoCapture(str(path))
    frames = []
    while (read := capture.read())[0]:
        frames.append(read[1])
    return np.array(frames)


def test_frames_and_receipt_agree_with_the_url(video):
    path, _, receipt_path = video
    receipt = read_json(receipt_path)
    assert frames_of(path).shape == (12, 120, 160, 3)
    assert (receipt["status"], receipt["kind"], receipt["url"]) == ("ok", "sim", URL)
    assert (receipt["fps"], receipt["width_px"], receipt["height_px"]) == (30.0, 160, 120)
    assert receipt["duration_s"] == pytest.approx(0.4)
    assert receipt["sha256"] == sha256_of(path)


def test_the_same_url_gives_the_same_bytes(video, tmp_path):
    again = made(tmp_path)
    assert [sha256_of(path) for path in again] == [sha256_of(path) for path in video]


def test_another_seed_gives_another_video(video, tmp_path):
    other = made(tmp_path, URL.replace("seed=4", "seed=5"))
    assert sha256_of(other[0]) != sha256_of(video[0])


def test_the_truth_is_consistent_with_its_camera(video):
    truth = load_truth(video[1])
    assert truth.joints_m.shape == (12, 26, 3)
    seen = np.einsum(
        "tij,tnj->tni",
        truth.camera["rotation"],
        truth.joints_m - truth.camera["position_m"][:, None],
    )
    expected = (
        truth.camera["focal_px"] * seen[..., :2] / seen[..., 2:]
        + (np.array(truth.camera["size"]) - 1) / 2
    )
    np.testing.assert_allclose(truth.joints_px, expected, atol=1e-2)
    assert truth.url == URL
    assert truth.severities["overstriding"] == 1.0
    assert set(truth.contacts) == {"left", "right"}


def test_the_figure_is_drawn_on_the_true_joints(video):
    """Where the true ankles are, the picture changes more than elsewhere: the feet are there and
    not a frame late.
    """
    frames, truth = frames_of(video[0]).astype(float), load_truth(video[1])
    still = np.median(frames, axis=0)
    joints = get_skeleton("halpe26").joints
    changed = []
    for frame, joints_px in zip(frames, truth.joints_px, strict=True):
        for joint in ("left_ankle", "right_ankle"):
            x, y = np.rint(joints_px[joints.index(joint)]).astype(int)
            changed.append(np.abs(frame - still)[y - 1 : y + 2, x - 1 : x + 2].mean())
    everywhere = np.abs(frames - still).mean()
    assert np.median(changed) > 5 * everywhere


def test_a_treadmill_takes_the_running_speed_away():
    parameters = SimulationParameters(camera="treadmill", speed_m_s=3.0)
    time_s = np.array([0.0, 0.5])
    joints_m = np.zeros((2, 26, 3))
    joints_m[1, :, 0] = 1.6
    filmed = as_filmed(parameters, joints_m, time_s)
    np.testing.assert_allclose(filmed[:, 0, 0], [0.0, 0.1])


def test_odd_sizes_are_padded(tmp_path):
    path, _, receipt_path = made(tmp_path, "simulated:duration_s=0.1&size=161x121")
    receipt = read_json(receipt_path)
    assert frames_of(path).shape[1:3] == (122, 162) == (receipt["height_px"], receipt["width_px"])


def test_lower_quality_makes_a_smaller_file(video, tmp_path):
    assert made(tmp_path, f"{URL}&quality=0.1")[0].stat().st_size < 0.7 * video[0].stat().st_size


def test_a_url_that_cannot_be_read_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="seed"):
        made(tmp_path, "simulated:seed=x")
    assert list(tmp_path.iterdir()) == []


def test_the_default_clip_is_two_seconds():
    assert parse_simulated("simulated:").frames == 60

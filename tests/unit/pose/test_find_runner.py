"""People too small for the whole picture, several people, and clips that need no search."""

import cv2
import numpy as np
import pytest

from runform.pose.backend import Detections
from runform.pose.blazepose import BlazePose
from runform.pose.find_runner import find_runner, is_one_person, look_in_tiles, tiles, whole_figures

FPS = 30.0


def placed(film: np.ndarray, *places: tuple[int, int, float]) -> np.ndarray:
    """Frames (T, 720, 1280, 3) of grey with the film at each left, top (px) and scale."""
    frames = np.full((len(film), 720, 1280, 3), 118, np.uint8)
    for left, top, scale in places:
        for frame, picture in zip(frames, film, strict=True):
            small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            frame[top : top + small.shape[0], left : left + small.shape[1]] = small
    return frames


def reader(frames: np.ndarray):
    """Gives every n-th frame, None for the others, as `runform.video.read_frames` does."""
    return lambda step: (None if n % step else frame for n, frame in enumerate(frames))


def search(network: BlazePose, frames: np.ndarray, subject=None):
    detected = network.detect(frames)
    return find_runner(
        reader(frames), detected, FPS, (frames.shape[2], frames.shape[1]), network, subject
    )


def test_a_large_figure_needs_no_search(blazepose_path, film):
    def never(step):
        raise AssertionError("the film is read again")

    network = BlazePose(blazepose_path)
    boxes, quality = find_runner(never, network.detect(film), FPS, (480, 360), network)
    assert boxes is None and quality == {"people": 1}


def test_a_figure_too_small_for_the_picture_is_looked_for_in_tiles(blazepose_path, film):
    network = BlazePose(blazepose_path)
    frames = placed(film, (900, 420, 0.3))
    whole = whole_figures(network.detect(frames), (1280, 720))
    assert np.isnan(whole).all()
    boxes, quality = search(network, frames)
    assert quality == {"people": 1} and np.isfinite(boxes).all()
    middle = boxes.reshape(-1, 2, 2).mean(axis=1)
    expected = whole_figures(network.detect(film), (480, 360)).reshape(-1, 2, 2).mean(axis=1)
    assert np.abs(middle - (expected * 0.3 + [900, 420])).max() < 12


def test_the_subject_names_one_of_two(blazepose_path, film):
    network = BlazePose(blazepose_path)
    frames = placed(film, (40, 300, 0.7), (840, 300, 0.7))
    left, right = (
        search(network, frames, subject=(x, 0.6))[0].reshape(-1, 2, 2).mean(axis=1)
        for x in (0.15, 0.8)
    )
    assert (left[:, 0] < 500).all() and (right[:, 0] > 800).all()


def test_nobody_is_found_in_an_empty_picture(blazepose_path):
    empty = np.full((12, 240, 320, 3), 118, np.uint8)
    boxes, quality = search(BlazePose(blazepose_path), empty)
    assert boxes is None and quality == {"people": 0}


def test_somebody_seen_in_two_tiles_is_one_person(blazepose_path, film):
    picture = placed(film[:1], (540, 200, 0.6))[0]
    with BlazePose(blazepose_path).people_in(3) as look:
        assert len(look_in_tiles(look, picture, 2 / 3)) == 1


@pytest.mark.parametrize("size", [(1280, 720), (360, 640), (1000, 1000), (5, 3)])
def test_tiles_cover_the_picture_and_overlap(size):
    width, height = size
    seen = np.zeros((height, width), int)
    for left, top, side in tiles(width, height, 2 / 3):
        assert left >= 0 and top >= 0 and left + side <= width and top + side <= height
        seen[top : top + side, left : left + side] += 1
    assert seen.min() >= 1 and (min(size) < 10 or seen.max() > 1)


def walk(frames: int, step_px: float) -> np.ndarray:
    """(T, 4) boxes of a figure 200 px tall that moves `step_px` a frame."""
    left = 100 + step_px * np.arange(frames)
    return np.stack([left, np.full(frames, 50.0), left + 80, np.full(frames, 250.0)], axis=1)


def test_one_person_moves_and_two_people_jump():
    running = walk(60, 15.0)  # 2.25 heights a second
    assert is_one_person(running, FPS)
    jumping = running.copy()
    jumping[30:, [0, 2]] += 400
    assert not is_one_person(jumping, FPS)
    often_lost = running.copy()
    often_lost[20:30] = np.nan
    assert not is_one_person(often_lost, FPS)


def test_half_a_figure_beyond_the_edge_is_no_whole_one():
    xy = np.random.default_rng(0).uniform([0, 0], [100, 200], (2, 33, 2)).astype(np.float32)
    xy[1] -= [60, 0]
    boxes = whole_figures(Detections(xy, np.full((2, 33), 0.9, np.float32)), (100, 200))
    assert np.isfinite(boxes[0]).all() and np.isnan(boxes[1]).all()
    unsure = whole_figures(Detections(xy, np.full((2, 33), 0.3, np.float32)), (100, 200))
    assert np.isnan(unsure).all()

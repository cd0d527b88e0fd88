"""Simulated scenes of several runners as a person detector sees them: they cross, overtake, hide
each other and vanish.

All wear the same, so that only position, size and motion say who is who.
Legend: T frames, P people, n detections of a frame.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from runform.pose.tracking import overlap
from runform.simulate.camera import Cameras, look_rotation
from runform.simulate.parameters import SimulationParameters
from runform.simulate.runner import simulate_runner

SIZE = (1280, 720)
FPS, SECONDS = 30.0, 4.0
LONGEST_HIDDEN_S = 0.7


@dataclass(frozen=True)
class Scene:
    """truth (T, P, 4) boxes px, NaN where out of the frame or hidden; detections: T arrays (n, 5)
    x0 y0 x1 y1 score.
    """

    truth: np.ndarray
    detections: list[np.ndarray]


def make_scene(seed: int) -> Scene:
    """One scene of 2 to 4 runners, the first being the one to follow: in view for a second at
    least.
    """
    rng = np.random.default_rng([seed, 7])
    scene = _draw_scene(rng)
    while np.isfinite(scene.truth[:, 0, 0]).sum() < FPS:
        scene = _draw_scene(rng)
    return scene


def _draw_scene(rng) -> Scene:
    time_s = np.arange(int(FPS * SECONDS)) / FPS
    people = [_walkway(rng, number, time_s) for number in range(int(rng.integers(2, 5)))]
    camera = _camera(rng, people[0], time_s)
    boxes, depths = zip(*(_box(camera, joints) for joints in people), strict=True)
    boxes, depths = np.stack(boxes, axis=1), np.stack(depths, axis=1)
    visible = _visible(rng, boxes, depths)
    truth = np.where(visible[..., None], boxes, np.nan)
    return Scene(truth, [_detect(rng, frame) for frame in truth])


def _walkway(rng, number, time_s):
    """(T, 26, 3) of one runner: the others meet the first somewhere in the middle, from behind,
    ahead or the other way.
    """
    speed = rng.uniform(2.4, 4.5)
    parameters = SimulationParameters(
        seed=int(rng.integers(1 << 30)), speed_m_s=round(float(speed), 2)
    )
    joints = simulate_runner(parameters, time_s, measured=False).joints.copy()
    joints[..., 0] -= joints[len(joints) // 2, 19, 0]
    if number and rng.random() < 0.5:
        joints[..., :2] *= -1  # the other way
    joints[..., 1] += 0 if number == 0 else rng.choice([-1, 1]) * rng.uniform(0.5, 2.5)
    joints[..., 0] += 0 if number == 0 else rng.uniform(-2.5, 2.5)
    return joints


def _camera(rng, followed, time_s):
    distance_m, azimuth = rng.uniform(7, 14), np.deg2rad(rng.uniform(60, 120))
    toward = np.array([np.cos(azimuth), -np.sin(azimuth), 0.0])
    path = np.tile(followed[:, 19].mean(axis=0), (len(time_s), 1))
    if rng.random() < 0.5:  # the camera follows the first runner
        path = np.stack(
            [np.poly1d(np.polyfit(time_s, followed[:, 19, axis], 1))(time_s) for axis in range(3)],
            axis=1,
        )
    position = np.tile(path.mean(axis=0) + distance_m * toward + [0, 0, 0.4], (len(time_s), 1))
    shake = rng.normal(0, 0.002, (len(time_s), 3)).cumsum(axis=0) * 0.3
    return Cameras(
        position, look_rotation(path + shake - position), 0.62 * SIZE[1] / 1.75 * distance_m, SIZE
    )


def _box(camera, joints):
    xy, depth = camera.project(joints)
    low, high = xy.min(axis=1), xy.max(axis=1)
    margin = 0.06 * (high[:, 1] - low[:, 1])[:, None]
    return np.concatenate([low - margin, high + margin], axis=1), depth[:, 19]


def _visible(rng, boxes, depths):
    """(T, P) bool: mostly inside the frame, not behind somebody nearer, and not behind a post."""
    clipped = np.clip(boxes, 0, [*SIZE, *SIZE])
    visible = _area(clipped) > 0.6 * _area(boxes)
    for near in range(boxes.shape[1]):
        for far in range(boxes.shape[1]):
            shared = np.concatenate(
                [
                    np.maximum(boxes[:, near, :2], boxes[:, far, :2]),
                    np.minimum(boxes[:, near, 2:], boxes[:, far, 2:]),
                ],
                1,
            )
            hidden = (_area(shared) > 0.6 * _area(boxes[:, far])) & (
                depths[:, near] < depths[:, far]
            )
            visible[:, far] &= ~hidden
    for person in range(boxes.shape[1]):
        if rng.random() < 0.5:  # something stands before them for a while
            first = int(rng.integers(10, len(boxes) - 30))
            visible[first : first + int(rng.uniform(0.2, LONGEST_HIDDEN_S) * FPS), person] = False
    return visible


def _area(boxes):
    return np.prod(np.clip(boxes[..., 2:] - boxes[..., :2], 0, None), axis=-1)


def _detect(rng, boxes):
    """Detections of one frame: positions off by 3 % of the height, one in twenty missed, and now
    and then a false one.
    """
    detected = []
    for box in boxes[np.isfinite(boxes).all(axis=1)]:
        if rng.random() > 0.05:
            detected.append(
                [*(box + rng.normal(0, 0.03 * (box[3] - box[1]), 4)), rng.uniform(0.5, 0.95)]
            )
    if rng.random() < 0.04:
        corner, height = rng.uniform(0, 1, 2) * [SIZE[0], SIZE[1] / 2], rng.uniform(80, 400)
        detected.append(
            [*corner, corner[0] + 0.45 * height, corner[1] + height, rng.uniform(0.3, 0.6)]
        )
    detected = np.array(detected).reshape(-1, 5)
    return detected[rng.permutation(len(detected))]


def identities(scene: Scene, ids: list[np.ndarray]) -> np.ndarray:
    """(T, P) id of the detection that matches each person's true box (IoU above one half), -1 where
    none does.
    """
    matched = np.full(scene.truth.shape[:2], -1)
    for frame, (truth, detected, names) in enumerate(
        zip(scene.truth, scene.detections, ids, strict=True)
    ):
        present = np.flatnonzero(np.isfinite(truth).all(axis=1))
        overlaps = overlap(truth[present], detected[:, :4])
        for person, detection in zip(*linear_sum_assignment(-overlaps), strict=True):
            if overlaps[person, detection] > 0.5:
                matched[frame, present[person]] = names[detection]
    return matched


def idf1(scene: Scene, ids: list[np.ndarray]) -> float:
    """Share of detections with the right identity (Ristani et al., 2016): 2 IDTP / (true boxes +
    boxes of tracks).
    """
    matched = identities(scene, ids)
    names = np.unique(matched[matched >= 0])
    hits = np.array(
        [
            [(matched[:, person] == name).sum() for name in names]
            for person in range(matched.shape[1])
        ]
    )
    person, name = linear_sum_assignment(-hits) if hits.size else ([], [])
    truth = np.isfinite(scene.truth).all(axis=2).sum()
    tracked = sum((frame >= 0).sum() for frame in ids)
    return 2 * hits[person, name].sum() / (truth + tracked)


def kept_to_the_end(scene: Scene, ids: list[np.ndarray], person: int = 0) -> bool:
    """Whether `person` bears one id in the first and last tenth of their detections, and in nine
    tenths of all.
    """
    names = identities(scene, ids)[:, person]
    names = names[names >= 0]
    tenth = max(1, len(names) // 10)
    main = np.bincount(names[:tenth]).argmax()
    return bool(np.bincount(names[-tenth:]).argmax() == main and (names == main).mean() >= 0.9)


def greedy_iou(scene: Scene) -> list[np.ndarray]:
    """Identities by the simple way: each detection takes the last box it overlaps most, if by .3,
    within a second.
    """
    last, ids, fresh = {}, [], 0
    for frame, detected in enumerate(scene.detections):
        names = np.full(len(detected), -1)
        alive = [name for name, (before, _) in last.items() if frame - before <= FPS]
        if alive and len(detected):
            overlaps = overlap(np.stack([last[name][1] for name in alive]), detected[:, :4])
            while overlaps.max() > 0.3:
                row, column = np.unravel_index(overlaps.argmax(), overlaps.shape)
                names[column] = alive[row]
                overlaps[row], overlaps[:, column] = -1, -1
        for column in range(len(detected)):
            if names[column] < 0:
                names[column], fresh = fresh, fresh + 1
            last[int(names[column])] = (frame, detected[column, :4])
        ids.append(names)
    return ids

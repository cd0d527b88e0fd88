import numpy as np
from scenes import FPS, SIZE, greedy_iou, identities, idf1, kept_to_the_end, make_scene

from runform.pose.follow import track_people
from runform.pose.tracking import NOBODY, TrackSettings, assignments, overlap, track_boxes


def walker(
    start_px: float, speed_px: float, frames: int = 60, top: float = 100.0, height: float = 200.0
) -> np.ndarray:
    """(T, 4) box of somebody who moves sideways at `speed_px` a frame."""
    x = start_px + speed_px * np.arange(frames)
    return np.stack([x, np.full(frames, top), x + 80, np.full(frames, top + height)], axis=1)


def seen_together(*people: np.ndarray) -> list[np.ndarray]:
    return [
        np.stack(
            [boxes[frame] for boxes in people if np.isfinite(boxes[frame]).all()] or [np.empty(0)]
        ).reshape(-1, 4)
        for frame in range(len(people[0]))
    ]


def test_assignments_are_the_best_one_and_those_without_one_of_its_pairs():
    # The second track may only take the first box; pairs of 0 or more are outside the gate.
    gain = np.array([[-5.0, -4.0], [-3.0, 2.0]])
    # Without either pair, the first track alone in the first box is the best.
    assert assignments(gain) == [(-7.0, [(0, 1), (1, 0)]), (-5.0, [(0, 0)])]
    assert assignments(np.zeros((0, 3))) == [(0.0, [])]


def test_overlap_by_hand():
    boxes = np.array([[0.0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]])
    np.testing.assert_allclose(overlap(boxes[:1], boxes), [[1, 2 / 6, 0]])


def test_two_who_cross_keep_their_names():
    ids = np.stack(
        track_boxes(seen_together(walker(0, 8), walker(480, -8, top=104)), 30.0, TrackSettings())
    )
    assert len(set(ids[:, 0])) == len(set(ids[:, 1])) == 1 and ids[0, 0] != ids[0, 1]


def test_somebody_hidden_for_a_while_is_the_same_when_they_come_out():
    hidden, other = walker(0, 8), walker(600, 0, height=120.0)
    hidden[25:46] = np.nan  # 0.7 s
    ids = track_boxes(seen_together(hidden, other), 30.0, TrackSettings())
    assert ids[10][0] == ids[50][0] and len(ids[30]) == 1 and ids[30][0] == ids[10][1]


def test_somebody_hidden_for_long_is_somebody_new():
    hidden = walker(0, 8)
    hidden[10:50] = np.nan
    ids = track_boxes(seen_together(hidden), 30.0, TrackSettings(max_hidden_s=1.0))
    assert ids[0][0] != ids[55][0]


def test_a_box_seen_once_is_nobody():
    boxes = seen_together(walker(0, 8))
    boxes[30] = np.concatenate([boxes[30], [[900.0, 50, 960, 300]]])
    ids = track_boxes(boxes, 30.0, TrackSettings())
    assert ids[30].tolist() == [ids[0][0], NOBODY]


def test_frames_without_anybody():
    assert [ids.tolist() for ids in track_boxes([np.empty((0, 4))] * 3, 30.0, TrackSettings())] == [
        [],
        [],
        [],
    ]
    assert track_boxes([], 30.0, TrackSettings()) == []


def test_the_frame_rate_does_not_matter():
    slow, fast = (
        seen_together(walker(0, 8 * step, 60 // step), walker(480, -8 * step, 60 // step, top=104))
        for step in (2, 1)
    )
    half = np.stack(track_boxes(slow, 15.0, TrackSettings()))
    whole = np.stack(track_boxes(fast, 30.0, TrackSettings()))
    assert (half == half[0]).all() and (whole == whole[0]).all()


def test_the_metrics_themselves():
    scene = make_scene(3)
    exact = [np.arange(len(detections)) for detections in scene.detections]
    people = [identity[identity >= 0] for identity in identities(scene, exact)]
    assert all(
        len(set(identity)) == len(identity) for identity in people
    )  # one detection serves one person
    nobody = [np.full(len(detections), NOBODY) for detections in scene.detections]
    assert idf1(scene, nobody) == 0


def test_somebody_who_crouches_stays_the_same():
    box = walker(300, 2, frames=40)
    box[20:, 1] += 90  # from 200 px to 110 between two frames
    ids = track_boxes(seen_together(box, walker(700, 3, frames=40)), 10.0, TrackSettings())
    assert (np.stack(ids) == ids[0]).all()


def test_scenes_of_runners_who_cross_overtake_and_vanish():
    """benchmarks/tracking.py does the same with a hundred others."""
    rows = []
    for scene in (
        make_scene(seed) for seed in range(1000, 1025)
    ):  # the settings were chosen on seeds 0 to 99
        boxes = [detections[:, :4] for detections in scene.detections]
        ours = track_people(boxes, FPS, SIZE)
        greedy = greedy_iou(scene)
        rows.append(
            [
                kept_to_the_end(scene, ours),
                idf1(scene, ours),
                kept_to_the_end(scene, greedy),
                idf1(scene, greedy),
            ]
        )
    kept, identity, greedy_kept, greedy_identity = np.mean(rows, axis=0)
    print(f"25 scenes: followed runner kept {kept:.0%}, IDF1 {identity:.3f}")
    assert kept >= 0.95 and identity >= 0.95
    assert greedy_kept < kept and greedy_identity < identity

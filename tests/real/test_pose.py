"""BlazePose on real video: near RTMPose-M's keypoints where both see the runner, and honest where
there is no whole runner.
"""

import json
import os
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from runform.files import write_json
from runform.pose.estimate import PoseSettings
from runform.pose.follow import track_people
from runform.pose.import_keypoints import import_pose
from runform.pose.leg_swaps import SwapSettings, unswap
from runform.pose.quality import leg_length_px
from runform.pose.rtmdet import PersonDetector
from runform.sequence import load_sequence
from runform.video import read_frames

DATA = Path(os.environ.get("RUNFORM_SHARED", Path(__file__).parents[2] / "../shared")) / "data"
pytestmark = [
    pytest.mark.skipif(
        not (DATA / "videos").is_dir(),
        reason=f"no real videos in {DATA} (RUNFORM_SHARED names their folder)",
    ),
    pytest.mark.xdist_group("footage"),
]

LEGS = ("left_knee", "right_knee", "left_ankle", "right_ankle")


def rtmpose(name: str) -> tuple[np.ndarray, np.ndarray]:
    """(T, 17, 2) px and (T, 17) scores of RTMPose-M, of the person with the highest summed score in
    each frame.
    """
    frames = json.loads((DATA / "keypoints" / f"{name}.mmpose.json").read_text())
    people = [
        max(frame["predictions_2d"], key=lambda person: sum(person["keypoint_scores"]))
        for frame in frames
    ]
    return np.array([p["keypoints"] for p in people]), np.array(
        [p["keypoint_scores"] for p in people]
    )


def test_legs_lie_near_those_of_rtmpose(pose_of):
    sequence = pose_of("side_view_one_runner")
    reference, score = rtmpose("side_view_one_runner")
    assert sequence.ok and len(sequence.xy) == len(reference) == 418
    columns = [13, 14, 15, 16]  # of COCO-17
    distance = np.stack(
        [
            np.linalg.norm(sequence.joint(name) - reference[:, at], axis=1)
            for name, at in zip(LEGS, columns, strict=True)
        ]
    )
    distance[score[:, columns].T < 0.5] = np.nan
    medians = {
        name: round(float(np.nanmedian(row)), 1) for name, row in zip(LEGS, distance, strict=True)
    }
    print(
        f"side_view_one_runner: leg joints lie a median {np.nanmedian(distance):.1f} px from"
        f" RTMPose-M's: {medians}"
    )
    ankles = distance[2:][np.isfinite(distance[2:])]
    print(
        f"ankles: median {np.median(ankles):.1f} px, ninth decile {np.percentile(ankles, 90):.1f}"
    )
    # of a figure 480 px tall
    assert np.median(ankles) < 4.5 and np.percentile(ankles, 90) < 9.5
    assert np.isfinite(distance).mean() > 0.7
    for one, other, left, right in ((0, 1, 13, 14), (2, 3, 15, 16)):
        exchanged = share_exchanged(sequence, reference, score, LEGS[one], LEGS[other], left, right)
        print(f"{LEGS[one]} and {LEGS[other]} exchanged in {exchanged:.3f} of the frames")
        assert exchanged <= 0.01


def share_exchanged(sequence, reference, score, one, other, left, right) -> float:
    """Share of the frames in which both joints lie nearer to the other one of the reference."""
    ours = np.stack([sequence.joint(one), sequence.joint(other)], axis=1)
    theirs = reference[:, [left, right]]
    apart = np.linalg.norm(theirs[:, 0] - theirs[:, 1], axis=1) > 10
    clear = (score[:, [left, right]] > 0.5).all(axis=1) & np.isfinite(ours).all(axis=(1, 2)) & apart
    same = np.linalg.norm(ours - theirs, axis=2).sum(axis=1)
    crossed = np.linalg.norm(ours - theirs[:, ::-1], axis=2).sum(axis=1)
    return float((crossed < same)[clear].mean())


def test_a_clip_of_legs_only_says_why_it_is_left_out(pose_of):
    sequence = pose_of("legs_only")
    print(f"legs_only: {sequence.status}: {sequence.reason}")
    assert (
        not sequence.ok
        and "head and shoulders" in sequence.reason
        and sequence.quality["grade"] == "low"
    )


def test_a_runner_followed_by_the_camera_is_seen_in_every_frame(pose_of):
    sequence = pose_of("side_view_panning_bystanders")
    print(f"side_view_panning_bystanders: {sequence.quality}")
    assert (
        sequence.ok
        and sequence.quality["grade"] == "good"
        and sequence.quality["runner_share"] == 1.0
    )
    assert sequence.quality["largest_gap_s"] == 0


def test_two_strides_in_slow_motion_keep_the_legs_of_the_whole_film(pose_of):
    sequence = pose_of("slow_motion_lab_treadmill")
    xy, score = sequence.raw_xy.astype(float), sequence.raw_score.astype(float)
    whole, part = (
        unswap(
            xy[:frames],
            score[:frames],
            sequence.joints,
            leg_length_px(xy, sequence.joints),
            sequence.fps,
            SwapSettings(),
        )[2]
        for frames in (len(xy), 481)
    )
    differ = int((part != whole[:481]).any(axis=1).sum())
    print(f"of 481 frames, {differ} have other legs exchanged than in the whole film")
    assert differ < 10


def test_one_of_two_people_is_followed_throughout(pose_of):
    sequence = pose_of("two_people_walking")
    middle = sequence.box.reshape(-1, 2, 2).mean(axis=1)
    height = np.nanmedian(sequence.box[:, 3] - sequence.box[:, 1])
    moved = np.linalg.norm(np.diff(middle, axis=0), axis=1) / height
    print(f"two_people_walking: {sequence.quality}; largest step of the box {np.nanmax(moved):.2f}")
    assert sequence.quality["people"] >= 2 and np.nanmax(moved) < 0.3


def test_a_small_runner_is_found_in_tiles_and_followed(pose_of):
    sequence = pose_of("small_runner_panning_track")
    print(f"small_runner_panning_track: {sequence.quality}")
    assert sequence.quality["runner_share"] > 0.9
    assert sequence.quality["figure_height_px"] < 0.25 * sequence.size[1]


def test_two_people_keep_their_names_with_the_real_detector():
    detector = PersonDetector(DATA / "weights" / "rtmdet_nano_person.onnx")
    frames = list(islice(read_frames(DATA / "videos" / "two_people_walking.mp4"), 0, None, 3))
    found = detector.detect(frames, 0.4)
    boxes = [people[:, :4] for people in found]
    ids = track_people(boxes, 10.0, (1768, 994))
    # He is on the roof until the detector loses him before the tree (3 to 6.3 s), and lands on the
    # right; she walks left below.
    names = {"he": set(), "she": set()}
    for frame, (place, name) in enumerate(zip(boxes, ids, strict=True)):
        for box, person in zip(place, name, strict=True):
            on_the_right = frame > 60 and box[0] > 900
            names["he" if box[1] < 300 or on_the_right else "she"].add(int(person))
    print(f"two_people_walking: ids {names}")
    assert len(names["he"]) == len(names["she"]) == 1 and names["he"] != names["she"]


def test_imported_rtmpose_keypoints_hold_one_person(pose_of, tmp_path):
    own = pose_of("side_view_one_runner")
    receipt = {
        "status": "ok",
        "reason": "",
        "fps": own.fps,
        "frames": 418,
        "width_px": 1280,
        "height_px": 640,
    }
    write_json(tmp_path / "clip.json", receipt)
    keypoints = DATA / "keypoints" / "side_view_one_runner.mmpose.json"
    import_pose(keypoints, tmp_path / "clip.json", tmp_path / "pose.npz", PoseSettings())
    imported = load_sequence(tmp_path / "pose.npz")
    assert imported.ok and imported.skeleton == "coco17" and len(imported.xy) == 418
    moved = np.linalg.norm(np.diff(np.nanmean(imported.xy[50:330], axis=1), axis=0), axis=1)
    distance = np.stack(
        [np.linalg.norm(own.joint(name) - imported.joint(name), axis=1) for name in LEGS]
    )
    print(
        f"imported beside own: legs a median {np.nanmedian(distance):.1f} px apart; largest step of"
        f" the body {moved.max():.0f} px"
    )
    assert (
        np.nanmedian(distance) < 7.0 and moved.max() < 40
    )  # nobody else leaks in: the body never jumps

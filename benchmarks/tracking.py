"""Who is who: simulated scenes of several runners, and a real clip of two people with the real
detector.

    python benchmarks/tracking.py [--scenes 100] [--seed 2000]

Scenes: 2 to 4 runners in the same clothes who cross, overtake, hide each other and vanish behind
things for up to 0.7 s, detections noisy (tests/unit/pose/scenes.py); this project's settings were
chosen on seeds 0 to 99, the peers' thresholds by a few tries on seeds 0 to 29.

Greedy overlap of boxes stands beside, and the trackers of norfair and
trackers where these packages are installed: they are not among the project's requirements.
"""

import argparse
import logging
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests/unit/pose")]

from scenes import FPS, SIZE, Scene, greedy_iou, idf1, kept_to_the_end, make_scene  # noqa: E402

from runform.pose.follow import PeopleSettings, follow_runner, track_people  # noqa: E402
from runform.pose.rtmdet import PersonDetector  # noqa: E402
from runform.video import probe, read_frames  # noqa: E402

DATA = Path(os.environ.get("RUNFORM_SHARED", ROOT / "../shared")) / "data"
LONGEST_HIDDEN = int(1.2 * FPS)  # frames, as this project's own


def ours(scene: Scene) -> list[np.ndarray]:
    return track_people([detected[:, :4] for detected in scene.detections], FPS, SIZE)


def norfair(scene: Scene) -> list[np.ndarray]:
    """Kalman filter of both corners, assignment by their distance."""
    from norfair import Detection, Tracker

    tracker = Tracker(
        "mean_euclidean",
        distance_threshold=150,
        hit_counter_max=LONGEST_HIDDEN,
        initialization_delay=0,
    )
    ids = []
    for detected in scene.detections:
        detections = [
            Detection(box[:4].reshape(2, 2), data=row) for row, box in enumerate(detected)
        ]
        frame_ids = np.full(len(detected), -1)
        for track in tracker.update(detections):
            if any(track.last_detection is detection for detection in detections):
                frame_ids[track.last_detection.data] = track.id
        ids.append(frame_ids)
    return ids


def bytetrack(scene: Scene) -> list[np.ndarray]:
    from trackers import ByteTrackTracker

    return _roboflow(
        ByteTrackTracker(
            LONGEST_HIDDEN, FPS, 0.3, 1, minimum_iou_threshold=0.1, high_conf_det_threshold=0.3
        ),
        scene,
    )


def oc_sort(scene: Scene) -> list[np.ndarray]:
    from trackers import OCSORTTracker

    return _roboflow(
        OCSORTTracker(
            LONGEST_HIDDEN,
            FPS,
            minimum_consecutive_frames=1,
            minimum_iou_threshold=0.5,
            high_conf_det_threshold=0.3,
        ),
        scene,
    )


def _roboflow(tracker, scene: Scene) -> list[np.ndarray]:
    from supervision import Detections

    ids = []
    for detected in scene.detections:
        boxes, scores = detected[:, :4].astype(np.float32), detected[:, 4].astype(np.float32)
        rows = {"row": np.arange(len(detected))}
        tracked = tracker.update(
            Detections(boxes, None, scores, np.zeros(len(detected), int), data=rows)
        )
        frame_ids = np.full(len(detected), -1)
        if len(tracked):
            frame_ids[tracked.data["row"]] = tracked.tracker_id
        ids.append(frame_ids)
    return ids


# Name in the table -> tracker, and the package that it needs.
TRACKERS = {
    "this project": (ours, "runform"),
    "norfair 2.3": (norfair, "norfair"),
    "OC-SORT, trackers 2.6": (oc_sort, "trackers"),
    "ByteTrack, trackers 2.6": (bytetrack, "trackers"),
    "greedy overlap": (greedy_iou, "runform"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2000, help="of the first scene")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    scenes = [make_scene(seed) for seed in range(chosen.seed, chosen.seed + chosen.scenes)]
    print("| tracker | scenes | followed runner kept, % | IDF1 |\n|---|---|---|---|")
    absent = []
    for name, (tracker, package) in TRACKERS.items():
        if find_spec(package) is None:
            absent.append(name)
            continue
        tracked = [(scene, tracker(scene)) for scene in scenes]
        scores = [(kept_to_the_end(*pair), idf1(*pair)) for pair in tracked]
        kept, identity = np.mean(scores, axis=0)
        print(f"| {name} | {len(scenes)} | {100 * kept:.0f} | {identity:.3f} |", flush=True)
    if absent:
        print(f"\nskipped, their packages are not installed: {'; '.join(absent)}")
    video = DATA / "videos/two_people_walking.mp4"
    if not video.exists():
        print(f"\nno {video}")
        return
    detector = PersonDetector(DATA / "weights/rtmdet_nano_person.onnx", 2)
    people = follow_runner(read_frames(video), probe(video).fps, detector, PeopleSettings())[1]
    print(f"\n{video.name}: {people['people']} people")


if __name__ == "__main__":
    main()

"""Who is who: simulated scenes of several runners, and a real clip of two people with the real
detector.

    python benchmarks/tracking.py [--scenes 100] [--seed 2000]

Scenes: 2 to 4 runners in the same clothes who cross, overtake, hide each other and vanish behind
things for up to 0.7 s, detections noisy (tests/unit/pose/scenes.py); the settings were chosen on
seeds 0 to 99. Greedy overlap of boxes stands beside.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "tests/unit/pose")]

from scenes import FPS, SIZE, greedy_iou, idf1, kept_to_the_end, make_scene  # noqa: E402

from runform.pose.follow import PeopleSettings, RejoinSettings, follow_runner, rejoin  # noqa: E402
from runform.pose.rtmdet import PersonDetector  # noqa: E402
from runform.pose.tracking import TrackSettings, track_boxes  # noqa: E402
from runform.video import probe, read_frames  # noqa: E402

DATA = Path(os.environ.get("RUNFORM_SHARED", ROOT / "../shared")) / "data"


def ours(scene) -> list[np.ndarray]:
    boxes = [found[:, :4] for found in scene.detections]
    return rejoin(boxes, track_boxes(boxes, FPS, TrackSettings()), FPS, SIZE, RejoinSettings())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2000, help="of the first scene")
    chosen = parser.parse_args()
    scenes = [make_scene(seed) for seed in range(chosen.seed, chosen.seed + chosen.scenes)]
    print("| tracker | scenes | followed runner kept, % | IDF1 |\n|---|---|---|---|")
    for name, method in (("this project", ours), ("greedy overlap", greedy_iou)):
        found = [(scene, method(scene)) for scene in scenes]
        kept, identity = np.mean([(kept_to_the_end(*pair), idf1(*pair)) for pair in found], axis=0)
        print(f"| {name} | {len(scenes)} | {100 * kept:.0f} | {identity:.3f} |", flush=True)
    video, detector = (
        DATA / "videos/two_people_walking.mp4",
        DATA / "weights/rtmdet_nano_person.onnx",
    )
    if not video.exists():
        print(f"no {video}")
        return
    known = follow_runner(
        read_frames(video), probe(video).fps, PersonDetector(detector, 2), PeopleSettings()
    )[1]
    print(f"{video.name}: {known['people']} people")


if __name__ == "__main__":
    main()

"""Where the errors of what is measured at contact come from: filmed runners, part by part.

    .venv/bin/python benchmarks/gait_parts.py [--clips 24] [--fps 30] [--folder FOLDER]

Each part is the difference between two ways to the same number, means of both sides' contacts;
together they make the whole error:
projection  the joints as drawn, at the true contacts, in the image: less the truth in space
reading     the mean cycle of the joints as drawn in the frames, at the true contacts: less the
            joints themselves
network     the same from BlazePose's keypoints: less that from the joints as drawn
event       what the gait file says, at the contacts that were found: less what it would say at the
            true ones
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks")]

from filmed import as_rendered, film  # noqa: E402

from runform.gait.events import detect_events  # noqa: E402
from runform.gait.measure import GaitSettings, gait_of  # noqa: E402
from runform.gait.motion import Motion, motion_of  # noqa: E402
from runform.gait.step_metrics import SideJoints, metrics_at_contact  # noqa: E402
from runform.gait.stride_cycle import find_strides  # noqa: E402
from runform.gait.tracks import SIDES, tracks_of  # noqa: E402
from runform.sequence import PoseSequence  # noqa: E402
from runform.simulate.camera import plan_cameras  # noqa: E402
from runform.simulate.parameters import parse_simulated  # noqa: E402
from runform.simulate.recording import Truth, as_filmed  # noqa: E402
from runform.simulate.runner import simulate_runner  # noqa: E402
from runform.skeleton import get_skeleton, leg_length  # noqa: E402

FIRST_SEED = 7000
METRICS = ("shank_angle_ic_deg", "knee_flexion_ic_deg", "reach_ic_leg")
PARTS = ("projection", "reading", "network", "event", "whole")
EDGE_S = 0.05
FINER = 16


def contacts_inside(truth: Truth) -> tuple[np.ndarray, np.ndarray]:
    """(N,) times and (N,) sides (rows of SIDES) of the contacts well inside the clip."""
    times = [truth.contacts[side][:, 0] for side in SIDES]
    times = [each[(each > EDGE_S) & (each < truth.time_s[-1] - EDGE_S)] for each in times]
    return np.concatenate(times), np.repeat([0, 1], [len(each) for each in times])


def drawn_at(truth: Truth, at_s: np.ndarray) -> dict[str, np.ndarray]:
    """Joint -> (N, 2) in the image at (N,) times, y up, leg lengths: the runner simulated anew
    between the frames.
    """
    parameters = parse_simulated(truth.url)
    time_s = np.arange((len(truth.time_s) - 1) * FINER + 1) / (parameters.fps * FINER)
    motion = simulate_runner(parameters, time_s, measured=False)
    names = get_skeleton("halpe26").joints
    joints_m = as_filmed(parameters, motion.joints, time_s)
    cameras = plan_cameras(
        parameters, joints_m[:, names.index("root")], motion.body.height_m, time_s
    )
    image_px = dict(zip(names, cameras.project(joints_m)[0].transpose(1, 0, 2), strict=True))
    leg_px = leg_length(image_px)
    places = {
        name: np.stack([np.interp(at_s, time_s, xy[:, axis]) for axis in range(2)], 1)
        for name, xy in image_px.items()
    }
    return {name: xy * [1, -1] / leg_px for name, xy in places.items()}


def mean_motion(sequence: PoseSequence, ahead: int) -> Motion:
    """The motion that `gait_of` reads its values from."""
    settings = GaitSettings()
    tracks = tracks_of(sequence, settings.min_seen)
    cycle, _ = find_strides(tracks, settings.events)
    marks = detect_events(
        motion_of(tracks, cycle, settings.events.max_harmonics), ahead
    ).contact_phases
    return motion_of(tracks, cycle, settings.events.max_harmonics, marks)


def parts_of(seen: PoseSequence, truth: Truth, view: str) -> dict[str, dict[str, float]]:
    """Metric -> part -> error in one clip."""
    ahead = {"left": -1, "right": 1}[view]
    at_s, side = contacts_inside(truth)
    chain = [
        drawn_at(truth, at_s),
        mean_motion(as_rendered(truth, seen), ahead).at(at_s),
        mean_motion(seen, ahead).at(at_s),
    ]
    values = [metrics_at_contact(SideJoints(joints, side), ahead) for joints in chain]
    given = gait_of(seen, GaitSettings(), {}, view)["metrics"]
    errors = {}
    for name in METRICS:
        stages = [float(np.mean(truth.metrics[name]["values"]))]
        stages += [
            float(np.mean([found[name][side == row].mean() for row in (0, 1)])) for found in values
        ]
        stages.append(given[name]["value"])
        steps = [*np.diff(stages), stages[-1] - stages[0]]
        errors[name] = dict(zip(PARTS, map(float, steps), strict=True))
    return errors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=24)
    parser.add_argument("--fps", type=float, default=30.0)
    parser.add_argument(
        "--folder", type=Path, help="where filmed clips are kept; a temporary one by default"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        clips = []
        for number in range(chosen.clips):
            view = ("right", "left")[number % 2]
            clips.append(parts_of(*film(FIRST_SEED + number, chosen.fps, view, folder), view))
    print(
        f"\n{chosen.clips} clips at {chosen.fps:g} fps: root mean square (median of absolute"
        " values)\n"
    )
    print(f"| metric | {' | '.join(PARTS)} |")
    print(f"|{'---|' * (len(PARTS) + 1)}")
    for name in METRICS:
        columns = [np.array([clip[name][part] for clip in clips]) for part in PARTS]
        print(
            f"| {name} | "
            + " | ".join(
                f"{np.sqrt((e**2).mean()):.3f} ({np.median(np.abs(e)):.3f})" for e in columns
            )
            + " |"
        )


if __name__ == "__main__":
    main()

"""Peers beside this project: on rendered runners with their truth, on force plates, on film.

    RUNFORM_PEERS=FOLDER .venv/bin/python benchmarks/peers/run.py [--clips 6] [--seeds 3]
    [--folder FOLDER] [--parts rendered film plates]

RUNFORM_PEERS: where the peers' environments are, or are made. RUNFORM_SHARED: where the plates and
the film are. --folder keeps what has been made, so that a run that ended goes on.
Rendered: 4 s of random runners at 60 frames a second from the right and the left, seeds from 7000,
which nothing was set on. rtmlib and mmpose stand in pose.py alone: their trained weights cannot be
had without a download.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
FOLDERS = ("workflow", "benchmarks", "tests/real", "benchmarks/peers")
sys.path[:0] = [str(ROOT / folder) for folder in FOLDERS]

from filmed import DATA, render  # noqa: E402
from gait import FIRST_SEED  # noqa: E402
from peer_footage import GAITKIT, METRICS, PROGRAMS, Reading, readings_of  # noqa: E402
from peer_plates import Gaitkit, print_plates  # noqa: E402

from runform.simulate.recording import Truth, load_truth  # noqa: E402
from runform.skeleton import get_skeleton  # noqa: E402
from runform.video import probe  # noqa: E402

FPS = 60.0
PARTS = ("rendered", "film", "plates")
NOBODY_RUNS = ("legs_only", "two_people_walking", "walking_silhouette")
# Counted in the picture, frame by frame.
CADENCE_OF = ("treadmill_side_facing_left", 168.9)
TITLES = {
    "cadence_steps_min": "cadence, steps/min", "contact_time_ms": "contact time, ms",
    "shank_angle_ic_deg": "shank at contact, deg", "knee_flexion_ic_deg": "knee at contact, deg",
    "knee_flexion_swing_deg": "knee in swing, deg", "trunk_lean_deg": "trunk lean, deg",
}  # fmt: skip
NONE = "–"


def print_rendered(clips: int, folder: Path, gaitkit: Gaitkit) -> dict[str, dict[str, str]]:
    """Mean absolute error and bias of each metric; and program -> its cells of the short table."""
    read, truths = [], []
    for number in range(clips):
        view = ("right", "left")[number % 2]
        video, truth, _ = render(FIRST_SEED + number, FPS, view, folder)
        read.append(readings_of(video, folder, gaitkit))
        truths.append(load_truth(truth))
        print(f"rendered {number + 1} of {clips}", file=sys.stderr, flush=True)
    columns = [f"rendered, {clips} clips", *TITLES.values(), "ankles off, % of the leg"]
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    short = {}
    for program in PROGRAMS:
        own = [readings[program] for readings in read]
        cells = {name: error_cell(name, own, truths) for name in METRICS}
        print(f"| {program} | {' | '.join(cells.values())} | {ankle_cell(own, truths)} |")
        short[program] = cells
    return short


def error_cell(name: str, readings: list[Reading], truths: list[Truth]) -> str:
    """Mean absolute error, bias in brackets, and of how many clips where not of all."""
    errors = [
        reading.metrics[name] - float(np.mean(truth.metrics[name]["values"]))
        for reading, truth in zip(readings, truths, strict=True)
        if name in reading.metrics
    ]
    if not errors:
        return NONE
    few = f", {len(errors)} clips" if len(errors) < len(readings) else ""
    return f"{np.mean(np.abs(errors)):.1f} ({np.mean(errors):+.1f}{few})"


def ankle_cell(readings: list[Reading], truths: list[Truth]) -> str:
    """Median and ninth decile of the ankles' distance from where they were drawn."""
    away = []
    for reading, truth in zip(readings, truths, strict=True):
        if reading.xy is not None:
            away.append(ankles_off(reading.xy, truth.joints_px))
    if not away:
        return NONE
    middle, ninth = np.nanpercentile(np.concatenate(away), (50, 90))
    return f"{middle:.1f}, {ninth:.1f}"


def ankles_off(xy: np.ndarray, true_px: np.ndarray) -> np.ndarray:
    """Distances of both ankles from the truth, % of the leg's length in the picture."""
    theirs, truth = get_skeleton("blazepose33"), get_skeleton("halpe26")
    frames, away, legs = min(len(xy), len(true_px)), [], []
    for side in ("left", "right"):
        hip, knee, ankle = (
            true_px[:frames, truth.index(f"{side}_{joint}")] for joint in ("hip", "knee", "ankle")
        )
        legs.append(np.linalg.norm(hip - knee, axis=1) + np.linalg.norm(knee - ankle, axis=1))
        away.append(np.linalg.norm(xy[:frames, theirs.index(f"{side}_ankle")] - ankle, axis=1))
    return 100 * np.concatenate(away) / np.median(legs)


def print_film(folder: Path, gaitkit: Gaitkit) -> dict[str, dict[str, str]]:
    """Clips with a cadence, time and memory; and program -> its cells of the short table."""
    videos = sorted((DATA / "videos").glob("*.mp4"))
    if not videos:
        print(f"\nNo film: {DATA / 'videos'} is missing.")
        return {}
    read = {}
    for video in videos:
        read[video.stem] = readings_of(video, folder, gaitkit)
        print(f"film {video.stem}", file=sys.stderr, flush=True)
    frames = sum(probe(video).frames for video in videos)
    runners = [name for name in read if name not in NOBODY_RUNS]
    columns = ["film", "runners with a cadence", "not runners with a cadence"]
    columns += [f"{CADENCE_OF[0]}, true {CADENCE_OF[1]}", "CPU, ms a frame", "largest memory, MB"]
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    short = {}
    for program in PROGRAMS:
        own = {name: readings[program] for name, readings in read.items()}
        cadence = {name: one.metrics.get("cadence_steps_min") for name, one in own.items()}
        counts = [
            f"{sum(cadence[name] is not None for name in names)} of {len(names)}"
            for names in (runners, NOBODY_RUNS)
        ]
        counted = cadence[CADENCE_OF[0]]
        cost = [NONE, NONE] if program == GAITKIT else cost_cells(own, frames)
        cells = [*counts, NONE if counted is None else f"{counted:.1f}", *cost]
        print(f"| {program} | {' | '.join(cells)} |")
        short[program] = {"runners": counts[0], "others": counts[1], "cpu": cells[3]}
    for name, readings in read.items():
        failed = [f"{program}: {one.error}" for program, one in readings.items() if one.error]
        if failed:
            print(f"\n{name}: {'; '.join(failed)}")
    return short


def cost_cells(readings: dict[str, Reading], frames: int) -> list[str]:
    cpu = 1e3 * sum(one.cpu_s for one in readings.values()) / frames
    return [f"{cpu:.0f}", f"{max(one.peak_mb for one in readings.values()):.0f}"]


def print_short(rendered: dict, film: dict, plates: dict) -> None:
    """The rows of the README."""
    print("\nIn short:\n\n| | runform | myogait | gaitkit | monomech |\n|---|---|---|---|---|")
    ours, strides, raw, events = PROGRAMS[0], PROGRAMS[2], PROGRAMS[3], GAITKIT
    columns = (ours, strides, events, raw)
    for name in METRICS:
        row = [rendered.get(program, {}).get(name, NONE) for program in columns]
        print(f"| rendered, error of {TITLES[name]} | {' | '.join(row)} |")
    for event, title in (("ic", "contact"), ("to", "toe-off")):
        best = best_of(plates, event)
        row = [plates.get("runform", {}).get(event, NONE), NONE, best, NONE]
        print(f"| force plates, median error (bias) of {title}, ms | {' | '.join(row)} |")
    for key, title in (
        ("runners", "film: runners with a cadence"),
        ("others", "film: not runners with a cadence"),
        ("cpu", "film: CPU, ms a frame"),
    ):
        row = [film.get(program, {}).get(key, NONE) for program in columns]
        print(f"| {title} | {' | '.join(row)} |")


def best_of(plates: dict, event: str) -> str:
    """The detector of gaitkit with the least median error, which this comparison chose."""
    theirs = {name: cells[event] for name, cells in plates.items() if name.startswith("gaitkit")}
    if not theirs:
        return NONE
    name = min(theirs, key=lambda name: float(theirs[name].split()[0]))
    return f"{theirs[name]}, {name.partition(', ')[2]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--seeds", type=int, default=3, help="of noise on the plates' keypoints")
    parser.add_argument("--folder", type=Path, help="where work is kept; temporary by default")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        gaitkit, rendered, film, plates = Gaitkit(), {}, {}, {}
        if "rendered" in chosen.parts:
            rendered = print_rendered(chosen.clips, folder, gaitkit)
        if "film" in chosen.parts:
            film = print_film(folder, gaitkit)
        gaitkit.close()
        if "plates" in chosen.parts:
            plates = print_plates(chosen.seeds)
        print_short(rendered, film, plates)


if __name__ == "__main__":
    main()

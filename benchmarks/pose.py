"""Pose stages from an mp4 to keypoints: this project's beside rtmlib's, monomech's, myogait's and
mmpose's, on the same clips, in one run.

    RUNFORM_PEERS=FOLDER .venv/bin/python benchmarks/pose.py [--frames 300] [--rounds 3]

Clips: a rendered runner of 10 s in 720p, and two of the folder that RUNFORM_SHARED names; of each
the first so many frames. Two workers at a time look at one clip, each in one thread, on two cores
(`taskset -c 0,1` on a larger machine). Times hold decoding and loading of the networks, not the
imports. All ways run in turn, several rounds: where other work shares the machine, ratios within a
round say more than frames a second.

The weights of RTMPose-M and YOLOX-M are made here at random, so nothing is fetched: a crop and a
picture are the same work. rtmlib by default looks with YOLOX-M at 640 px in every frame; with
random weights it sees nobody, and then takes the whole picture as one person. It is so slow that
it gets a fifth of the frames. The row with
RTMDet-nano has trained weights of a detector a fiftieth of that size. mmpose runs without a
detector, in an environment of its own (`sh envs/make_venv.sh .venv-mmpose "" envs/mmpose`), which
makes the random weights too.
"""

import argparse
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / path) for path in ("workflow", "benchmarks", "benchmarks/peers")]

from environments import landmarker, result_of, start, version_of  # noqa: E402
from filmed import DATA  # noqa: E402

from runform.simulate.parameters import SimulationParameters, format_simulated  # noqa: E402
from runform.simulate.recording import simulate_video  # noqa: E402
from runform.video import probe, read_frames, write_video  # noqa: E402

MMPOSE_PYTHON = ROOT / ".venv-mmpose/bin/python"
MMPOSE = [MMPOSE_PYTHON, ROOT / "benchmarks/mmpose_pose.py"]
CLIPS = ("side_view_one_runner", "side_view_panning_bystanders")
DETECTOR = DATA / "weights/rtmdet_nano_person.onnx"
AT_A_TIME = 2
OURS = "runform, BlazePose heavy"
# rtmlib's own detector, for which a ratio is asked for.
ASKED, RATIO, CPU_MS = f"rtmlib {version_of('rtmlib')}, its defaults", 1.5, 75.0


def clips(folder: Path, frames: int) -> list[Path]:
    """The first frames of a rendered runner and of two real ones, as files."""
    rendered, truth, receipt = (folder / f"rendered{end}" for end in (".mp4", ".npz", ".json"))
    runner = SimulationParameters(
        seed=1, duration_s=10.0, fps=30.0, camera="following", width_px=1280, height_px=720
    )
    simulate_video(format_simulated(runner), rendered, truth, receipt)
    cut = []
    for video in (rendered, *(DATA / f"videos/{name}.mp4" for name in CLIPS)):
        if video.exists():
            cut.append(folder / f"{video.stem}_cut.mp4")
            first = itertools.islice(read_frames(video), frames)
            write_video(cut[-1], first, probe(video).fps, 18)
        else:
            print(f"no {video}", file=sys.stderr)
    return cut


def ways(folder: Path, frames: int) -> dict:
    """Name in the table -> what begins its worker on a clip of so many frames."""
    pose, yolox = folder / "pose.onnx", folder / "yolox.onnx"
    if MMPOSE_PYTHON.exists():
        subprocess.run([*MMPOSE, "export", pose, yolox], check=True, stderr=subprocess.DEVNULL)
    bundle, number = landmarker(), itertools.count()

    def ours(video: Path, *model: object) -> subprocess.Popen:
        return start("runform", "pose", video, folder / f"{next(number)}.npz", bundle, *model)

    random = {
        "runform, RTMPose-M": lambda video: ours(video, "rtmpose-m-coco", pose, DETECTOR),
        ASKED: lambda video: start("rtmlib", video, "YOLOX", yolox, 640, pose, frames // 5),
        f"rtmlib {version_of('rtmlib')} with RTMDet-nano": lambda video: start(
            "rtmlib", video, "RTMDet", DETECTOR, 320, pose, frames
        ),
        "mmpose 1.3.2, RTMPose-M, no detector": lambda video: subprocess.Popen(
            [*MMPOSE, "run", video], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ),
    }
    return {
        OURS: ours,
        **(random if pose.exists() else {}),
        f"monomech {version_of('monomech')}": lambda video: start("monomech", video),
        f"myogait {version_of('myogait')}, mediapipe": lambda video: start(
            "myogait", "pose", video, bundle
        ),
    }


def speed(begin, video: Path) -> tuple[float, float]:
    """Frames a second of workers at the same time, and CPU time a frame of one, ms."""
    results = [result_of(worker) for worker in [begin(video) for _ in range(AT_A_TIME)]]
    if any("error" in result for result in results):
        raise RuntimeError(f"{video}: {results}")
    frames = sum(result["frames"] for result in results)
    cpu = 1e3 * sum(result["cpu_s"] for result in results) / frames
    return frames / max(result["wall_s"] for result in results), cpu


def print_table(taken: dict[str, np.ndarray]) -> None:
    """taken: way -> (rounds x clips, 2) frames a second and CPU ms a frame."""
    columns = ("pose stage", "frames a second", "CPU, ms a frame")
    columns += ("runform heavy is faster by", "and takes less CPU by")
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for name, values in taken.items():
        cells = [name, spread(values[:, 0], 1), spread(values[:, 1], 0)]
        faster, dearer = (taken[OURS] / values).T
        cells += ["", ""] if name == OURS else [spread(faster, 2), spread(1 / dearer, 2)]
        print(f"| {' | '.join(cells)} |")


def spread(values: np.ndarray, digits: int) -> str:
    low, middle, high = (f"{value:.{digits}f}" for value in np.percentile(values, (0, 50, 100)))
    return f"{middle} ({low} to {high})"


def print_asked(taken: dict[str, np.ndarray]) -> None:
    cpu = np.median(taken[OURS][:, 1])
    print(f"\nAsked for: heavy at most {CPU_MS:.0f} ms of CPU a frame: ", end="")
    print(f"{cpu:.0f}, {'met' if cpu <= CPU_MS else 'missed'}", end="")
    if ASKED in taken:
        ratio = np.median(taken[OURS][:, 0] / taken[ASKED][:, 0])
        met = "met" if ratio >= RATIO else "missed"
        print(f"; {RATIO} times rtmlib's frames a second: {ratio:.2f}, {met}.")
    else:
        print("; rtmlib's row needs .venv-mmpose, which makes its weights.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--frames", type=int, default=300, help="of each clip")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        begin, videos = ways(folder, arguments.frames), clips(folder, arguments.frames)
        taken: dict = {}
        for number, video in itertools.product(range(arguments.rounds), videos):
            for name, way in begin.items():
                taken.setdefault(name, []).append(speed(way, video))
                fps, cpu = taken[name][-1]
                line = f"{number + 1} {video.stem} {name}: {fps:.1f} a second, CPU {cpu:.0f} ms"
                print(line, file=sys.stderr, flush=True)
    taken = {name: np.array(values) for name, values in taken.items()}
    print(
        f"Median (least to most) over {arguments.rounds} rounds of {len(videos)} clips of at most "
        f"{arguments.frames} frames, {AT_A_TIME} at a time; ratios within a round.\n"
    )
    print_table(taken)
    print_asked(taken)


if __name__ == "__main__":
    main()

"""A manifest of clips from a web server on loopback, some of which cannot be had, and why: for a
test and a benchmark.
"""

import subprocess
import sys
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "unit/acquire"))

from loopback_site import Site, answer, video_file

from runform.simulate.recording import simulate_video
from runform.video import ffmpeg_program

RUNNERS = ("seed=1", "seed=2&view=right", "seed=3&camera=treadmill", "seed=4&view=oblique")
# Answers of a server that has no video, each with the words that its reason must hold.
DEAD = (
    (answer(404), "the server responds 404"),
    (answer(410), "the server responds 410"),
    (answer(403), "the server responds 403"),
    (answer(401), "the server responds 401"),
    (answer(451), "the server responds 451"),
    (answer(302, Location="/gone.mp4"), "the server responds 404"),
    (answer(302, Location="file:///etc/passwd"), "file:///etc/passwd"),
    (answer(body=b"<html><title>Sold</title>This domain is for sale</html>"), "no video found"),
    (
        answer(body=b'<video src="/a.mp4"></video><video src="/b.mp4"></video>'),
        "a list of 2 videos",
    ),
    (
        answer(body=b"<html><title>Please log in</title></html>", kind="video/mp4"),
        "not a video that can be read",
    ),
)
EMPTY = ("testsrc", "color=gray", "life=ratio=0.3:mold=20", "smptebars")
NOBODY = "no runner in view"


@dataclass(frozen=True)
class Sources:
    """manifest: its text.  reasons: of each clip that cannot be had, words of the reason."""

    manifest: str
    reasons: dict[str, str]


def serve(site: Site, folder: Path, good: int, dead: int, damaged: int, empty: int) -> Sources:
    """Give `site` that many clips of each kind, all of them the corpus but for a few labelled ones;
    `folder` holds the videos.
    """
    runners = [_runner(folder, number, parameters) for number, parameters in enumerate(RUNNERS)]
    pages = {
        f"good{number:03d}": (video_file(body), "")
        for number, body in enumerate(islice(cycle(runners), good))
    }
    pages |= {f"dead{number:03d}": page for number, page in enumerate(islice(cycle(DEAD), dead))}
    broken = cycle(_damaged(runners[0], folder))
    pages |= {
        f"damaged{number:03d}": (video_file(body), words)
        for number, (body, words) in enumerate(islice(broken, damaged))
    }
    scenes = cycle([_scene(folder, filters) for filters in EMPTY])
    pages |= {
        f"empty{number:03d}": (video_file(body), NOBODY)
        for number, body in enumerate(islice(scenes, empty))
    }
    for name, (page, _) in pages.items():
        site.pages[f"/{name}.mp4"] = page
    labels = cycle(("yes", "no"))
    # Every tenth clip of each kind is labelled, so that clips are missing on both sides of the
    # study.
    kinds = {
        name: f"labelled\t{next(labels)}" if name.endswith("0") else "corpus\t" for name in pages
    }
    rows = [f"{name}\t{site.address}/{name}.mp4\t{kind}" for name, kind in kinds.items()]
    reasons = {name: words for name, (_, words) in pages.items() if words}
    return Sources("\n".join(["clip\turl\tsets\toverstriding", *rows]) + "\n", reasons)


def _runner(folder: Path, number: int, parameters: str) -> bytes:
    path = folder / f"runner{number}.mp4"
    simulate_video(
        f"simulated:{parameters}&duration_s=2",
        path,
        folder / f"{number}.npz",
        folder / f"{number}.json",
    )
    return path.read_bytes()


def _damaged(video: bytes, folder: Path) -> list[tuple[bytes, str]]:
    """Files whose download or disk failed half-way, each with the words of its reason."""
    (folder / "whole.mp4").write_bytes(video)
    _ffmpeg(
        "-i",
        folder / "whole.mp4",
        "-c",
        "copy",
        "-movflags",
        "+faststart",
        folder / "index_first.mp4",
    )
    index_first = (folder / "index_first.mp4").read_bytes()
    _ffmpeg("-f", "lavfi", "-i", "sine=duration=2", folder / "sound.mp4")
    return [
        (index_first[: len(index_first) // 2], "damaged video"),
        (video[: len(video) // 2], "not a video that can be read"),
        ((folder / "sound.mp4").read_bytes(), "no video stream"),
        (bytes(len(video)), "not a video that can be read"),
    ]


def _scene(folder: Path, filters: str) -> bytes:
    path = folder / "scene.mp4"
    sized = f"{filters}{':' if '=' in filters else '='}s=320x240:r=30"
    _ffmpeg("-f", "lavfi", "-i", sized, "-t", "2", "-pix_fmt", "yuv420p", path)
    return path.read_bytes()


def _ffmpeg(*arguments) -> None:
    subprocess.run(
        [ffmpeg_program(), "-y", "-nostdin", "-loglevel", "error", *map(str, arguments)], check=True
    )

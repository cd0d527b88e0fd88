"""A small clip with pose and gait, shared by the tests of overlay and stills."""

import ffmpeg
import numpy as np

from runform.files import write_json
from runform.sequence import PoseSequence, save_sequence
from runform.skeleton import get_skeleton
from runform.video import ffmpeg_program

FRAMES, WIDTH, HEIGHT = 12, 90, 120
GAIT = {
    "status": "ok",
    "facing": 1,
    "view": {"used": "left"},
    "steps": [
        {"side": "left", "ic_s": 0.1, "to_s": 0.3},
        {"side": "right", "ic_s": 0.06, "to_s": 0.2},
    ],
}


def standing_pose() -> PoseSequence:
    """A figure that stands still in the middle of the frame."""
    skeleton = get_skeleton("halpe26")
    places = {
        "hip": 50,
        "knee": 75,
        "ankle": 100,
        "shoulder": 25,
        "elbow": 40,
        "wrist": 52,
        "heel": 104,
        "big_toe": 105,
    }
    xy = np.full((FRAMES, 26, 2), np.nan, np.float32)
    for part, y in places.items():
        for side, x in (("left", 40), ("right", 50)):
            xy[:, skeleton.index(f"{side}_{part}")] = x, y
    score = np.isfinite(xy[..., 0]).astype(np.float32)
    box = np.tile(np.float32([35, 15, 55, 110]), (FRAMES, 1))
    return PoseSequence(
        xy,
        score,
        box,
        xy,
        score,
        "halpe26",
        fps=30.0,
        capture_fps=float("nan"),
        size=(WIDTH, HEIGHT),
    )


def write_clip(folder) -> dict:
    """Name -> path: clip, pose and gait of a standing figure, and where its overlay goes."""
    files = {name: folder / name for name in ("clip.mp4", "pose.npz", "gait.json", "overlay.mp4")}
    source = ffmpeg.input(f"color=c=gray:s={WIDTH}x{HEIGHT}:r=30:d={FRAMES / 30}", f="lavfi")
    source.output(str(files["clip.mp4"]), pix_fmt="yuv420p", loglevel="error").run(
        cmd=ffmpeg_program()
    )
    save_sequence(standing_pose(), files["pose.npz"])
    write_json(files["gait.json"], GAIT)
    return files

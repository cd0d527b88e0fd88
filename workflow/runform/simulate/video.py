"""From the parameters of a simulated runner to a video with its truth and its receipt."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import ffmpeg
import numpy as np

from runform.faults import InputError
from runform.ffmpeg import ffmpeg_program
from runform.files import sha256_of, write_json, written_aside
from runform.simulate.camera import plan_cameras
from runform.simulate.parameters import SimulationParameters, parse_simulated
from runform.simulate.render import render_frames
from runform.simulate.runner import simulate_runner
from runform.simulate.truth import save_truth
from runform.skeleton import get_skeleton

_BEST_CRF, _WORST_CRF = 17, 37


def simulate_video(url: str, video_path: str | Path, truth_path: str | Path, receipt_path: str | Path) -> None:
    """Render the runner of a `simulated:` URL to an H.264 mp4, with its truth (.npz) and its receipt (.json).

    The same URL gives the same bytes, whatever the number of cores. ValueError for a URL that cannot be read.
    """
    cv2.setNumThreads(1)
    parameters = parse_simulated(url)
    time_s = np.arange(parameters.frames) / parameters.fps
    motion = simulate_runner(parameters, time_s)
    joints_m = as_filmed(parameters, motion.joints, time_s)
    root_m = joints_m[:, get_skeleton("halpe26").index("root")]
    cameras = plan_cameras(parameters, root_m, motion.body.height_m, time_s)
    frames = render_frames(parameters, [(joints_m, motion.body.height_m)], cameras)
    with written_aside(video_path) as aside:
        encode_video(frames, aside, parameters)
        save_truth(truth_path, url, motion, joints_m, cameras)
        write_json(receipt_path, _receipt(url, parameters, aside))


def as_filmed(parameters: SimulationParameters, joints_m: np.ndarray, time_s: np.ndarray) -> np.ndarray:
    """Joints (T, 26, 3) as the camera meets them: on a treadmill the belt carries the runner back as fast as they run."""
    if parameters.camera != "treadmill":
        return joints_m
    back_m = np.zeros((len(time_s), 1, 3))
    back_m[:, 0, 0] = parameters.speed_m_s * time_s
    return joints_m - back_m


def encode_video(frames: Iterable[np.ndarray], path: Path, parameters: SimulationParameters) -> None:
    """Encode BGR frames as H.264, compressed as `quality` says; one thread, so that the bytes do not depend on the machine."""
    crf = round(_WORST_CRF + (_BEST_CRF - _WORST_CRF) * parameters.quality)
    size = f"{parameters.width_px}x{parameters.height_px}"
    source = ffmpeg.input("pipe:", format="rawvideo", pix_fmt="bgr24", s=size, r=repr(parameters.fps))
    output = source.output(
        f"file:{path.resolve()}",
        vcodec="libx264",
        preset="veryfast",
        crf=crf,
        pix_fmt="yuv420p",
        threads=1,
        vf="pad=ceil(iw/2)*2:ceil(ih/2)*2",
        map_metadata=-1,
        fflags="+bitexact",
        **{"flags:v": "+bitexact"},
    )
    process = output.global_args("-nostdin", "-loglevel", "error").overwrite_output().run_async(
        cmd=ffmpeg_program(), pipe_stdin=True, pipe_stderr=True
    )  # fmt: skip
    try:
        for frame in frames:
            process.stdin.write(np.ascontiguousarray(frame))
        process.stdin.close()
    except BrokenPipeError:
        pass  # ffmpeg has ended; what it said follows
    except BaseException:
        process.kill()
        process.wait()
        raise
    said = process.stderr.read().decode(errors="replace").strip()
    if process.wait():
        raise InputError(f"{path}: ffmpeg could not write the video: {said or 'no reason given'}")


def _receipt(url: str, parameters: SimulationParameters, video: Path) -> dict:
    return {
        "status": "ok",
        "reason": "",
        "kind": "sim",
        "url": url,
        "title": "simulated runner",
        "uploader": "",
        "format": "H.264 mp4",
        "tool": "runform simulate",
        "duration_s": parameters.frames / parameters.fps,
        "fps": parameters.fps,
        # H.264 in 4:2:0 wants even sizes: the encoder pads an odd one.
        "width_px": parameters.width_px + parameters.width_px % 2,
        "height_px": parameters.height_px + parameters.height_px % 2,
        "size_bytes": video.stat().st_size,
        "sha256": sha256_of(video),
    }

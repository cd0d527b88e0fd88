"""A simulated video from its parameters, with the exact truth and a receipt beside it.

Legend: T frames, K = 26 keypoints of Halpe-26.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from runform.files import sha256_of, write_json, written_aside
from runform.simulate.camera import Cameras, plan_cameras
from runform.simulate.parameters import SimulationParameters, parse_simulated
from runform.simulate.render import render_frames
from runform.simulate.runner import RunnerMotion, simulate_runner
from runform.skeleton import get_skeleton
from runform.video import write_video

_BEST_CRF, _WORST_CRF = 17, 37


@dataclass(frozen=True)
class Truth:
    """What a perfect observer of the video would know.

    joints_m    (T, K, 3) world, metres, as filmed (on a treadmill: in place)
    joints_px   (T, K, 2);  time_s (T,)
    contacts    "left"/"right" -> (n, 2) initial contact and toe-off, s of the video; those outside
                it are not in view
    metrics     name -> {"values", "side" (0 left, 1 right)};  severities: deficiency -> severity
    camera      {"position_m" (T, 3), "rotation" (T, 3, 3), "focal_px", "size"}
    url         the parameters
    """

    joints_m: np.ndarray
    joints_px: np.ndarray
    time_s: np.ndarray
    contacts: dict[str, np.ndarray]
    metrics: dict[str, dict]
    severities: dict[str, float]
    camera: dict
    url: str


def save_truth(
    path: str | Path, url: str, motion: RunnerMotion, joints_m: np.ndarray, cameras: Cameras
) -> None:
    """Write the truth of a video to `path` (.npz, no pickle). joints_m (T, K, 3): as filmed."""
    metrics = {
        name: {"values": metric.values.tolist(), "side": metric.side.tolist()}
        for name, metric in motion.metrics.items()
    }
    meta = {
        "url": url,
        "metrics": metrics,
        "severities": motion.severities,
        "size": cameras.size,
        "focal_px": cameras.focal_px,
    }
    with written_aside(path) as aside:
        np.savez_compressed(
            aside,
            meta=np.array(json.dumps(meta, sort_keys=True)),
            joints_m=joints_m.astype(np.float32),
            joints_px=cameras.project(joints_m)[0].astype(np.float32),
            time_s=motion.time_s,
            contacts_left=motion.contacts["left"],
            contacts_right=motion.contacts["right"],
            camera_position_m=cameras.position_m,
            camera_rotation=cameras.rotation,
        )


def load_truth(path: str | Path) -> Truth:
    """Read what `save_truth` wrote."""
    with np.load(path, allow_pickle=False) as file:
        meta = json.loads(str(file["meta"]))
        return Truth(
            joints_m=file["joints_m"],
            joints_px=file["joints_px"],
            time_s=file["time_s"],
            contacts={side: file[f"contacts_{side}"] for side in ("left", "right")},
            metrics=meta["metrics"],
            severities=meta["severities"],
            camera={
                "position_m": file["camera_position_m"],
                "rotation": file["camera_rotation"],
                "focal_px": meta["focal_px"],
                "size": tuple(meta["size"]),
            },
            url=meta["url"],
        )


def simulate_video(
    url: str, video_path: str | Path, truth_path: str | Path, receipt_path: str | Path
) -> None:
    """Render the runner of a `simulated:` URL to an H.264 mp4, with its truth and its receipt.

    The truth is a .npz, the receipt a .json file. The same URL gives the same bytes, whatever the
    number of cores. ValueError for a URL that cannot be read.
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
        crf = round(_WORST_CRF + (_BEST_CRF - _WORST_CRF) * parameters.quality)
        write_video(aside, frames, parameters.fps, crf, pixels="bgr24", faststart=False)
        save_truth(truth_path, url, motion, joints_m, cameras)
        write_json(receipt_path, _receipt(url, parameters, aside))


def as_filmed(
    parameters: SimulationParameters, joints_m: np.ndarray, time_s: np.ndarray
) -> np.ndarray:
    """Joints (T, K, 3) as filmed: on a treadmill the belt carries the runner back."""
    if parameters.camera != "treadmill":
        return joints_m
    back_m = np.zeros((len(time_s), 1, 3))
    back_m[:, 0, 0] = parameters.speed_m_s * time_s
    return joints_m - back_m


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

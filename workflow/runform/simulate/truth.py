"""The exact truth of a simulated video, written beside it.

Legend: T frames, K = 26 keypoints of Halpe-26.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runform.files import written_aside
from runform.simulate.camera import Cameras
from runform.simulate.runner import RunnerMotion


@dataclass(frozen=True)
class Truth:
    """What a perfect observer of the video would know.

    joints_m (T, 26, 3) world, metres, as filmed (on a treadmill: in place).  joints_px (T, 26, 2).  time_s (T,).
    contacts: "left"/"right" -> (n, 2) initial contact and toe-off, s of the video; those outside it were not seen.
    measures: name -> {"unit", "values", "side" (0 left, 1 right)}.  severities: deficiency -> severity.
    camera: {"position_m" (T, 3), "rotation" (T, 3, 3), "focal_px", "size"}.  url: the parameters.
    """

    joints_m: np.ndarray
    joints_px: np.ndarray
    time_s: np.ndarray
    contacts: dict[str, np.ndarray]
    measures: dict[str, dict]
    severities: dict[str, float]
    camera: dict
    url: str


def save_truth(path: str | Path, url: str, motion: RunnerMotion, joints_m: np.ndarray, cameras: Cameras) -> None:
    """Write the truth of a video to `path` (.npz, no pickle), aside and renamed. joints_m (T, 26, 3): as filmed."""
    measures = {
        name: {"unit": measure.unit, "values": measure.values.tolist(), "side": measure.side.tolist()}
        for name, measure in motion.measures.items()
    }
    meta = {"url": url, "measures": measures, "severities": motion.severities, "size": cameras.size, "focal_px": cameras.focal_px}
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
            measures=meta["measures"],
            severities=meta["severities"],
            camera={
                "position_m": file["camera_position_m"],
                "rotation": file["camera_rotation"],
                "focal_px": meta["focal_px"],
                "size": tuple(meta["size"]),
            },
            url=meta["url"],
        )

"""A study without its videos, for others: keypoints, labels, receipts, config, versions and tables
in one folder, from which the same tables can be computed again.
"""

import platform
import shutil
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import yaml

from runform.encoder.published import is_own
from runform.files import read_json, write_json, write_text
from runform.manifest import Clip
from runform.provenance import project_version

# Columns of a shared manifest before the labels. What a video was cut by stays in the receipts.
COLUMNS = (
    "clip", "url", "sets", "runner", "view", "capture_fps", "height_m", "speed_m_s", "keypoints",
    "fps", "width_px", "height_px",
)  # fmt: skip
READ_ME = "resources/pages/shared_study.md"
# Config that says nothing of the study: what this machine reads, and videos beside the manifest.
VIDEO_KEYS = ("video", "video_capture_fps", "video_height_m", "video_speed_m_s")
LOCAL_KEYS = ("manifest", *VIDEO_KEYS, "before", "after")


def write_shared_study(
    folder: str | Path,
    rows: Mapping[str, Mapping],
    receipts: Mapping[str, str | Path],
    poses: Mapping[str, str | Path],
    tables: Sequence[str | Path],
    config: dict,
    encoder: str | Path = "",
) -> None:
    """Fill `folder`.

    rows: clip -> its `shared_row`.  receipts, poses: clip -> file.
    tables: to compare with.  config: see `shared_config`.
    encoder: the user's own first weights, empty where others can get them.
    """
    folder = Path(folder)
    labels = sorted({name for row in rows.values() for name in row} - set(COLUMNS))
    lines = ["\t".join([*COLUMNS, *labels])]
    (folder / "keypoints").mkdir(parents=True, exist_ok=True)
    for clip, row in sorted(rows.items()):
        receipt = shared_receipt(read_json(receipts[clip]))
        keypoints = f"keypoints/{clip}.npz"
        write_json(folder / f"keypoints/{clip}.receipt.json", receipt)
        shutil.copyfile(poses[clip], folder / keypoints)
        # Not the manifest's capture_fps: the clip may have fewer frames than the camera took.
        columns = ("capture_fps", "fps", "width_px", "height_px")
        picture = {name: receipt.get(name) for name in columns}
        cells = dict(row) | {"clip": clip, "url": "", "keypoints": keypoints} | picture
        lines.append("\t".join(_cell(cells.get(name)) for name in (*COLUMNS, *labels)))
    write_text(folder / "manifest.tsv", "\n".join(lines) + "\n")
    for table in tables:
        write_text(folder / "tables" / Path(table).name, Path(table).read_text(encoding="utf-8"))
    if encoder:
        shutil.copyfile(encoder, folder / config["encoder"]["pretrained"])
    write_text(folder / "config.yaml", yaml.safe_dump(config, sort_keys=False))
    write_json(folder / "versions.json", versions())
    read_me = (Path(__file__).parents[3] / READ_ME).read_text(encoding="utf-8")
    write_text(folder / "README.md", read_me.replace("{clips}", str(len(rows))))


def shared_row(clip: Clip) -> dict:
    """The cells of a clip in the manifest of the study without videos, labels among them."""
    columns = ("sets", "runner", "view", "height_m", "speed_m_s")
    opinions = {
        f"{name}@{labeller}": opinion
        for name, of_clip in clip.opinions.items()
        for labeller, opinion in of_clip.items()
    }
    return {column: getattr(clip, column) for column in columns} | clip.labels | opinions


def shared_receipt(receipt: Mapping) -> dict:
    """A receipt without the name and path of a local video, which may say who runs."""
    source = dict(receipt.get("source", {}))
    if source.get("kind") == "file":
        source |= {"url": "", "title": ""}
    return dict(receipt) | {"source": source}


def shared_config(config: Mapping) -> dict:
    """The config without what concerns one machine alone, such as the path of its cookies.

    The user's own encoder is named as it lies in the shared folder. Own pose networks, which a
    study of keypoints does not need, are left out.
    """
    kept = {name: value for name, value in config.items() if name not in LOCAL_KEYS}
    kept["acquire"] = {
        name: value for name, value in config["acquire"].items() if name != "connection"
    }
    kept["pose"] = {
        name: "" if name in ("weights", "detector") and _is_path(value) else value
        for name, value in config["pose"].items()
    }
    if is_own(config["encoder"]["pretrained"]):
        file = f"encoder{Path(config['encoder']['pretrained']).suffix}"
        kept["encoder"] = dict(config["encoder"]) | {"pretrained": file}
    return kept


def _is_path(network: str) -> bool:
    """Whether a pose network or detector is a file of this machine, not a name or an address."""
    return network.endswith((".onnx", ".pth")) and "://" not in network


def versions() -> dict:
    """Of this project, of Python and of every package that is installed."""
    packages = {one.name: one.version for one in metadata.distributions() if one.name}
    return {"runform": project_version(), "python": platform.python_version(), "packages": packages}


def _cell(value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(value) if isinstance(value, list | tuple) else f"{value}"

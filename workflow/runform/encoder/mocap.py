"""Motion capture in BVH files: 3D joints by forward kinematics, mapped to H36M-17.

Legend: T frames, N joints of the file with its end sites, J joints of H36M-17.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from scipy.spatial.transform import Rotation

from runform.errors import InputError
from runform.skeleton import get_skeleton

JOINTS_FILE = "resources/bvh_joints.yaml"
_POSITIONS = ("Xposition", "Yposition", "Zposition")


@dataclass(frozen=True)
class Node:
    """One joint: its parent's row (-1 for the root), its offset from the parent (3,), and its
    channels in the order of the file.
    """

    name: str
    parent: int
    offset: np.ndarray
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Motion:
    """Joints of H36M-17 (T, J, 3), m, x in the direction of travel, y left, z up."""

    joints_m: np.ndarray
    fps: float


def load_motion(path: str | Path, unit_m: float = 0.01) -> Motion:
    """The motion in a BVH file with lengths in units of `unit_m` metres (most: cm) and y up.

    InputError, in one line, for a file that is no BVH or whose joints are in no table of
    resources/bvh_joints.yaml.
    """
    try:
        nodes, channels, fps = parse(Path(path).read_text(encoding="utf-8", errors="replace"))
    except (ValueError, IndexError, StopIteration) as error:
        raise InputError(f"{path}: not a BVH file: {error}") from None
    positions = forward_kinematics(nodes, channels)
    names = [node.name for node in nodes]
    table = _table_for(names)
    if table is None:
        raise InputError(
            f"{path}: joints {', '.join(names[:6])}…: "
            f"expected the names of one table in {JOINTS_FILE}"
        )
    rows = [[names.index(part) for part in table[joint]] for joint in get_skeleton("h36m17").joints]
    joints = np.stack([positions[:, row].mean(axis=1) for row in rows], axis=1) * unit_m
    return Motion(facing_x(joints[..., [2, 0, 1]]), fps)  # axes permuted: y up -> z up


def parse(text: str) -> tuple[list[Node], np.ndarray, float]:
    """Nodes in the order of the file, channel values (T, all channels), and frames a second."""
    hierarchy, motion = text.split("MOTION", 1)
    words = iter(hierarchy.split())
    nodes, open_rows = [], []
    for word in words:
        if word in ("ROOT", "JOINT"):
            nodes.append(Node(next(words), open_rows[-1] if open_rows else -1, np.zeros(3), ()))
            open_rows.append(len(nodes) - 1)
        elif word == "End":
            nodes.append(Node(f"{nodes[open_rows[-1]].name}_end", open_rows[-1], np.zeros(3), ()))
            open_rows.append(len(nodes) - 1)
        elif word == "OFFSET":
            offset = np.array([float(next(words)) for _ in range(3)])
            nodes[open_rows[-1]] = replace(nodes[open_rows[-1]], offset=offset)
        elif word == "CHANNELS":
            channels = tuple(next(words) for _ in range(int(next(words))))
            nodes[open_rows[-1]] = replace(nodes[open_rows[-1]], channels=channels)
        elif word == "}":
            open_rows.pop()
    lines = motion.strip().splitlines()
    frames, frame_s = int(lines[0].split(":")[1]), float(lines[1].split(":")[1])
    values = np.array([[float(value) for value in line.split()] for line in lines[2 : 2 + frames]])
    if values.shape != (frames, sum(len(node.channels) for node in nodes)):
        raise ValueError(f"{values.shape} values: expected {frames} frames of all channels")
    return nodes, values, 1 / frame_s


def forward_kinematics(nodes: list[Node], channels: np.ndarray) -> np.ndarray:
    """(T, N, 3) positions: each joint is rotated and moved relative to its parent.

    Position channels replace the offset.
    """
    frames = len(channels)
    positions, turns = np.zeros((frames, len(nodes), 3)), []
    column = 0
    for row, node in enumerate(nodes):
        columns = channels[:, column : column + len(node.channels)].T
        values = dict(zip(node.channels, columns, strict=True))
        column += len(node.channels)
        offsets = zip(_POSITIONS, node.offset, strict=True)
        moved = np.stack(
            [values.get(axis, np.full(frames, offset)) for axis, offset in offsets], axis=-1
        )
        order = [name[0] for name in node.channels if name.endswith("rotation")]
        turn = Rotation.identity(frames)
        if order:
            angles = np.stack([values[f"{axis}rotation"] for axis in order], axis=-1)
            # capitals: intrinsic rotations, each about the axes already rotated
            turn = Rotation.from_euler("".join(order), angles, degrees=True)
        if node.parent >= 0:
            moved = positions[:, node.parent] + turns[node.parent].apply(moved)
            turn = turns[node.parent] * turn
        positions[:, row] = moved
        turns.append(turn)
    return positions


def facing_x(joints: np.ndarray) -> np.ndarray:
    """Rotated about z so that the travel from first to last frame points along x, or the pelvis
    where nobody travels.
    """
    root, travel = joints[:, 0], joints[-1, 0] - joints[0, 0]
    if np.linalg.norm(travel[:2]) < 0.5:
        across = joints[0, 4] - joints[0, 1]  # from the right hip to the left one
        travel = np.array([across[1], -across[0], 0])
    angle = np.arctan2(travel[1], travel[0])
    centred = (joints - root[0] * [1, 1, 0]).reshape(-1, 3)
    return Rotation.from_rotvec([0, 0, -angle]).apply(centred).reshape(joints.shape)


def _table_for(names: list[str]) -> dict[str, list[str]] | None:
    """The first table whose joints are all among `names`."""
    for table in _tables().values():
        if all(part in names for parts in table.values() for part in parts):
            return table
    return None


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    return yaml.safe_load((Path(__file__).parents[3] / JOINTS_FILE).read_text())

"""Motion capture in BVH files: joints in 3D by forward kinematics, and their way to H36M-17.

Legend: T frames, N joints of the file with its end sites, J joints of H36M-17.
"""

from dataclasses import dataclass
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
    """One joint: its parent's row (-1 for the root), its offset from it (3,), and its channels in
    the order of the file.
    """

    name: str
    parent: int
    offset: np.ndarray
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Motion:
    """H36M-17 joints (T, J, 3), metres, x the direction of travel, y left, z up, and the frame
    rate.
    """

    joints_m: np.ndarray
    fps: float


def load_motion(path: str | Path, unit_m: float = 0.01) -> Motion:
    """The motion in a BVH file, whose lengths are in units of `unit_m` metres (most files:
    centimetres) and whose y is up.

    InputError, in one line, for a file that is no BVH or whose joints are in no table of
    resources/bvh_joints.yaml.
    """
    try:
        nodes, channels, fps = parse(Path(path).read_text(encoding="utf-8", errors="replace"))
    except (ValueError, IndexError, StopIteration) as fault:
        raise InputError(f"{path}: not a BVH file: {fault}") from None
    positions = forward_kinematics(nodes, channels)
    names = [node.name for node in nodes]
    table = next(
        (
            t
            for t in _tables().values()
            if all(part in names for parts in t.values() for part in parts)
        ),
        None,
    )
    if table is None:
        raise InputError(
            f"{path}: joints {', '.join(names[:6])}…: expected the names of one table in {JOINTS_FILE}"
        )
    rows = [[names.index(part) for part in table[joint]] for joint in get_skeleton("h36m17").joints]
    joints = np.stack([positions[:, row].mean(axis=1) for row in rows], axis=1) * unit_m
    return Motion(facing_x(joints[..., [2, 0, 1]]), fps)  # y up -> z up, by turning the axes round


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
            _change(nodes, open_rows[-1], offset=np.array([float(next(words)) for _ in range(3)]))
        elif word == "CHANNELS":
            _change(
                nodes, open_rows[-1], channels=tuple(next(words) for _ in range(int(next(words))))
            )
        elif word == "}":
            open_rows.pop()
    lines = motion.strip().splitlines()
    frames, frame_s = int(lines[0].split(":")[1]), float(lines[1].split(":")[1])
    values = np.array([[float(value) for value in line.split()] for line in lines[2 : 2 + frames]])
    if values.shape != (frames, sum(len(node.channels) for node in nodes)):
        raise ValueError(f"{values.shape} values: expected {frames} frames of all channels")
    return nodes, values, 1 / frame_s


def _change(nodes: list[Node], row: int, **changes) -> None:
    nodes[row] = Node(**(vars(nodes[row]) | changes))


def forward_kinematics(nodes: list[Node], channels: np.ndarray) -> np.ndarray:
    """(T, N, 3) positions: each joint turned and moved within its parent; position channels replace
    the offset.
    """
    frames = len(channels)
    positions, turns = np.zeros((frames, len(nodes), 3)), []
    column = 0
    for row, node in enumerate(nodes):
        values = dict(
            zip(node.channels, channels[:, column : column + len(node.channels)].T, strict=True)
        )
        column += len(node.channels)
        moved = np.stack(
            [
                values.get(axis, np.full(frames, node.offset[k]))
                for k, axis in enumerate(_POSITIONS)
            ],
            axis=-1,
        )
        order = [name[0] for name in node.channels if name.endswith("rotation")]
        turn = Rotation.identity(frames)
        if order:
            angles = np.stack([values[f"{axis}rotation"] for axis in order], axis=-1)
            turn = Rotation.from_euler(
                "".join(order), angles, degrees=True
            )  # capitals: each about the axes already turned
        if node.parent >= 0:
            moved = positions[:, node.parent] + turns[node.parent].apply(moved)
            turn = turns[node.parent] * turn
        positions[:, row] = moved
        turns.append(turn)
    return positions


def facing_x(joints: np.ndarray) -> np.ndarray:
    """Turned about z so that the travel from first to last frame, or with none the pelvis, points
    along x.
    """
    root, travel = joints[:, 0], joints[-1, 0] - joints[0, 0]
    if np.linalg.norm(travel[:2]) < 0.5:
        across = joints[0, 4] - joints[0, 1]  # from the right hip to the left one
        travel = np.array([across[1], -across[0], 0])
    angle = np.arctan2(travel[1], travel[0])
    return (
        Rotation.from_rotvec([0, 0, -angle])
        .apply((joints - root[0] * [1, 1, 0]).reshape(-1, 3))
        .reshape(joints.shape)
    )


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    return yaml.safe_load((Path(__file__).parents[3] / JOINTS_FILE).read_text())

"""The treadmill trial of ../shared/data/gait: contacts from the force plate, keypoints seen from
the side from the markers.

Source: regifukuchi/BMC-RIC-running-biomechanics (CC BY 4.0); markers at 150 Hz, ground reaction
force at 300 Hz, millimetres and newtons, X the running direction, Y up, Z to the right. Legend: T
frames, K keypoints.
"""

from pathlib import Path

import numpy as np
from scipy.signal import butter, filtfilt

from runform.sequence import PoseSequence
from runform.skeleton import get_skeleton

MARKERS, FORCES = "RBDS001runT25markers.txt", "RBDS001runT25forces.txt"
MARKER_HZ, FORCE_HZ = 150.0, 300.0
THRESHOLD_N, CUTOFF_HZ, SHORTEST_S = 50.0, 50.0, 0.1
PX_PER_MM = 0.3


def load_trial(folder: Path) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Marker name -> (T, 3) mm, and side -> (n, 2) initial contact and toe-off, s."""
    names = (folder / MARKERS).read_text().splitlines()[0].split()
    table = np.genfromtxt(folder / MARKERS, skip_header=1)
    markers = {
        name[:-1]: table[:, column : column + 3]
        for column, name in enumerate(names)
        if name.endswith("X")
    }
    forces = np.genfromtxt(folder / FORCES, skip_header=1)
    return markers, contacts_of(forces[:, 2], forces[:, 6])


def contacts_of(vertical_n: np.ndarray, centre_z_mm: np.ndarray) -> dict[str, np.ndarray]:
    """Contacts where the force, low-passed without lag, exceeds the threshold; the centre of
    pressure tells the side.
    """
    force = filtfilt(*butter(2, CUTOFF_HZ, fs=FORCE_HZ), vertical_n)
    change = np.diff((force > THRESHOLD_N).astype(int))
    landings, leavings = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    found = []
    for landing in landings:
        later = leavings[leavings > landing]
        if len(later) and later[0] - landing > SHORTEST_S * FORCE_HZ:
            middle = np.median(centre_z_mm[landing + 20 : later[0] - 20])
            found.append((_crossing(force, landing), _crossing(force, later[0]), middle))
    table = np.array(found)
    # Feet alternate; single steps may land across the middle, so all steps of a foot tell its side
    # together.
    odd = np.arange(len(table)) % 2 == 1
    right = odd == (np.median(table[odd, 2]) > np.median(table[~odd, 2]))
    return {"left": table[~right, :2], "right": table[right, :2]}


def _crossing(force, row):
    return (row + (THRESHOLD_N - force[row]) / (force[row + 1] - force[row])) / FORCE_HZ


def pseudo_keypoints(
    markers: dict[str, np.ndarray], step: int = 1, start: int = 0, skeleton: str = "halpe26"
) -> PoseSequence:
    """Keypoints of the legs as a camera on the runner's right would see them, every `step`-th frame
    from `start` on.

    The trial has no anatomical markers: hips from those of the pelvis, knees and ankles between two
    of the segments beside them, the big toe from the head of the first metatarsal.
    """
    joints = get_skeleton(skeleton)
    xy = np.full((len(markers["R.MT1"]), len(joints.joints), 2), np.nan)
    for letter, side in (("L", "left"), ("R", "right")):
        for joint, place in _leg(markers, letter).items():
            if joints.has(f"{side}_{joint}"):
                xy[:, joints.index(f"{side}_{joint}")] = place
    xy = (xy * [PX_PER_MM, -PX_PER_MM] + [0, 700])[start::step].astype(np.float32)
    score = np.isfinite(xy).all(2).astype(np.float32)
    box = np.zeros((len(xy), 4), np.float32)
    return PoseSequence(
        xy, score, box, xy, score, skeleton, MARKER_HZ / step, float("nan"), (1280, 720)
    )


def _leg(markers, letter):
    def place(name):
        return markers[f"{letter}.{name}"][:, :2]

    return {
        "hip": (place("ASIS") + place("PSIS")) / 2 - [0, 90],
        "knee": (place("Thigh.Bottom.Lateral") + place("Shank.Top.Lateral")) / 2,
        "ankle": (place("Heel.Top") + place("Shank.Bottom.Lateral")) / 2,
        "heel": place("Heel.Bottom"),
        "big_toe": place("MT1"),
    }

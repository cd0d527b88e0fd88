"""Treadmill trials with force plates, as keypoints that a camera on the runner's right would see,
and the contacts that the plates tell.

RBDS001: regifukuchi/BMC-RIC-running-biomechanics (CC BY 4.0), 2.5 m/s. FootNet: Rivadulla et al.
2021, one runner at 4.65 m/s. hamner04: Hamner and Delp 2013, one heel striker at 2 to 5 m/s, whose
forces are low-passed near 15 Hz: there 150 N at contact and 100 N at toe-off stand for the 50 N of
raw forces.

The lines of resources/event_features.tsv are fitted to the trials of `SET_ON` alone; those of
`JUDGED_ON` judge them. That is not blind: which features to use, the weights in
benchmarks/calibrate_gait.py, the hinge of the mean cycle and the landing, push and toe-off of the
simulator were chosen with all six trials in view. Long trials are cut
in halves of time; of the short ones of hamner04 the slowest and the fastest are in the first set.

Legend: T samples, n contacts. Millimetres; x the running direction, y up.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.io import loadmat

from runform.sequence import PoseSequence
from runform.skeleton import get_skeleton

NAMES = ("RBDS001", "FootNet", "hamner04 2", "hamner04 3", "hamner04 4", "hamner04 5")
FILES = {
    "RBDS001": ("RBDS001runT25markers.txt", "RBDS001runT25forces.txt"),
    "FootNet": ("footnet_treadmill_4.65m_s.mat",),
} | {
    f"hamner04 {speed}": (f"hamner04_run{speed}00_markers.trc", f"hamner04_run{speed}00_grf.mot")
    for speed in (2, 3, 4, 5)
}
# Name -> first and last share of the trial's duration.
SET_ON = {
    "RBDS001": (0.0, 0.5), "FootNet": (0.0, 0.5), "hamner04 2": (0.0, 1.0), "hamner04 5": (0.0, 1.0)
}  # fmt: skip
JUDGED_ON = {
    "RBDS001": (0.5, 1.0), "FootNet": (0.5, 1.0), "hamner04 3": (0.0, 1.0), "hamner04 4": (0.0, 1.0)
}  # fmt: skip
PX_PER_MM = 0.3
_RAW_N, _FILTERED_N = (50.0, 50.0), (150.0, 100.0)
_SHORTEST_S = 0.08
SIDES = {"left": "L", "right": "R"}


@dataclass(frozen=True)
class Trial:
    """joints: `left_knee` etc. -> (T, 2) mm at `rate_hz` from time 0.  contacts: side -> (n, 2)
    initial contact and toe-off, s.
    """

    name: str
    rate_hz: float
    joints: dict[str, np.ndarray]
    contacts: dict[str, np.ndarray]

    @property
    def duration_s(self) -> float:
        """From the first to the last sample."""
        return (len(self.joints["left_knee"]) - 1) / self.rate_hz

    def between(self, first: float, last: float) -> "Trial":
        """The part between two shares of the duration."""
        rows = slice(*(round(share * self.duration_s * self.rate_hz) for share in (first, last)))
        start_s = rows.start / self.rate_hz
        joints = {name: xy[rows] for name, xy in self.joints.items()}
        contacts = {side: times - start_s for side, times in self.contacts.items()}
        last_s = (rows.stop - 1 - rows.start) / self.rate_hz
        return Trial(self.name, self.rate_hz, joints, _inside(contacts, last_s))

    def keypoints(
        self,
        fps: float | None = None,
        start_s: float = 0.0,
        noise_px: float = 0.0,
        seed: int = 0,
        skeleton: str = "halpe26",
    ) -> PoseSequence:
        """What a pose network would give at `fps` (the trial's own rate by default) from `start_s`
        on, with white noise of that deviation in all that is read.
        """
        fps = fps or self.rate_hz
        time_s = np.arange(start_s, self.duration_s, 1 / fps)
        own_s = np.arange(len(self.joints["left_knee"])) / self.rate_hz
        named = get_skeleton(skeleton)
        xy = np.full((len(time_s), len(named.joints), 2), np.nan)
        for name, place in self.joints.items():
            if named.has(name):
                seen = np.isfinite(place).all(1)
                moved = CubicSpline(own_s[seen], place[seen])(time_s)
                moved[np.interp(time_s, own_s, seen) < 1] = np.nan
                xy[:, named.index(name)] = moved
        xy = xy * [PX_PER_MM, -PX_PER_MM] + [0, 700]
        xy = (xy + np.random.default_rng(seed).normal(0, 1, xy.shape) * noise_px).astype(np.float32)
        score = np.isfinite(xy).all(2).astype(np.float32)
        box = np.zeros((len(xy), 4), np.float32)
        return PoseSequence(xy, score, box, xy, score, skeleton, fps, float("nan"), (1280, 720))


def load_trials(folder: Path, parts: dict[str, tuple[float, float]]) -> list[Trial]:
    """The trials of `SET_ON` or `JUDGED_ON`."""
    return [load_trial(folder, name).between(*shares) for name, shares in parts.items()]


def load_trial(folder: Path, name: str) -> Trial:
    """One of `NAMES` from the folder of its files."""
    paths = [folder / file for file in FILES[name]]
    if name == "RBDS001":
        return _rbds(name, *paths)
    return _footnet(name, *paths) if name == "FootNet" else _hamner(name, *paths)


def contacts_of(
    force_n: np.ndarray, rate_hz: float, start_s: float, thresholds_n: tuple[float, float]
) -> np.ndarray:
    """(n, 2) times at which the vertical force rises through the first threshold and falls through
    the second.
    """
    up, down = (np.diff((force_n > level).astype(int)) for level in thresholds_n)
    landings, leavings = np.flatnonzero(up == 1), np.flatnonzero(down == -1)
    found = []
    for landing in landings:
        later = leavings[leavings > landing]
        if len(later) and later[0] - landing > _SHORTEST_S * rate_hz:
            rows = zip((landing, later[0]), thresholds_n, strict=True)
            found.append([row + _part(force_n, row, level) for row, level in rows])
    return np.array(found).reshape(-1, 2) / rate_hz + start_s


def _part(force_n: np.ndarray, row: int, level_n: float) -> float:
    return float((level_n - force_n[row]) / (force_n[row + 1] - force_n[row]))


def joint_centre(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(T, 2) the point that moves least in both of two segments, each of M markers (T, M, 2): their
    joint (symmetrical centre of rotation, Ehrig et al. 2006).
    """
    turns, origins = zip(*(_pose(markers) for markers in (first, second)), strict=True)
    system = np.concatenate([turns[0], -turns[1]], axis=2).reshape(-1, 4)
    centre = np.linalg.lstsq(system, (origins[1] - origins[0]).ravel(), rcond=None)[0]
    return np.mean(
        [turns[row] @ centre[2 * row : 2 * row + 2] + origins[row] for row in (0, 1)], axis=0
    )


def _pose(markers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T, 2, 2) turn and (T, 2) origin of a rigid segment that fit its markers (T, M, 2) best."""
    origin = markers.mean(1)
    around = markers - origin[:, None]
    shape = around[0]
    cos = (around * shape).sum((1, 2))
    sin = (shape[:, 0] * around[..., 1] - shape[:, 1] * around[..., 0]).sum(1)
    angle = np.arctan2(sin, cos)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.moveaxis(turn, 2, 0), origin


def _rbds(name: str, markers_path: Path, forces_path: Path) -> Trial:
    """Markers at 150 Hz, the force of both feet on one plate at 300 Hz.

    No anatomical markers: hips from those of the pelvis, knees and ankles between two of the
    segments beside them, the big toe from the head of the first metatarsal.
    """
    columns = markers_path.read_text().splitlines()[0].split()
    table = np.genfromtxt(markers_path, skip_header=1)
    place = {
        column[:-1]: table[:, row : row + 2]
        for row, column in enumerate(columns)
        if column.endswith("X")
    }
    joints = {}
    for side, letter in SIDES.items():
        of_side = {key[2:]: xy for key, xy in place.items() if key.startswith(f"{letter}.")}
        joints |= {
            f"{side}_hip": (of_side["ASIS"] + of_side["PSIS"]) / 2 - [0, 90],
            f"{side}_knee": (of_side["Thigh.Bottom.Lateral"] + of_side["Shank.Top.Lateral"]) / 2,
            f"{side}_ankle": (of_side["Heel.Top"] + of_side["Shank.Bottom.Lateral"]) / 2,
            f"{side}_heel": of_side["Heel.Bottom"],
            f"{side}_big_toe": of_side["MT1"],
        }
    forces = np.genfromtxt(forces_path, skip_header=1)
    times = contacts_of(forces[:, 2], 300.0, 0.0, _RAW_N)
    # Feet alternate; single steps may land across the middle, so all steps of a foot tell its side
    # together.
    middle = [np.median(forces[int(300 * ic) + 20 : int(300 * to) - 20, 6]) for ic, to in times]
    odd = np.arange(len(times)) % 2 == 1
    right = odd == (np.median(np.array(middle)[odd]) > np.median(np.array(middle)[~odd]))
    return Trial(name, 150.0, joints, {"left": times[~right], "right": times[right]})


def _footnet(name: str, path: Path) -> Trial:
    """Points of shank and foot at 200 Hz and forces at 2000 Hz, stride by stride, each foot by
    itself: the left strides are laid half a stride from the right ones.

    The thigh has no points: the knee's angle and the shank's length make it.
    """
    data = loadmat(path, squeeze_me=True)
    joints, contacts = {}, {}
    for side, letter in SIDES.items():
        points = {
            part: 1e3 * np.concatenate(data[f"{letter.lower()}{part}"])[:, 1:]
            for part in ("tib_prox", "tib_dist", "foot_prox", "foot_dist")
        }
        flexion = np.radians(np.concatenate(data[f"{letter.lower()}knee"])[:, 0])
        shank = points["tib_prox"] - points["tib_dist"]
        cos, sin = np.cos(flexion), np.sin(flexion)
        thigh = np.stack(
            [cos * shank[:, 0] - sin * shank[:, 1], sin * shank[:, 0] + cos * shank[:, 1]], 1
        )
        joints |= {
            f"{side}_hip": points["tib_prox"] + thigh,
            f"{side}_knee": points["tib_prox"],
            f"{side}_ankle": points["tib_dist"],
            f"{side}_heel": points["foot_prox"],
            f"{side}_big_toe": points["foot_dist"],
        }
        force = np.concatenate(data[f"{letter.lower()}grf"])[:, 2]
        contacts[side] = contacts_of(force, 2000.0, 0.0, _RAW_N)
    half = round(np.median([len(stride) for stride in data["rlabels"]]) / 2)
    length = len(joints["right_hip"]) - half
    joints = {
        key: xy[half : half + length] if key.startswith("right") else xy[:length]
        for key, xy in joints.items()
    }
    contacts["right"] = contacts["right"] - half / 200.0
    return Trial(name, 200.0, joints, _inside(contacts, (length - 1) / 200.0))


_SEGMENTS = {
    "pelvis": ("LASI", "RASI", "LPSI", "RPSI"),
    "thigh": ("TH1", "TH2", "TH3"),
    "shank": ("TB1", "TB2", "TB3"),
    "foot": ("CAL", "TOE", "MT5"),
}


def _hamner(name: str, markers_path: Path, forces_path: Path) -> Trial:
    """Markers at 100 Hz, forces of each foot at 2000 Hz. Joint centres are those about which the
    segments turn.
    """
    lines = markers_path.read_text().splitlines()
    names = [cell for cell in lines[3].split("\t")[2:] if cell.strip()]
    rows = [line.split("\t")[: 2 + 3 * len(names)] for line in lines[5:] if line.strip()]
    table = np.array(rows, float)
    place = {marker: table[:, 2 + 3 * row : 4 + 3 * row] for row, marker in enumerate(names)}
    forces = np.loadtxt(forces_path, skiprows=1 + _header_end(forces_path))
    joints, contacts = {}, {}
    for side, letter in SIDES.items():
        segments = {}
        for segment, markers in _SEGMENTS.items():
            own = markers if segment == "pelvis" else [f"{letter}{marker}" for marker in markers]
            segments[segment] = np.stack([place[marker] for marker in own if marker in place], 1)
        for joint, pair in (
            ("hip", ("pelvis", "thigh")),
            ("knee", ("thigh", "shank")),
            ("ankle", ("shank", "foot")),
        ):
            joints[f"{side}_{joint}"] = joint_centre(*(segments[segment] for segment in pair))
        joints |= {
            f"{side}_heel": place[f"{letter}CAL"],
            f"{side}_big_toe": place[f"{letter}TOE"],
            f"{side}_shoulder": place[f"{letter}ACR"],
        }
        force = forces[:, 2 if side == "right" else 8]
        contacts[side] = contacts_of(force, 2000.0, forces[0, 0] - table[0, 1], _FILTERED_N)
    return Trial(name, 100.0, joints, _inside(contacts, (len(table) - 1) / 100.0))


def _inside(contacts: dict[str, np.ndarray], last_s: float) -> dict[str, np.ndarray]:
    """The contacts that begin and end between 0 and `last_s`."""
    return {
        side: times[(times[:, 0] > 0) & (times[:, 1] < last_s)] for side, times in contacts.items()
    }


def _header_end(path: Path) -> int:
    """Row of the column names of a .mot file."""
    return path.read_text().split("endheader\n")[0].count("\n") + 1

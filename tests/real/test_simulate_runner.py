"""The simulated runner beside a real one: markers and ground reaction force on a treadmill at 2.5
m/s.
"""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import butter, filtfilt

from runform.simulate.parameters import SimulationParameters
from runform.simulate.runner import simulate_runner
from runform.skeleton import get_skeleton

SHARED = Path(os.environ.get("RUNFORM_SHARED", "../shared")) / "data"
MARKERS, FORCES = (SHARED / f"gait/RBDS001runT25{kind}.txt" for kind in ("markers", "forces"))
MARKERS_HZ, FORCES_HZ, BELT_M_S = 150.0, 300.0, 2.5
PELVIS = ("R.ASIS", "L.ASIS", "R.PSIS", "L.PSIS")
HALPE = get_skeleton("halpe26")
pytestmark = pytest.mark.skipif(not MARKERS.exists(), reason=f"no real data in {SHARED}")


@pytest.fixture(scope="module")
def real():
    """Contacts (n, 2), s; height of the pelvis, m, and forward speed of the right ankle over the
    belt, m/s, both at 150 Hz.
    """
    names = MARKERS.open().readline().split()
    table = np.genfromtxt(MARKERS, skip_header=1)
    force = filtfilt(*butter(2, 25 / (FORCES_HZ / 2)), np.genfromtxt(FORCES, skip_header=1)[:, 2])
    change = np.diff((force > 60).astype(int))
    begins, ends = ((np.flatnonzero(change == sign) + 1) / FORCES_HZ for sign in (1, -1))
    spans = np.array([(begin, ends[ends > begin][0]) for begin in begins if (ends > begin).any()])

    def column(name):
        values = table[:, names.index(name)]
        known = np.isfinite(values)
        return np.interp(np.arange(len(values)), np.flatnonzero(known), values[known]) / 1000

    height_m = np.mean([column(f"{name}Y") for name in PELVIS], axis=0)
    ankle_m_s = np.gradient(column("R.Shank.Bottom.LateralX")) * MARKERS_HZ + BELT_M_S
    heel_m = column("R.Heel.BottomY")
    return spans[np.diff(spans, axis=1)[:, 0] > 0.15], height_m, ankle_m_s, heel_m


@pytest.fixture(scope="module")
def simulated():
    return [
        simulate_runner(SimulationParameters(seed=seed, speed_m_s=BELT_M_S), np.arange(0, 4, 0.005))
        for seed in range(120)
    ]


def wave(contact_s, time_s, height_m):
    """Height over a step, 20 samples, averaged over steps, centred, over its peak to peak."""
    shares = np.linspace(0, 1, 20, endpoint=False)
    steps = [np.interp(a + (b - a) * shares, time_s, height_m) for a, b in pairwise(contact_s)]
    mean = np.mean([step - step.mean() for step in steps], axis=0)
    return mean / np.ptp(mean)


def test_cadence_and_contact_are_within_the_spread_of_runners(real, simulated):
    spans = real[0]
    step_ms, contact_ms = 1000 * np.diff(spans[:, 0]).mean(), 1000 * np.diff(spans, axis=1).mean()
    for name, real_ms in (("step_time_ms", step_ms), ("contact_time_ms", contact_ms)):
        made = np.array([motion.metrics[name].mean for motion in simulated])
        print(f"{name}: real {real_ms:.0f}, simulated {made.mean():.0f} sd {made.std():.0f}")
        assert abs(real_ms - made.mean()) < 2.5 * made.std()


def test_pelvis_travels_like_the_real_one(real, simulated):
    spans, height_m, _, _ = real
    real_wave = wave(spans[2:-2, 0], np.arange(len(height_m)) / MARKERS_HZ, height_m)
    for motion in simulated:
        contacts = np.sort(np.concatenate([span[:, 0] for span in motion.contacts.values()]))
        inside = contacts[(contacts > 0) & (contacts < motion.time_s[-1])]
        made = wave(inside, motion.time_s, motion.joints[:, HALPE.index("root"), 2])
        assert np.corrcoef(made, real_wave)[0, 1] > 0.9
    made_mm = [
        1000 * motion.metrics["vertical_oscillation_leg"].mean * motion.body.leg_length_m
        for motion in simulated
    ]
    steps = [
        height_m[int(a * MARKERS_HZ) : int(b * MARKERS_HZ)]
        for a, b in zip(spans[2:-3, 0], spans[3:-2, 0], strict=True)
    ]
    real_mm = 1000 * np.mean([np.ptp(step) for step in steps])
    print(
        f"travel: real {real_mm:.0f} mm, simulated {np.mean(made_mm):.0f} sd"
        f" {np.std(made_mm):.0f} mm"
    )
    assert abs(real_mm - np.mean(made_mm)) < 2.5 * np.std(made_mm)


def test_the_foot_comes_down_as_fast_as_the_real_one(real, simulated):
    """Forward speed of the ankle over the ground 10 ms before contact: neither a foot that stops
    before landing nor one thrown.
    """
    spans, _, ankle_m_s, heel_m = real
    time_s = np.arange(len(ankle_m_s)) / MARKERS_HZ
    right = [a for a, _ in spans[2:-2] if np.interp(a + 0.06, time_s, heel_m) < heel_m.min() + 0.04]
    real_m_s = np.mean([np.interp(a - 0.01, time_s, ankle_m_s) for a in right])
    made = []
    for motion in simulated:
        ankle = motion.joints[:, HALPE.index("right_ankle"), 0]
        speed = np.gradient(ankle, motion.time_s)
        before = [a - 0.012 for a, _ in motion.contacts["right"] if 0.05 < a < motion.time_s[-1]]
        made.append(np.interp(before, motion.time_s, speed).mean())
    print(
        f"ankle before contact: real {real_m_s:.2f} m/s ({len(right)} times), simulated"
        f" {np.mean(made):.2f} sd {np.std(made):.2f} m/s"
    )
    assert abs(real_m_s - np.mean(made)) < 2.5 * np.std(made)

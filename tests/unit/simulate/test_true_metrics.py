"""Exact metrics: what they are for the typical runner, and that each deficiency moves its own."""

import numpy as np
import pytest

from runform.simulate.parameters import DEFICIENCIES, SimulationParameters
from runform.simulate.runner import simulate_runner
from runform.simulate.true_metrics import TrueMetric

TIME_S = np.arange(120) / 30
# What each deficiency is named after; -1 where more of it means less of the metric.
OWN_METRIC = {
    "overstriding": ("shank_angle_ic_deg", 1),
    "bouncing": ("vertical_oscillation_leg", 1),
    "trunk_lean": ("trunk_lean_deg", 1),
    "stiff_knee": ("knee_flexion_stance_deg", -1),
    "low_cadence": ("cadence_steps_min", -1),
    "pelvic_drop": ("pelvic_drop_deg", 1),
    "crossover": ("step_width_leg", -1),
    "arm_crossing": ("arm_crossing_leg", 1),
    "asymmetry": ("step_time_asymmetry", 1),
}


def test_sides_of_a_metric():
    metric = TrueMetric(np.array([1.0, 2.0, 3.0]), np.array([1, 0, 1]))
    assert (metric.mean, metric.left, metric.right) == (2.0, 2.0, 2.0)
    assert np.isnan(TrueMetric(np.zeros(0), np.zeros(0, int)).mean)


@pytest.mark.parametrize(
    ("speed_m_s", "cadence", "stance"), [(2.5, 160, 0.39), (3.0, 166, 0.36), (3.5, 171, 0.33)]
)
def test_typical_runner_has_the_published_cadence_and_stance(
    typical_runner, speed_m_s, cadence, stance
):
    metrics = typical_runner(TIME_S, speed_m_s).metrics
    assert metrics["cadence_steps_min"].mean == pytest.approx(cadence, rel=0.002)
    assert metrics["duty_factor"].mean == pytest.approx(stance, rel=0.02)
    assert metrics["contact_time_ms"].mean == pytest.approx(stance * 120000 / cadence, rel=0.02)


def test_typical_runner_lies_within_the_published_ranges(typical_runner):
    motion = typical_runner(TIME_S, 2.75)
    value = {name: metric.mean for name, metric in motion.metrics.items()}
    assert (
        73 < 1000 * value["vertical_oscillation_leg"] * motion.body.leg_length_m < 80
    )  # women, men
    assert value["knee_flexion_ic_deg"] == pytest.approx(12, abs=1)
    assert 0 < value["shank_angle_ic_deg"] < 10 and value["reach_ic_leg"] < 0.30
    assert 5 < value["trunk_lean_deg"] < 10 and 3 <= value["pelvic_drop_deg"] <= 4
    assert 0 < value["step_width_leg"] * motion.body.leg_length_m < 0.05
    assert value["arm_crossing_leg"] < 0 and 70 < value["elbow_angle_deg"] < 111


def test_speed_is_cadence_times_step_length(typical_runner):
    metrics = typical_runner(TIME_S, 3.0).metrics
    assert metrics["cadence_steps_min"].mean / 60 * metrics["step_length_m"].mean == pytest.approx(
        3.0, rel=1e-6
    )


def test_measured_contacts_are_the_contacts(typical_runner):
    motion = typical_runner(TIME_S)
    spans = np.sort(np.concatenate(list(motion.contacts.values())), axis=0)
    inside = spans[(spans[:, 0] >= 0) & (spans[:, 0] <= TIME_S[-1])]
    assert motion.metrics["contact_time_ms"].values == pytest.approx(
        1000 * (inside[:, 1] - inside[:, 0])
    )
    assert len(motion.metrics["shank_angle_ic_deg"].values) == len(inside)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_each_deficiency_moves_its_own_metric_steadily(typical_runner, deficiency):
    name, sign = OWN_METRIC[deficiency]
    severities = (
        (0.0, 0.5, 1.0, 1.5) if deficiency == "asymmetry" else (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
    )
    values = [
        typical_runner(TIME_S, **{deficiency: severity}).metrics[name].mean
        for severity in severities
    ]
    assert (np.diff(values) * sign > 0).all()


@pytest.mark.parametrize(
    ("deficiency", "name", "low", "high"),
    [
        ("overstriding", "shank_angle_ic_deg", 15, 20),
        ("overstriding", "reach_ic_leg", 0.30, 0.45),
        ("trunk_lean", "trunk_lean_deg", 15, 20),
        ("stiff_knee", "knee_flexion_stance_deg", 30, 40),
        ("stiff_knee", "knee_flexion_ic_deg", 3, 8),
        ("low_cadence", "cadence_steps_min", 140, 155),
        ("pelvic_drop", "pelvic_drop_deg", 6, 9),
        ("crossover", "step_width_leg", -0.08, 0),
        ("asymmetry", "step_time_asymmetry", 0.05, 0.15),
    ],
)
def test_a_clear_deficiency_passes_the_published_flag(typical_runner, deficiency, name, low, high):
    assert low < typical_runner(TIME_S, **{deficiency: 1.0}).metrics[name].mean < high


def test_bouncing_runners_pass_100_mm(typical_runner):
    motion = typical_runner(TIME_S, bouncing=1.0)
    assert 0.100 < motion.metrics["vertical_oscillation_leg"].mean * motion.body.leg_length_m < 0.13


def test_an_overstrider_steps_longer_and_straighter(typical_runner):
    usual, over = (typical_runner(TIME_S, overstriding=severity).metrics for severity in (0.0, 1.0))
    assert over["reach_ic_leg"].mean > usual["reach_ic_leg"].mean + 0.1
    assert over["cadence_steps_min"].mean < usual["cadence_steps_min"].mean - 3
    assert over["knee_flexion_ic_deg"].mean < usual["knee_flexion_ic_deg"].mean - 2


def test_people_differ_so_that_classes_overlap():
    def shank_deg(severity):
        runners = (
            SimulationParameters(seed=seed, severities={"overstriding": severity})
            for seed in range(60)
        )
        return np.array(
            [
                simulate_runner(each, TIME_S[:60]).metrics["shank_angle_ic_deg"].mean
                for each in runners
            ]
        )

    usual, mild = shank_deg(0.0), shank_deg(0.4)
    assert 2.0 < usual.std() < 4.5
    assert mild.mean() > usual.mean() + 3 and mild.min() < usual.max()

"""From a pose sequence to the gait file: metrics near the simulator's truth, gates with their
reasons, tables, exports.
"""

import itertools
import json
from types import SimpleNamespace

import numpy as np
import pytest
from simulated_sequences import RULES, run, seen

from runform.errors import Unavailable
from runform.gait.measure import (
    GaitSettings,
    Manifested,
    _speeds,
    gait_of,
    measure_gait,
    settings_from,
)


@pytest.fixture(scope="module")
def side_gait(runner):
    return gait_of(seen(runner, 30.0, "right", noise_px=1.0), GaitSettings(), RULES)


@pytest.mark.parametrize(
    "name, tolerance",
    [
        ("cadence_steps_min", 1.0),
        ("step_time_ms", 2),
        ("contact_time_ms", 20),
        ("flight_time_ms", 20),
        ("duty_factor", 0.025),
        (
            "shank_angle_ic_deg",
            1.8,
        ),  # narrower than any change of the definition that would go unseen
        ("foot_angle_ic_deg", 3),
        ("foot_strike_deg", 3),
        ("knee_flexion_ic_deg", 4.5),
        ("reach_ic_leg", 0.02),
        ("elbow_angle_deg", 5),
        ("knee_flexion_stance_deg", 3),
        ("knee_flexion_swing_deg", 3),
        ("trunk_lean_deg", 1.5),
        ("vertical_oscillation_leg", 0.012),
    ],
)
def test_side_metrics_are_near_the_truth(runner, side_gait, name, tolerance):
    assert side_gait["metrics"][name]["value"] == pytest.approx(
        runner.metrics[name].mean, abs=tolerance
    )


@pytest.mark.parametrize("view", ["rear", "front"])
def test_metrics_from_behind_and_ahead(runner, view):
    gait = gait_of(seen(runner, 30.0, view), GaitSettings(), RULES)
    assert gait["view"]["estimated"] == view
    for name, tolerance in (
        ("pelvic_drop_deg", 2.0),
        ("step_width_leg", 0.02),
        ("vertical_oscillation_leg", 0.02),
    ):
        assert gait["metrics"][name]["value"] == pytest.approx(
            runner.metrics[name].mean, abs=tolerance
        )
    for name in (
        "shank_angle_ic_deg",
        "knee_flexion_ic_deg",
        "reach_ic_leg",
        "trunk_lean_deg",
        "elbow_angle_deg",
    ):
        assert (
            gait["metrics"][name]["reason"]
            == f"needs a view from left or right; this one is {view}"
        )
    assert bool(gait["metrics"]["arm_crossing_leg"]["reason"]) == (view == "rear")


def test_a_metric_of_another_view_says_so(side_gait):
    entry = side_gait["metrics"]["pelvic_drop_deg"]
    assert entry["value"] is None and "needs a view from front or rear" in entry["reason"]


@pytest.mark.parametrize(
    "view, facing", [("right", 1), ("left", -1), ("front", None), ("rear", None), ("oblique", -1)]
)
def test_view_and_facing_are_told_from_the_keypoints(runner, view, facing):
    gait = gait_of(seen(runner, 30.0, view), GaitSettings(), {})
    assert gait["view"]["estimated"] == view
    if facing:
        assert gait["facing"] == facing


def test_a_manifest_that_contradicts_is_followed_with_a_warning(runner):
    gait = gait_of(seen(runner, 30.0, "right"), GaitSettings(), {}, manifest_view="rear")
    assert gait["view"]["used"] == "rear"
    assert any("the manifest says the view is rear" in line for line in gait["warnings"])


@pytest.mark.parametrize("shown, said", [("right", "left"), ("left", "right")])
def test_the_wrong_side_in_a_manifest_turns_no_angle_around(runner, side_gait, shown, said):
    gait = gait_of(seen(runner, 30.0, shown, noise_px=1.0), GaitSettings(), {}, manifest_view=said)
    assert gait["view"]["used"] == shown
    assert any(line.endswith(f"measured as {shown}") for line in gait["warnings"])
    for name in ("shank_angle_ic_deg", "trunk_lean_deg", "knee_flexion_stance_deg"):
        assert gait["metrics"][name]["value"] == pytest.approx(
            side_gait["metrics"][name]["value"], abs=2.0
        )


def test_left_and_right_view_mirror_each_other(runner, side_gait):
    other = gait_of(seen(runner, 30.0, "left", noise_px=1.0), GaitSettings(), RULES)
    for name in ("shank_angle_ic_deg", "trunk_lean_deg", "reach_ic_leg"):
        assert other["metrics"][name]["value"] == pytest.approx(
            side_gait["metrics"][name]["value"], abs=2.0
        )


def test_without_feet_the_foot_angle_says_why(runner):
    gait = gait_of(seen(runner, 30.0, skeleton="coco17"), GaitSettings(), {})
    assert gait["metrics"]["foot_angle_ic_deg"]["reason"].startswith("heel seen in 0%")
    assert gait["metrics"]["shank_angle_ic_deg"]["value"] is not None
    assert "ankle_dorsiflexion_deg" not in gait["curves"]


def test_a_slow_camera_gives_no_contact_times(runner):
    slow = seen(run(seed=21, fps=15.0, duration_s=4.0), 15.0)
    gait = gait_of(slow, GaitSettings(), {})
    assert gait["metrics"]["contact_time_ms"]["reason"] == "15 frames a second, expected 20 or more"
    assert gait["metrics"]["cadence_steps_min"]["value"] is not None


def test_slow_motion_is_noticed_and_keeps_the_angles(runner, side_gait):
    played = seen(run(seed=21, fps=120.0, duration_s=4.0), 30.0)
    gait = gait_of(played, GaitSettings(), RULES)
    assert gait["time_scale"]["slow_motion"] and gait["time_scale"]["factor"] == 4.0
    assert "slowed down about 4 times" in gait["metrics"]["cadence_steps_min"]["reason"]
    assert gait["metrics"]["knee_flexion_swing_deg"]["value"] is not None
    assert gait["verdicts"][0]["verdict"] == "not measurable"
    told = gait_of(played.replace(capture_fps=120.0), GaitSettings(), RULES)
    assert not told["time_scale"]["slow_motion"]
    assert told["metrics"]["cadence_steps_min"]["value"] == pytest.approx(
        side_gait["metrics"]["cadence_steps_min"]["value"], rel=0.02
    )


def test_height_gives_metres(runner):
    gait = gait_of(seen(runner, 30.0), GaitSettings(), {}, height_m=1.8)
    legs, metres = (
        gait["metrics"][f"vertical_oscillation_{unit}"]["value"] for unit in ("leg", "m")
    )
    assert metres == pytest.approx(legs * 0.491 * 1.8, abs=2e-4)
    assert (
        "vertical_oscillation_m" not in gait_of(seen(runner, 30.0), GaitSettings(), {})["metrics"]
    )


def test_curves_hold_the_cycle_of_each_side(runner, side_gait):
    for name in ("hip_flexion_deg", "knee_flexion_deg", "ankle_dorsiflexion_deg"):
        for side in ("left", "right"):
            assert len(side_gait["curves"][name][side]["mean"]) == 101
    knee = np.array(side_gait["curves"]["knee_flexion_deg"]["right"]["mean"])
    assert 60 <= np.argmax(knee) <= 85, "the knee is bent most in swing"
    assert side_gait["curves"]["hip_flexion_deg"]["right"]["mean"][0] > 10, (
        "the thigh is ahead at contact"
    )


def test_steps_alternate_and_carry_their_metrics(side_gait):
    sides = [step["side"] for step in side_gait["steps"]]
    assert all(one != other for one, other in itertools.pairwise(sides))
    whole = [
        step
        for step in side_gait["steps"]
        if step["next_s"] is not None and step["to_s"] is not None
    ]
    assert all(step["ic_s"] < step["to_s"] < step["other_s"] < step["next_s"] for step in whole)


def test_legs_out_of_view_are_no_gait(runner):
    sequence = seen(runner, 30.0)
    xy, score = sequence.xy.copy(), sequence.score.copy()
    knee = sequence.joints.index("left_knee")
    xy[30:, knee], score[30:, knee] = np.nan, 0
    with pytest.raises(Unavailable, match=r"no repeated stride .* nobody from 1.0 to 4.0 s"):
        gait_of(sequence.replace(xy=xy, score=score), GaitSettings(), {})


def test_an_unavailable_clip_passes_through(files):
    assert json.loads((files / "gone.json").read_text()) == {
        "status": "unavailable",
        "reason": "removed by its uploader",
    }


def test_the_same_pose_gives_the_same_bytes(files):
    before = (files / "there.json").read_bytes()
    measure_gait(files / "there.npz", files / "there.json", GaitSettings(), RULES, height_m=1.75)
    assert (files / "there.json").read_bytes() == before


def test_settings_come_from_the_config_section():
    section = {"min_seen": 0.4, "trust_manifest_view": False, "events": {"min_strides": 3.0}}
    settings = settings_from(section)
    assert settings.events.min_strides == 3.0 and settings.min_seen == 0.4


def test_values_carry_their_uncertainty(side_gait, runner):
    cadence, shank = (
        side_gait["metrics"][name] for name in ("cadence_steps_min", "shank_angle_ic_deg")
    )
    assert 0.2 < cadence["uncertainty"] < 3 and 1 < shank["uncertainty"] < 6
    assert shank["uncertainty_side"] >= shank["uncertainty"]
    assert shank["difference"] == pytest.approx(shank["left"] - shank["right"], abs=0.02)
    assert side_gait["metrics"]["pelvic_drop_deg"]["uncertainty"] is None
    tall = gait_of(seen(runner, 30.0), GaitSettings(), {}, height_m=2.0)["metrics"]
    assert tall["reach_ic_m"]["uncertainty"] == pytest.approx(
        0.982 * tall["reach_ic_leg"]["uncertainty"], abs=2e-4
    )


@pytest.mark.parametrize("blank", [np.nan, 0.3])
def test_a_stretch_without_a_whole_step_leaves_the_speed_to_the_others(blank):
    stretches = [
        SimpleNamespace(
            steps=[None] * 4,
            values={"duty_factor": np.full(4, duty)},
            time_scale=SimpleNamespace(slow_motion=False),
            events=SimpleNamespace(stride_s=0.72),
        )
        for duty in (blank, 0.3)
    ]
    both, without_cadence = _speeds(stretches, Manifested())
    assert both.source == "cadence and duty factor"
    assert without_cadence.m_s == pytest.approx(2.5 + (0.3 - 0.39) / -0.05)


def test_slow_motion_of_unknown_speed_has_no_times_but_their_ratios():
    gait = gait_of(seen(run(seed=21, fps=120.0, duration_s=4.5), 30.0), GaitSettings(), {})
    assert gait["time_scale"]["slow_motion"]
    assert gait["metrics"]["step_time_ms"]["value"] is None
    assert gait["metrics"]["step_time_asymmetry"]["value"] == pytest.approx(0, abs=0.05)

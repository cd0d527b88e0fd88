"""Gait of real people: BlazePose and RTMPose agree on one slowed-down side view, and what cannot be
measured says why.
"""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from runform.errors import Unavailable
from runform.files import write_json
from runform.gait.measure import GaitSettings, gait_of
from runform.pose.estimate import PoseSettings
from runform.pose.import_keypoints import import_pose
from runform.sequence import load_sequence

DATA = Path(os.environ.get("RUNFORM_SHARED", Path(__file__).parents[2] / "../shared")) / "data"
pytestmark = [
    pytest.mark.skipif(
        not (DATA / "videos").is_dir(),
        reason=f"no real videos in {DATA} (RUNFORM_SHARED names their folder)",
    ),
    pytest.mark.xdist_group("footage"),
]

# Slow motion, so times are not given. Wide enough for any healthy runner, and for one camera
# (resources/metrics.yaml).
PLAUSIBLE = {
    "duty_factor": (0.2, 0.45),
    "shank_angle_ic_deg": (-5, 25),
    "knee_flexion_ic_deg": (0, 30),
    "reach_ic_leg": (0.1, 0.5),
    "knee_flexion_stance_deg": (25, 65),
    "knee_flexion_swing_deg": (80, 145),
    "trunk_lean_deg": (0, 20),
    "vertical_oscillation_leg": (0.05, 0.2),
}
# The two networks place joints some 5 px apart on a leg of 200 px, and BlazePose sees the far leg
# less well.
AGREE = {
    "duty_factor": 0.05,
    "shank_angle_ic_deg": 6,
    "knee_flexion_ic_deg": 8,
    "reach_ic_leg": 0.06,
    "knee_flexion_swing_deg": 6,
    "trunk_lean_deg": 2,
    "vertical_oscillation_leg": 0.04,
}


@pytest.fixture(scope="module")
def gaits(pose_of, tmp_path_factory):
    """The same clip measured through both networks."""
    own, folder = pose_of("side_view_one_runner"), tmp_path_factory.mktemp("imported")
    receipt = {
        "status": "ok",
        "reason": "",
        "fps": own.fps,
        "frames": len(own.xy),
        "width_px": 1280,
        "height_px": 640,
    }
    write_json(folder / "clip.json", receipt)
    import_pose(
        DATA / "keypoints/side_view_one_runner.mmpose.json",
        folder / "clip.json",
        folder / "pose.npz",
        PoseSettings(),
    )
    return {
        "BlazePose": gait_of(own, GaitSettings(), {}),
        "RTMPose": gait_of(load_sequence(folder / "pose.npz"), GaitSettings(), {}),
    }


@pytest.mark.parametrize("network", ["BlazePose", "RTMPose"])
def test_a_side_view_gives_plausible_numbers(gaits, network):
    metrics = gaits[network]["metrics"]
    print(network, {name: metrics[name]["value"] for name in PLAUSIBLE})
    for name, (low, high) in PLAUSIBLE.items():
        assert low <= metrics[name]["value"] <= high, name


def test_both_networks_measure_the_same_run(gaits):
    one, other = gaits.values()
    assert one["view"]["estimated"] == other["view"]["estimated"] == "right"
    # The film is slowed down unevenly, and RTMPose sees the runner half a second earlier.
    assert one["stride_time_s"] == pytest.approx(other["stride_time_s"], rel=0.03)
    for side in ("left", "right"):
        for event in ("ic_s", "to_s"):
            ours, theirs = (np.array(gait["events"][side][event]) for gait in (one, other))
            apart = np.abs(ours[:, None] - theirs[None]).min(axis=1)
            print(side, event, "apart by", np.median(apart).round(3), "s of slowed-down time")
            assert np.median(apart) < 0.05 * one["stride_time_s"]
    for name, bound in AGREE.items():
        ours, theirs = (gait["metrics"][name]["value"] for gait in (one, other))
        assert ours == pytest.approx(theirs, abs=bound), name


def test_slow_motion_gives_angles_and_no_times(gaits):
    for gait in gaits.values():
        assert (
            gait["time_scale"]["slow_motion"]
            and "slowed down" in gait["metrics"]["cadence_steps_min"]["reason"]
        )
        assert gait["metrics"]["contact_time_ms"]["value"] is None


def test_a_side_view_says_what_needs_another_view(gaits):
    for gait in gaits.values():
        for name in ("pelvic_drop_deg", "step_width_leg", "arm_crossing_leg"):
            entry = gait["metrics"][name]
            assert entry["value"] is None and entry["reason"].startswith("needs a view from front")
        assert "seen in 0%" in gaits["RTMPose"]["metrics"]["foot_angle_ic_deg"]["reason"], (
            "COCO has no feet"
        )


def test_a_runner_followed_by_the_camera_is_measured(pose_of):
    gait = gait_of(pose_of("side_view_panning_bystanders"), GaitSettings(), {})
    print(
        {
            name: entry["value"]
            for name, entry in gait["metrics"].items()
            if entry["value"] is not None
        }
    )
    assert gait["view"]["estimated"] == "left" and gait["facing"] == -1
    for name in ("duty_factor", "shank_angle_ic_deg", "trunk_lean_deg", "vertical_oscillation_leg"):
        low, high = PLAUSIBLE[name]
        assert low <= gait["metrics"][name]["value"] <= high, name


def test_people_who_do_not_run_have_no_gait(pose_of):
    with pytest.raises(Unavailable, match=r"walks|no repeated stride|nobody runs"):
        gait_of(pose_of("two_people_walking"), GaitSettings(), {})


# Contacts that a person counts with the runner in view; all of them are wanted.
CONTACTS = {
    "crosses_and_leaves_50fps": 4,
    "follows_runner_five_paces": 60,
    "pillarboxed_athlete": 6,
    "side_view_one_runner": 6,
    "side_view_panning_bystanders": 5,
    "slow_motion_lab_treadmill": 9,
    "small_runner_panning_track": 6,
    "treadmill_side_facing_left": 30,
}


@pytest.mark.parametrize("video", CONTACTS)
def test_each_runner_is_measured_and_the_feet_alternate(pose_of, video):
    gait = gait_of(pose_of(video), GaitSettings(), {})
    print(video, [(row["kind"], row["start_s"], row["end_s"]) for row in gait["stretches"]])
    assert len(gait["steps"]) >= CONTACTS[video]
    strides_s = {
        row["stretch"]: row["stride_time_s"] for row in gait["stretches"] if "stretch" in row
    }
    for one, other in itertools.pairwise(gait["steps"]):
        if one["stretch"] == other["stretch"] and one["side"] == other["side"]:
            # The contact between them is not shown: it was left out.
            assert other["ic_s"] - one["ic_s"] > 0.75 * strides_s[one["stretch"]]


def test_five_paces_are_five_stretches_of_rising_cadence(pose_of):
    gait = gait_of(pose_of("follows_runner_five_paces"), GaitSettings(), {})
    cadences = [120 / row["stride_time_s"] for row in gait["stretches"] if "stretch" in row]
    print("steps a minute:", np.round(cadences, 1))
    assert len(cadences) == 5 and cadences == sorted(cadences)


def test_the_cadence_of_a_treadmill_is_that_of_the_pixels(pose_of):
    cadence = gait_of(pose_of("treadmill_side_facing_left"), GaitSettings(), {})["metrics"][
        "cadence_steps_min"
    ]
    print(cadence["value"], "±", cadence["uncertainty"])
    assert cadence["value"] == pytest.approx(168.9, abs=1.0)


def test_walkers_get_their_reason(pose_of):
    with pytest.raises(Unavailable, match="the person walks"):
        gait_of(pose_of("walking_silhouette"), GaitSettings(), {})

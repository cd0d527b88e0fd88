"""The moving runner: constant bones, feet that do not slip, exact contacts, published curves."""

from dataclasses import fields, replace

import numpy as np
import pytest

from runform.angles import bend_deg
from runform.simulate.body import random_body, typical_body
from runform.simulate.gait_cycle import CURVES, PELVIS_TILT
from runform.simulate.gait_style import draw_style
from runform.simulate.parameters import SimulationParameters
from runform.simulate.population import random_parameters
from runform.simulate.runner import move_runner, simulate_runner
from runform.skeleton import get_skeleton

HALPE = get_skeleton("halpe26")
FOOT = ("heel", "big_toe", "small_toe")
RUN = CURVES["run"]


def joint(motion, name):
    return motion.joints[:, HALPE.index(name)]


@pytest.fixture(scope="module")
def anybody():
    """Forty runners and walkers from the whole space of parameters, at 500 Hz."""
    rng = np.random.default_rng(5)
    return [
        simulate_runner(random_parameters(rng, walking_share=0.2), np.arange(0, 1.6, 0.002))
        for _ in range(40)
    ]


def test_bones_keep_their_length(anybody):
    for motion in anybody:
        body = motion.body
        bones = {
            "upper_arm_m": ("shoulder", "elbow"),
            "forearm_m": ("elbow", "wrist"),
            "thigh_m": ("hip", "knee"),
        }
        bones |= {"shank_m": ("knee", "ankle")}
        for side in ("left", "right"):
            for length, (one, other) in bones.items():
                length_m = np.linalg.norm(
                    joint(motion, f"{side}_{one}") - joint(motion, f"{side}_{other}"), axis=1
                )
                assert np.abs(length_m - body.lengths[length]).max() < 1e-6
            heel = np.linalg.norm(
                joint(motion, f"{side}_ankle") - joint(motion, f"{side}_heel"), axis=1
            )
            assert heel == pytest.approx(
                np.full(len(heel), np.hypot(body.heel_length_m, body.ankle_height_m)), abs=1e-6
            )
        hips = np.linalg.norm(joint(motion, "left_hip") - joint(motion, "right_hip"), axis=1)
        assert hips == pytest.approx(np.full(len(hips), body.hip_width_m), abs=1e-6)
        trunk = np.linalg.norm(joint(motion, "neck") - joint(motion, "root"), axis=1)
        assert trunk == pytest.approx(np.full(len(trunk), body.torso_m + body.neck_m), abs=1e-6)


def test_knees_bend_forward_and_never_lock(anybody):
    for motion in anybody:
        for side in ("left", "right"):
            hip, knee, ankle = (
                joint(motion, f"{side}_{part}") for part in ("hip", "knee", "ankle")
            )
            assert bend_deg(hip, knee, ankle).min() > 2.9
            assert np.cross(knee - hip, ankle - knee)[:, 1].min() > 0


def test_a_standing_foot_does_not_move_and_nothing_is_below_ground(anybody):
    """A foot stands once it has lost its forward speed, after the first fifth of the contact."""
    for motion in anybody:
        for side in ("left", "right"):
            points = np.stack([joint(motion, f"{side}_{part}") for part in FOOT])
            assert points[..., 2].min() > -0.002
            for ic_s, to_s in motion.contacts[side]:
                stands_s = ic_s + 0.2 * (to_s - ic_s)
                during = (motion.time_s >= stands_s) & (motion.time_s <= to_s)
                for track in points[:, during]:
                    standing = track[track[:, 2] < 1e-6]
                    if len(standing):
                        assert np.ptp(standing, axis=0).max() < 0.001


def test_contacts_are_exactly_when_the_foot_is_on_the_ground(anybody):
    for motion in anybody:
        for side in ("left", "right"):
            lowest = np.stack([joint(motion, f"{side}_{part}")[:, 2] for part in FOOT]).min(0)
            inside = np.zeros(len(motion.time_s), bool)
            near = (motion.time_s < 0.03) | (
                motion.time_s > motion.time_s[-1] - 0.012
            )  # of a contact outside the window
            for ic_s, to_s in motion.contacts[side]:
                inside |= (motion.time_s >= ic_s) & (motion.time_s <= to_s)
                near |= (motion.time_s > ic_s - 0.012) & (motion.time_s < to_s + 0.03)
            assert np.abs(lowest[inside]).max() < 1e-6
            assert lowest[~near].min() > 0.001


def test_running_has_flight_and_walking_double_support(typical_runner):
    time_s = np.arange(0, 2, 0.01)
    for gait, speed_m_s, feet in (("run", 3.0, {0, 1}), ("walk", 1.3, {1, 2})):
        motion = typical_runner(time_s, speed_m_s, gait)
        down = [
            sum(
                ((span[:, 0] <= now) & (now <= span[:, 1])).any()
                for span in motion.contacts.values()
            )
            for now in motion.time_s
        ]
        assert set(down) == feet


def test_angles_follow_the_published_curves(typical_runner):
    """Root mean square differences to the mean of 46 runners at 2.5 m/s, whose own spread is 6.0 /
    7.2 / 5.4 degrees.
    """
    stride_s = 120 / 160
    motion = typical_runner(np.arange(400) / 400 * stride_s, 2.5)
    hip, knee, ankle = (joint(motion, f"right_{part}") for part in ("hip", "knee", "ankle"))
    foot = joint(motion, "right_big_toe") - joint(motion, "right_heel")
    from_down_deg = [
        np.degrees(np.arctan2(bone[:, 0], -bone[:, 2])) for bone in (knee - hip, ankle - knee)
    ]
    thigh_deg, shank_deg = from_down_deg
    rmse_deg = [
        np.sqrt(np.mean((angle_deg - curve(motion.phase)) ** 2))
        for angle_deg, curve in (
            (thigh_deg + PELVIS_TILT(motion.phase), RUN["hip"]),
            (thigh_deg - shank_deg, RUN["knee"]),
            (np.degrees(np.arctan2(foot[:, 2], foot[:, 0])) - shank_deg, RUN["ankle"]),
        )
    ]
    assert rmse_deg[0] < 4.0 and rmse_deg[1] < 4.5 and rmse_deg[2] < 5.4


def test_a_mirrored_person_moves_mirrored():
    body = random_body(np.random.default_rng(3))
    parameters = SimulationParameters(
        variability=0.0, severities={"asymmetry": 1.0, "pelvic_drop": 0.5}
    )
    style = replace(
        draw_style(parameters, body.leg_length_m, np.random.default_rng(4)), start_phase=0.0
    )
    time_s = np.arange(0, 1.5, 0.01)
    motion = move_runner(body, style, time_s, np.random.default_rng(0), {}, measured=False)
    sided = {f.name: getattr(style, f.name) for f in fields(style)}
    mirrored = replace(
        style,
        **{
            name: pair[::-1] for name, pair in sided.items() if isinstance(pair, np.ndarray | tuple)
        },
    )
    # The mirrored person starts on the right foot too; the same motion begins where the left one
    # lands.
    later_s = mirrored.step_share[1] * mirrored.stride_time_s
    other = move_runner(
        body, mirrored, time_s + later_s, np.random.default_rng(0), {}, measured=False
    )
    back = other.joints[:, HALPE.mirror] * [1, -1, 1] - [style.speed_m_s * later_s, 0, 0]
    assert later_s != pytest.approx(0.5 * style.stride_time_s, abs=0.005)
    assert motion.joints == pytest.approx(back, abs=1e-9)


def test_a_symmetric_runner_repeats_mirrored_after_a_step(typical_runner):
    step_s = 60 / typical_runner([0.0]).style.cadence_steps_min
    motion = typical_runner(np.concatenate([np.arange(30) / 60, np.arange(30) / 60 + step_s]))
    first, second = motion.joints[:30], motion.joints[30:, HALPE.mirror] * [1, -1, 1]
    assert second - [3.0 * step_s, 0, 0] == pytest.approx(first, abs=1e-9)


def test_the_body_advances_at_its_speed():
    motion = simulate_runner(SimulationParameters(seed=2, speed_m_s=3.7), np.arange(0, 20, 0.1))
    root_x = joint(motion, "root")[:, 0]
    assert (root_x[-1] - root_x[0]) / 19.9 == pytest.approx(3.7, abs=0.01)


def test_a_seed_gives_the_same_bytes_and_another_another_runner():
    time_s = np.arange(30) / 30
    one, again, other = (
        simulate_runner(SimulationParameters(seed=seed), time_s) for seed in (1, 1, 2)
    )
    assert one.joints.tobytes() == again.joints.tobytes()
    assert np.abs(one.joints - other.joints).max() > 0.01


def test_a_frame_does_not_depend_on_the_frames_around_it():
    parameters = SimulationParameters(seed=9)
    fine = simulate_runner(parameters, np.arange(121) / 60)
    coarse = simulate_runner(parameters, np.arange(61) / 30)
    assert fine.joints[::2] == pytest.approx(coarse.joints, abs=1e-9)
    longer = simulate_runner(parameters, np.arange(200) / 60)
    assert longer.joints[:121] == pytest.approx(fine.joints, abs=1e-9)


def test_a_severity_leaves_the_rest_of_the_person_alone():
    plain = simulate_runner(SimulationParameters(seed=11), np.arange(30) / 30)
    leaning = simulate_runner(
        SimulationParameters(seed=11, severities={"trunk_lean": 1.0}), np.arange(30) / 30
    )
    legs = [
        row
        for row, name in enumerate(HALPE.joints)
        if any(part in name for part in ("hip", "knee", "ankle", "toe"))
    ]
    assert leaning.body == plain.body
    assert np.array_equal(leaning.joints[:, legs], plain.joints[:, legs])


def test_a_person_is_as_tall_as_asked():
    motion = simulate_runner(SimulationParameters(seed=1, height_m=1.60), np.arange(3) / 30)
    assert motion.body.height_m == 1.60
    standing = typical_body(1.75)
    top = (
        standing.ankle_height_m
        + standing.leg_length_m
        + standing.torso_m
        + standing.neck_m
        + standing.head_m
    )
    assert top == pytest.approx(1.75, abs=0.03)

import numpy as np
import pytest
from runners import LEG_PX, detections_of, running

from runform.pose.estimate import PoseSettings, finish
from runform.pose.quality import (
    QualitySettings,
    body_in_view,
    find_absence,
    find_weakness,
    foot_lift_leg,
    leg_length_px,
)
from runform.pose.repair import RepairSettings
from runform.skeleton import get_skeleton

OFF = RepairSettings(
    unswap=False, rhythm=False, min_score=0, outlier_leg=0, max_gap_s=0, cutoff_hz=0
)
SIZE = (800, 600)


def judged(xy, score=0.9, fps=30.0, capture_fps=None, **quality):
    settings = PoseSettings(repair=OFF, quality=QualitySettings(**quality))
    return finish(detections_of(xy, score), "blazepose33", fps, capture_fps, SIZE, {}, settings)


def test_a_runner_passes_with_the_numbers_that_say_so():
    sequence = judged(running(60))
    quality = sequence.quality
    assert sequence.ok and sequence.reason == "" and quality["grade"] == "good"
    assert quality["frames"] == 60 and quality["duration_s"] == 2.0
    assert quality["runner_share"] == quality["legs_share"] == quality["body_share"] == 1.0
    assert quality["out_of_frame_share"] == 0 and quality["largest_gap_s"] == 0
    assert quality["mean_score"] == pytest.approx(0.9) and quality[
        "published_score"
    ] == pytest.approx(17 * 0.9, abs=1e-3)
    assert quality["leg_px"] == pytest.approx(LEG_PX, abs=0.01)


def test_leg_length_is_that_of_a_leg_seen_from_the_side():
    xy = running(60, skeleton="coco17")
    xy[:30, :, 0] = 400 + (xy[:30, :, 0] - 400) * 0.3  # half of the frames foreshortened
    assert leg_length_px(xy, get_skeleton("coco17")) == pytest.approx(LEG_PX, rel=0.01)
    assert np.isnan(leg_length_px(np.full((5, 17, 2), np.nan), get_skeleton("coco17")))


def test_nobody_in_view():
    sequence = judged(np.full((60, 33, 2), np.nan), score=0.0)
    assert not sequence.ok and sequence.reason == "no runner in view" and len(sequence.xy) == 0
    assert sequence.quality["runner_share"] == 0


def test_too_short_counts_true_time():
    assert judged(running(12)).reason == "too short: 0.4 s, expected 0.5 s or more"
    assert judged(running(30)).ok
    assert not judged(
        running(30), capture_fps=240.0
    ).ok  # 30 frames of slow motion last an eighth of a second


def test_a_runner_who_crosses_the_picture_counts_by_the_seconds_in_view():
    xy = running(120)
    xy[:40], xy[70:] = np.nan, np.nan  # a quarter of the film
    sequence = judged(xy)
    assert sequence.ok and sequence.quality["legs_s"] == 1.0
    assert sequence.quality["largest_gap_s"] == pytest.approx(50 / 30, abs=1e-3)
    xy[52:] = np.nan
    assert judged(xy).reason == "both legs are in view for only 0.4 s, expected 0.5 s or more"


def test_legs_out_of_the_frame():
    sequence = judged(running(60) + np.array([0, 250.0]))  # ankles below the lower edge
    assert sequence.reason.startswith("both legs are in view for only")
    assert sequence.quality["out_of_frame_share"] > 0.9


@pytest.mark.parametrize(
    ("turn", "how"),
    [(lambda xy: 600 - xy, "upside down"), (lambda xy: xy[..., ::-1], "on its side")],
)
def test_a_film_that_a_phone_turned_wrongly(turn, how):
    sequence = judged(turn(running(60)))
    assert not sequence.ok
    expected = f"the picture stands {how}: turn the video until the runner stands upright"
    assert sequence.reason == expected


def test_a_body_folded_into_the_legs_is_no_body():
    xy = running(60)
    names = get_skeleton("blazepose33").joints
    for name in ("nose", "left_shoulder", "right_shoulder"):
        xy[:, names.index(name), 1] += 1.5 * LEG_PX
    sequence = judged(xy)
    assert sequence.reason == (
        "head and shoulders are in view above the hips in only 0% of the frames with both legs, "
        "expected 50% or more"
    )


def test_body_in_view_frame_by_frame():
    xy = running(4)
    xy[1, 0] = np.nan  # the nose
    xy[2, :, 0] -= 500  # left of the frame
    xy[3, get_skeleton("blazepose33").joints.index("left_shoulder"), 1] += (
        0.9 * LEG_PX
    )  # trunk .575 - .45 legs
    assert body_in_view(judged(xy, min_duration_s=0, min_body_share=0)).tolist() == [
        True,
        False,
        False,
        False,
    ]


def test_weakness_marks_the_clip_low_and_excludes_it_on_demand():
    kept, left_out = (judged(running(60), score=0.4, exclude_low=low) for low in (False, True))
    assert kept.ok and kept.quality["grade"] == "low"
    assert kept.reason == "the mean confidence of the joints is only 0.40, expected 0.5 or more"
    assert not left_out.ok and left_out.reason == kept.reason and len(left_out.xy) == 0
    small = 400 + (running(60) - 400) * 0.08
    assert "the figure is only" in judged(small).reason


def test_foot_lift_of_one_frame():
    xy = running(1)
    names = get_skeleton("blazepose33").joints
    xy[0, names.index("left_ankle")], xy[0, names.index("right_ankle")] = (400, 480), (400, 420)
    xy[0, names.index("left_knee")], xy[0, names.index("right_knee")] = (400, 390), (400, 360)
    xy[0, [names.index("left_hip"), names.index("right_hip")]] = (400, 300)
    sequence = judged(xy, min_duration_s=0)
    # Legs of 180 and 120 px: 90th percentile 174; one ankle 60 px above the other.
    assert foot_lift_leg(sequence) == pytest.approx(60 / 174)


def test_the_published_filter():
    assert judged(running(60), score=0.61, published_filter=True).reason == ""  # 17 x .61 = 10.37
    assert judged(running(60), score=0.59, published_filter=True).reason.startswith(
        "the published study's filter: summed confidence 10.0"
    )
    xy = running(60)
    xy[7, get_skeleton("blazepose33").joints.index("left_hip")] = np.nan
    assert "lowest confidence of the root 0.00" in judged(xy, published_filter=True).reason


def test_a_clip_without_frames():
    assert find_absence({"frames": 0}, QualitySettings()) == "the clip has no frames"
    empty = judged(np.zeros((0, 33, 2)))
    assert not empty.ok and empty.reason == "the clip has no frames"


def test_a_value_nobody_could_measure_is_below_every_threshold():
    quality = judged(running(60)).quality | {"figure_height_px": None}
    assert "the figure is only" in find_weakness(quality, QualitySettings())

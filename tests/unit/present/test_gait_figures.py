from runform.present.gait_figures import mean_curve

KNEE = "knee_flexion_deg"


def test_mean_curve_averages_both_sides():
    gait = {"curves": {KNEE: {"left": {"mean": [0, 10, 0]}, "right": {"mean": [0, 30, 0]}}}}
    assert list(mean_curve(gait, KNEE)) == [0, 20, 0]


def test_one_side_alone_is_the_mean_and_no_side_gives_none():
    gait = {"curves": {KNEE: {"left": {"mean": [0, 10, 0]}, "right": None}}}
    assert list(mean_curve(gait, KNEE)) == [0, 10, 0]
    assert mean_curve({"status": "unavailable"}, KNEE) is None

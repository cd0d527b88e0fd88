"""A small gait file, shared by the tests of the pages."""

CURVE = {"mean": [0.0, 50.0, 0.0], "sd": [1.0, 2.0, 1.0]}


def metric(value, unit="deg", reason="", **more):
    """A metric's entry; `left`, `right`, `sd` and `n` as given."""
    return {
        "value": value,
        "unit": unit,
        "left": None,
        "right": None,
        "sd": None,
        "n": 0,
        "reason": reason,
    } | more


def verdict(name, metric_name, word, value, **more):
    """A rule's entry as `runform.gait.deficiencies.judge` writes it."""
    rule = {
        "direction": "above",
        "watch": 10.0,
        "flag": 15.0,
        "other_watch": None,
        "other_flag": None,
        "source": "Souza 2016",
    }
    entry = {
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "metric": metric_name,
        "verdict": word,
        "value": value,
    }
    return (
        rule
        | entry
        | {"uncertainty": None, "unit": "deg", "side": "", "margin": None, "reason": ""}
        | more
    )


SIDE_ON = "needs a view from front or rear; this one is left"
GAIT = {
    "status": "ok",
    "reason": "",
    "facing": 1,
    "view": {"estimated": "left", "confidence": 0.93, "manifest": "left", "used": "left"},
    "warnings": [],
    "steps": [
        {"side": "left", "ic_s": 0.1, "to_s": 0.3},
        {"side": "right", "ic_s": 0.06, "to_s": 0.2},
    ],
    "curves": {"knee_flexion_deg": {"left": CURVE, "right": CURVE}},
    "metrics": {
        "trunk_lean_deg": metric(8.04, sd=0.5, n=4),
        "shank_angle_ic_deg": metric(16.2, left=17.0, right=15.4, sd=1.0, n=4),
        "step_time_asymmetry": metric(0.031, "1", n=4),
        "pelvic_drop_deg": metric(None, reason=SIDE_ON),
        "step_width_leg": metric(None, "leg", reason=SIDE_ON),
    },
    "verdicts": [
        verdict(
            "trunk_lean",
            "trunk_lean_deg",
            "ok",
            8.04,
            watch=15.0,
            flag=17.0,
            other_watch=2.0,
            other_flag=0.0,
        ),
        verdict("pelvic_drop", "pelvic_drop_deg", "not measurable", None, reason=SIDE_ON),
        verdict("overstriding", "shank_angle_ic_deg", "flag", 17.0, side="left"),
    ],
}

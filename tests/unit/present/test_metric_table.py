from gait_example import GAIT

from runform.present.metric_table import metric_rows, missing_metrics
from runform.present.verdicts import ranges_of


def test_metrics_come_in_the_coachs_order_with_asymmetry_in_percent():
    rows = metric_rows(GAIT["metrics"], ranges_of(GAIT))
    assert [(row.title, row.value + row.unit) for row in rows] == [
        ("Shank angle at contact", "16.2°"),
        ("Forward lean of the trunk", "8.0°"),
        ("Asymmetry of step time", "3.1 %"),
    ]
    assert (rows[0].left, rows[0].right, rows[0].n) == ("17.0", "15.4", "4")
    assert rows[2].bar.text == "Asymmetry of step time: both 3.1; reference up to 4"


def test_what_is_missing_is_gathered_by_reason():
    missing = missing_metrics(GAIT["metrics"])
    assert [(one.titles, one.reason) for one in missing] == [
        ("Pelvic drop, Step width", "needs a view from front or rear; this one is left")
    ]

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from javascript import run_script

from runform.files import write_json
from runform.gait.change import Change, changes_between
from runform.gait.measure import GaitSettings, gait_of
from runform.present.compare_page import (
    Film,
    cautions,
    change_row,
    charts,
    contacts_in_a_row,
    headline,
    marks_s,
    sentence,
    shared_foot,
    write_comparison,
)
from runform.sequence import empty_sequence, save_sequence

sys.path.insert(0, str(Path(__file__).parents[1] / "gait"))
from simulated_sequences import run, seen

HOSTILE = "<script>alert(1)</script>\"'"
NOTHING = {"status": "unavailable", "reason": f"nobody runs {HOSTILE}"}


@pytest.fixture(scope="module")
def measured():
    """Poses and gaits of a runner, and of one who overstrides."""
    poses = [
        seen(run(seed=3, duration_s=6.0, severities={"overstriding": severity}), 30.0)
        for severity in (0.0, 1.2)
    ]
    return poses, [gait_of(pose, GaitSettings(), {}) for pose in poses]


def film(folder, name, pose, gait, overlay=b"film", runner="anna"):
    """A clip's files."""
    files = {
        kind: str(folder / f"{name}.{kind}") for kind in ("receipt", "pose", "gait", "overlay")
    }
    write_json(files["receipt"], {"status": "ok"})
    save_sequence(pose, files["pose"] + ".npz")
    files["pose"] += ".npz"
    write_json(files["gait"], gait)
    Path(files["overlay"]).write_bytes(overlay)
    return Film(name, runner, **files)


def test_a_page_with_the_films_beside_it(tmp_path, measured):
    poses, gaits = measured
    films = [film(tmp_path, name, *both) for name, *both in zip("ab", poses, gaits, strict=True)]
    page = tmp_path / "a/b/report.html"
    write_comparison(*films, page)
    text = page.read_text(encoding="utf-8")
    assert (page.parent / "before.mp4").read_bytes() == b"film"
    assert (page.parent / "after.mp4").read_bytes() == b"film"
    assert 'src="after.mp4"' in text
    assert "Changed: " in text
    assert "shank angle at contact" in text.split("Changed: ")[1][:200]
    first = page.read_bytes()
    write_comparison(*films, page)
    assert page.read_bytes() == first


def test_the_same_film_twice_shows_no_change(measured):
    _, (gait, other) = measured
    assert headline(changes_between(gait, gait)).startswith("No metric differs")
    shown = {change.name for change in changes_between(gait, other) if change.shown}
    assert {"shank_angle_ic_deg", "reach_ic_leg"} <= shown


def test_a_clip_without_gait_or_film_is_shown_with_its_reason(tmp_path, measured):
    (pose, _), (gait, _) = measured
    films = [
        film(tmp_path, "a", pose, gait),
        film(tmp_path, "b", empty_sequence("no runner"), NOTHING, overlay=b""),
    ]
    write_comparison(*films, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "b (after): no runner." in text
    assert "There is no film." in text
    assert "These films cannot be compared." in text
    assert "<script>alert" not in text


def test_marks_are_times_of_the_film_as_played(measured):
    (pose, _), (gait, _) = measured
    foot = shared_foot([gait, gait])
    played = marks_s(pose, gait, foot)
    assert played == pytest.approx(gait["events"][foot]["ic_s"], abs=1e-3)
    slow = pose.replace(capture_fps=240.0)  # 8 times slower than life
    assert marks_s(slow, gait, foot) == pytest.approx([8 * time_s for time_s in played], rel=1e-3)
    assert marks_s(empty_sequence("none"), gait, foot) == []


def test_strides_are_marked_by_a_foot_that_both_films_have(measured):
    _, (gait, _) = measured
    left_once = gait | {"events": gait["events"] | {"left": {"ic_s": [0.1]}}}
    assert shared_foot([gait, gait]) == "left"
    assert shared_foot([gait, left_once]) == "right"
    assert shared_foot([gait, NOTHING]) == ""


def test_a_pause_is_no_stride():
    times_s = [0.1, 0.8, 1.5, 6.0, 6.7, 7.4, 8.1, 8.8]
    gait = {"events": {"left": {"ic_s": times_s}, "right": {"ic_s": [0.3]}}}
    assert contacts_in_a_row(gait, "left") == times_s[3:]
    assert contacts_in_a_row(gait, "right") == [0.3]


def test_a_change_in_words():
    change = Change("shank_angle_ic_deg", "deg", 14.0, 8.0, -6.0, 1.0, 3.1)
    assert sentence(change) == (
        "Shank angle at contact: 14.0° before, 8.0° after, towards the range of healthy "
        "runners; these films can show changes of 3.1° or more."
    )
    row = change_row(change)
    assert (row.difference, row.smallest, row.word) == ("−6.0 ± 2.0°", "3.1°", "changed")
    small = Change("shank_angle_ic_deg", "deg", 14.0, 15.0, 1.0, 1.0, 3.1)
    assert (change_row(small).difference, change_row(small).word) == (
        "+1.0 ± 2.0°",
        "no change seen",
    )
    unknown = Change("shank_angle_ic_deg", "deg", 14.0, 15.0, 1.0)
    assert (change_row(unknown).smallest, change_row(unknown).word) == ("–", "not known")


@pytest.mark.parametrize(
    ("speed_m_s", "words"),
    [(None, ", towards the range of healthy runners;"), (4.0, " after;")],  # 155 to 182, 162 to 190
)
def test_the_range_is_that_of_the_speed(tmp_path, measured, speed_m_s, words):
    (pose, _), (gait, _) = measured
    gaits = [
        gait
        | {"speed": {"m_s": speed_m_s}}
        | {"metrics": gait["metrics"] | {name: gait["metrics"][name] | {"value": value}}}
        for name, value in (("cadence_steps_min", 188.0), ("cadence_steps_min", 180.0))
    ]
    films = [film(tmp_path, name, pose, one) for name, one in zip("ab", gaits, strict=True)]
    write_comparison(*films, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    line = text[text.index("Cadence: 188") :].split("<")[0]
    assert f"{words} these films can show" in line


def test_two_runners_are_named(tmp_path, measured):
    (pose, _), (gait, _) = measured
    films = [film(tmp_path, "a", pose, gait), film(tmp_path, "b", pose, gait, runner="ben")]
    assert "These are two runners: anna before, ben after." in cautions(films, [gait, gait])


def test_films_in_the_wrong_order_and_links_to_their_pages(tmp_path, measured):
    (pose, _), (gait, _) = measured
    days = ("2026-06-01", "2026-05-01")
    films = [
        replace(film(tmp_path, name, pose, gait), recorded_on=day, has_page=name == "a")
        for name, day in zip("ab", days, strict=True)
    ]
    late = "The film before is the later one: 2026-06-01, and 2026-05-01 after."
    assert late in cautions(films, [gait, gait])
    assert late not in cautions(films[::-1], [gait, gait])
    write_comparison(*films, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<a href="../../../runners/a/report.html">a</a>, 2026-06-01' in text
    assert "runners/b" not in text


def test_curves_of_both_films_over_each_other(measured):
    _, gaits = measured
    of_both = charts(gaits)
    assert {side for side, _ in of_both} == {"left", "right"}
    assert all(set(chart.lines) == {"before", "after"} for _, chart in of_both)
    assert charts([gaits[0], NOTHING]) == []


def test_phases_and_times_are_inverse():
    marks = [0.3, 1.0, 1.9, 2.5]
    phases = [0.0, 0.5, 1.25, 2.0, 2.999]
    back = run_script(
        "stride_clock.js",
        "return phases.map((p) => [strideClock.timeAt(marks, p), "
        "strideClock.phaseAt(marks, strideClock.timeAt(marks, p))])",
        marks=marks, phases=phases,
    )  # fmt: skip
    assert [time for time, _ in back] == pytest.approx(np.interp(phases, range(4), marks).tolist())
    assert [phase for _, phase in back] == pytest.approx(phases)


def test_a_film_s_rate_brings_it_to_the_clock():
    films = [{"marks": [0.0, 1.0, 2.0]}, {"marks": [0.5, 1.0, 1.5, 2.0]}]
    strides, seconds, right, behind = run_script(
        "stride_clock.js",
        "const m = films[1].marks;"
        "return [strideClock.strides(films), strideClock.strideSeconds(films),"
        "strideClock.rate(m, 0.75, 0.5, 0.5, 0.5), strideClock.rate(m, 0.65, 0.5, 0.5, 0.5)]",
        films=films,
    )  # fmt: skip
    assert (strides, seconds) == (2, 0.75)
    assert right == pytest.approx(0.5)
    assert behind == pytest.approx(0.7)

"""resources/metrics.yaml: what it says, what is refused, and that an entry and a function are all
that a new metric takes.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from runform.errors import InputError
from runform.metric_definitions import (
    METRICS_FILE,
    asymmetries,
    load_metrics,
    name_in_metres,
    read_metrics,
    step_metrics,
)
from runform.simulate.parameters import SimulationParameters
from runform.simulate.runner import simulate_runner

REPOSITORY = Path(__file__).parents[2]
TEXT = (REPOSITORY / METRICS_FILE).read_text()


def test_an_entry_with_all_its_keys():
    shank = load_metrics()["shank_angle_ic_deg"]
    assert (shank.title, shank.unit, shank.views) == (
        "Shank angle at contact",
        "deg",
        ("left", "right"),
    )
    assert (shank.joints, shank.min_fps, shank.timed) == (("hip", "knee", "ankle"), 20, False)
    assert (shank.range.low, shank.range.high, shank.range.source) == (-2, 10, "Souza 2016")
    written = yaml.safe_load(TEXT)["shank_angle_ic_deg"]["error"]["side"]
    assert vars(shank.error_side) == {name: written[name] for name in ("value", "one_side")}
    assert shank.error_any is None, "no error is known from front or rear"


def test_kinds_are_ranges_of_the_value():
    strike = load_metrics()["foot_strike_deg"]
    assert [strike.kind_of(value) for value in (-5.0, -0.8, 7.3, 7.4, 40.0)] == [
        "forefoot",
        "midfoot",
        "midfoot",
        "rearfoot",
        "rearfoot",
    ]
    assert load_metrics()["foot_angle_ic_deg"].kind_of(5.0) == ""


def test_what_an_entry_leaves_out():
    metrics = load_metrics()
    assert metrics["step_time_ms"].views == () and metrics["step_time_ms"].joints == ("ankle",)
    assert metrics["pelvic_drop_deg"].range.low is None, "the range is open below"
    asymmetry = metrics["step_time_asymmetry"]
    assert asymmetry.error_side.one_side == asymmetry.error_side.value
    written = yaml.safe_load(TEXT)["step_time_asymmetry"]["error"]["side"]
    assert "one_side" not in written and asymmetry.error_side.value == written["value"]


def test_each_metric_is_of_the_steps_or_compares_the_sides_of_one_that_is():
    assert not set(step_metrics()) & set(asymmetries())
    assert set(step_metrics()) | set(asymmetries()) == set(load_metrics())
    assert {metric.asymmetry_of for metric in asymmetries().values()} <= set(step_metrics())


def test_units_are_those_of_the_names():
    units = {"deg": "deg", "leg": "leg", "ms": "ms", "min": "steps/min"}
    for name, metric in step_metrics().items():
        assert metric.unit == units.get(name.rsplit("_", 1)[-1], "1")
    assert name_in_metres("reach_ic_leg") == "reach_ic_m"


def test_the_simulator_knows_every_metric_of_a_step():
    parameters = SimulationParameters(seed=1, duration_s=2.0)
    truth = simulate_runner(parameters, np.arange(60) / 30).metrics
    assert set(step_metrics()) <= set(truth)
    assert set(truth) - set(load_metrics()) == {"step_length_m"}


@pytest.mark.parametrize(
    "before, after, fault",
    [
        ("views: [left, right]", "views: [top]", "views: 0: 'top' is not one of"),
        ("min_fps: 20", "min_fps: fast", "min_fps: 'fast' is not of type 'number'"),
        ("title: Shank", "titel: Shank", "'titel' was unexpected"),
        ("  page_digits: 1\n", "", "'page_digits' is a required property"),
        ("standing: practice", "standing: guessed", "range: standing: 'guessed' is not one of"),
        ("formula:", "source_text:", "'source_text' was unexpected"),
    ],
)
def test_a_wrong_entry_is_named_in_one_line(tmp_path, before, after, fault):
    start = TEXT.index("shank_angle_ic_deg:")
    file = tmp_path / "metrics.yaml"
    file.write_text(TEXT[:start] + TEXT[start:].replace(before, after, 1))
    with pytest.raises(InputError) as error:
        read_metrics(file)
    line = str(error.value).split("\n")[0]
    assert line.startswith(f"{file}: shank_angle_ic_deg: ") and fault in line


def test_an_asymmetry_of_nothing_is_named(tmp_path):
    file = tmp_path / "metrics.yaml"
    file.write_text(TEXT.replace("asymmetry_of: step_time_ms", "asymmetry_of: step_tmie_ms"))
    with pytest.raises(
        InputError, match="step_time_asymmetry: asymmetry_of: 'step_tmie_ms' is not"
    ):
        read_metrics(file)


ENTRY = """
thigh_angle_ic_deg:
  title: Thigh angle at contact
  unit: deg
  formula: angle of the line from knee to hip with the vertical at initial contact
  positive: the knee is ahead of the hip
  views: [left, right]
  joints: [hip, knee]
  digits: 1
  page_digits: 0
  range:
    low: 10
    high: 40
    standing: practice
    source: nobody 2026
"""
FUNCTION = """

def _thigh(at):
    hip, knee = at.contact.step_side("hip"), at.contact.step_side("knee")
    return {"thigh_angle_ic_deg": -tilt_deg(knee, hip, at.ahead)}


METRIC_FUNCTIONS = (*METRIC_FUNCTIONS, _thigh)
"""
PROGRAM = """
import json, sys
from simulated_sequences import run, seen
from runform.gait.measure import GaitSettings, gait_of
from runform.present.metric_table import metric_rows
from runform.present.verdicts import ranges_of

gait = gait_of(seen(run(fps=30.0), 30.0), GaitSettings(), {})
row, = (r for r in metric_rows(gait["metrics"], ranges_of(gait)) if r.title.startswith("Thigh"))
json.dump([gait["metrics"]["thigh_angle_ic_deg"], vars(row) | {"bar": row.bar.text}], sys.stdout)
"""


def test_a_new_metric_takes_an_entry_and_a_function(tmp_path):
    for folder in ("workflow/runform", "workflow/schemas", "resources"):
        skipped = shutil.ignore_patterns("__pycache__", "weights", "encoders")
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=skipped)
    with (tmp_path / METRICS_FILE).open("a") as file:
        file.write(ENTRY)
    steps = tmp_path / "workflow/runform/gait/step_metrics.py"
    steps.write_text(steps.read_text() + FUNCTION)
    path = f"{tmp_path / 'workflow'}:{REPOSITORY / 'tests/unit/gait'}"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    entry, row = json.loads(done.stdout)
    assert 10 < entry["value"] < 45 and entry["unit"] == "deg" and entry["uncertainty"] is None
    assert re.fullmatch(r"\d\d", row["value"]) and row["unit"] == "°"
    assert row["title"] == "Thigh angle at contact"
    assert row["bar"].endswith("reference 10 to 40")

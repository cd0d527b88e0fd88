"""The `simulated:` URLs: what they say, what they refuse, and that writing undoes reading."""

import subprocess
import sys

import numpy as np
import pytest

from runform.simulate.parameters import (
    DEFICIENCIES,
    SimulationParameters,
    format_simulated,
    parse_simulated,
)
from runform.simulate.population import random_parameters


def test_keys_set_their_fields():
    parameters = parse_simulated(
        "simulated:seed=7&duration_s=3.5&size=320x240&view=rear&speed_m_s=3.2&overstriding=0.8"
    )
    assert (parameters.seed, parameters.duration_s, parameters.width_px, parameters.height_px) == (
        7,
        3.5,
        320,
        240,
    )
    assert (parameters.view, parameters.camera_azimuth_deg, parameters.speed_m_s) == (
        "rear",
        180.0,
        3.2,
    )
    assert parameters.severities["overstriding"] == 0.8
    assert (
        sum(map(bool, parameters.severities.values())) == 1
        and tuple(parameters.severities) == DEFICIENCIES
    )


def test_empty_url_is_the_default_runner():
    assert parse_simulated("simulated:") == SimulationParameters()
    assert parse_simulated("simulated:").frames == 60


def test_walking_has_its_own_usual_speed():
    assert parse_simulated("simulated:gait=walk").speed_m_s == 1.3


def test_azimuth_overrides_the_view():
    assert parse_simulated("simulated:view=left&azimuth_deg=-30").camera_azimuth_deg == 330.0


@pytest.mark.parametrize("seed", range(30))
def test_format_then_parse_gives_the_same(seed):
    parameters = random_parameters(np.random.default_rng(seed))
    assert parse_simulated(format_simulated(parameters)) == parameters


def test_format_leaves_defaults_out():
    assert format_simulated(SimulationParameters(seed=3)) == "simulated:seed=3"
    assert (
        format_simulated(parse_simulated("simulated:seed=3&gait=walk"))
        == "simulated:seed=3&gait=walk"
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "https://example.org/a.mp4",
            "simulated:key=value&key=value…, not 'https://example.org/a.mp4'",
        ),
        ("simulated:sped=3", "not 'sped=3'"),
        ("simulated:speed_m_s", "not 'speed_m_s'"),
        ("simulated:speed_m_s=fast", "a number for speed_m_s, not 'fast'"),
        ("simulated:speed_m_s=nan", "a number for speed_m_s, not 'nan'"),
        ("simulated:speed_m_s=0.3", "speed_m_s from 1.8 to 6.5, not 0.3"),
        ("simulated:gait=walk&speed_m_s=3", "speed_m_s from 0.5 to 2.2, not 3"),
        ("simulated:seed=-1", "a whole number, 0 or more, for seed, not '-1'"),
        ("simulated:seed=1.5", "a whole number, 0 or more, for seed, not '1.5'"),
        ("simulated:seed=1&seed=2", "seed once, not twice"),
        ("simulated:size=640", "size as WIDTHxHEIGHT in pixels, such as 640x480, not '640'"),
        ("simulated:size=10x10", "width_px from 64 to 4096, not 10"),
        ("simulated:view=above", "view among front, left, rear, right, oblique, not 'above'"),
        ("simulated:camera=drone", "camera among following, fixed, treadmill, not 'drone'"),
        ("simulated:overstriding=4", "overstriding from -1.5 to 1.5, not 4"),
        ("simulated:noise=2", "noise from 0 to 1, not 2"),
        ("simulated:fps=0", "fps from 5 to 1000, not 0"),
    ],
)
def test_faults_say_in_one_line_what_was_expected(url, said):
    with pytest.raises(ValueError) as fault:
        parse_simulated(url)
    assert str(fault.value).endswith(said) and "\n" not in str(fault.value)


def test_unknown_deficiency_is_refused():
    with pytest.raises(ValueError, match="deficiencies among overstriding"):
        SimulationParameters(severities={"limping": 1.0})


def test_reading_urls_loads_no_numpy():
    code = "import sys, runform.simulate.parameters; sys.exit('numpy' in sys.modules)"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONPATH": "workflow"}, check=False
        ).returncode
        == 0
    )

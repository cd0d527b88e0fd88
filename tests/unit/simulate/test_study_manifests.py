"""The manifests of the simulated studies: labels by true form, and who carries which."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
import yaml

from runform.provenance import project_version
from runform.simulate.parameters import DEFICIENCIES, parse_simulated
from runform.simulate.runner import simulate_runner
from runform.simulate.study_manifests import (
    BENCHMARK_COLUMNS,
    COLUMNS,
    SHOWN_FROM,
    benchmark_study,
    embedded_study,
    form_label,
    format_rows,
)
from runform.simulate.true_metrics import TrueMetric

CONFIG = Path(__file__).parents[3] / "config"
RULES = yaml.safe_load((CONFIG / "config.yaml").read_text())["deficiencies"]
BENCHMARK_RULES = RULES | yaml.safe_load((CONFIG / "benchmark.yaml").read_text())["deficiencies"]
VERSION = project_version()
ABOVE = {"metric": "angle", "direction": "above", "watch": 10.0, "flag": 15.0, "side": "both"}
BELOW = {"metric": "angle", "direction": "below", "watch": 40.0, "flag": 35.0, "side": "both"}
BOTH = ABOVE | {"other_watch": 2.0, "other_flag": 0.0}


@pytest.fixture(scope="module")
def benchmark():
    return benchmark_study(BENCHMARK_RULES, VERSION)


def test_the_shipped_manifests_are_what_the_study_says(benchmark):
    assert (CONFIG / "manifest.tsv").read_text() == format_rows(
        embedded_study(RULES), (*COLUMNS, "overstriding")
    )
    assert (CONFIG / "benchmark_manifest.tsv").read_text() == format_rows(
        benchmark, BENCHMARK_COLUMNS
    )


def test_the_embedded_study_has_the_sets_of_the_published_one():
    rows = list(csv.DictReader((CONFIG / "manifest.tsv").open(), delimiter="\t"))
    assert Counter(row["sets"] for row in rows) == {
        "corpus": 24,
        "labelled": 18,
        "professional": 18,
    }
    assert Counter(row["overstriding"] for row in rows if row["sets"] == "labelled") == {
        "yes": 9,
        "no": 9,
    }


def test_labels_are_true_form(benchmark):
    for row in benchmark[24::20]:
        parameters = parse_simulated(row["url"])
        metrics = simulate_runner(parameters, np.arange(parameters.frames) / parameters.fps).metrics
        for name in BENCHMARK_RULES:
            if row.get(name):
                label = form_label(metrics, BENCHMARK_RULES[name], parameters.speed_m_s)
                assert row[name] == label


def test_nine_examples_a_class_and_two_hundred_other_runners(benchmark):
    labelled, test = (
        [row for row in benchmark if row["sets"] == kind] for kind in ("labelled", "test")
    )
    for name in DEFICIENCIES:
        assert Counter(row[name] for row in labelled if row.get(name)) == {"yes": 9, "no": 9}
        assert min(Counter(row[name] for row in test if row.get(name)).values()) >= 10
    runners = {
        kind: {row["runner"] for row in benchmark if row["sets"] == kind}
        for kind in ("corpus", "labelled", "test")
    }
    assert len(runners["test"]) == 200
    assert not runners["test"] & runners["labelled"] and not runners["corpus"] & (
        runners["test"] | runners["labelled"]
    )


def test_a_clip_is_labelled_only_for_what_its_view_shows(benchmark):
    shown = {
        "left": SHOWN_FROM["side"],
        "right": SHOWN_FROM["side"],
        "rear": SHOWN_FROM["rear"],
        "front": SHOWN_FROM["front"],
    }
    for row in benchmark[24:]:
        assert {name for name in DEFICIENCIES if row.get(name)} <= set(shown[row["view"]])


def test_cameras_of_one_runner_see_one_run(benchmark):
    runs = defaultdict(set)
    for row in benchmark:
        parameters = parse_simulated(row["url"])
        runs[row["runner"]].add(
            (parameters.seed, parameters.fps, parameters.speed_m_s, *parameters.severities.values())
        )
    assert {len(run) for run in runs.values()} == {1}
    assert len({run for one in runs.values() for run in one}) == len(runs)


def test_every_release_has_test_runners_of_its_own(benchmark):
    """The examples stay, so that versions can be compared."""
    other = benchmark_study(BENCHMARK_RULES, f"{VERSION}.post1")
    rows = {
        kind: [[row["url"] for row in rows if row["sets"] == kind] for rows in (benchmark, other)]
        for kind in ("labelled", "test")
    }
    assert rows["labelled"][0] == rows["labelled"][1]
    seeds = [{parse_simulated(url).seed for url in urls} for urls in rows["test"]]
    assert len(seeds[0]) == len(seeds[1]) == 200 and not seeds[0] & seeds[1]


def measured(left, right=None):
    values = [left, left if right is None else right]
    return {"angle": TrueMetric(np.array(values, float), np.array([0, 1]))}


@pytest.mark.parametrize(
    ("rule", "value", "label"),
    [
        (ABOVE, 9, "no"),
        (ABOVE, 10, "no"),
        (ABOVE, 12, ""),
        (ABOVE, 15, "yes"),
        (ABOVE, -9, "no"),
        (BELOW, 45, "no"),
        (BELOW, 37, ""),
        (BELOW, 35, "yes"),
        (BOTH, 5, "no"),
        (BOTH, 1, ""),
        (BOTH, 0, "yes"),
        (BOTH, 16, "yes"),
        (ABOVE, float("nan"), ""),
    ],
)
def test_limits(rule, value, label):
    assert form_label(measured(value), rule) == label


def test_two_metrics_are_judged_together():
    rule = {"metric": "reach", "watch": 0.3, "flag": 0.35, "side": "both"}
    rule |= {"also": [{"metric": "angle", "watch": 10, "flag": 15}]}
    for reach, angle, label in (
        (0.4, 10, "yes"),
        (0.3, 15, ""),
        (0.35, 15, "yes"),
        (0.2, 14, "no"),
    ):
        steps = TrueMetric(np.full(2, reach), np.array([0, 1]))
        assert form_label(measured(angle) | {"reach": steps}, rule) == label


def test_the_worse_foot_counts_where_the_rule_says_so():
    assert form_label(measured(16, 4), ABOVE) == "no"
    assert form_label(measured(16, 4), ABOVE | {"side": "worst"}) == "yes"
    assert form_label(measured(34, 60), BELOW | {"side": "worst"}) == "yes"

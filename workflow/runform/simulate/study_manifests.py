"""Manifests of simulated studies: who runs, how badly, how the camera sees it, and the labels.

Runners come from one population whose severities vary without a gap. Each is labelled by their own
exact metrics in the clip: `yes` at or beyond the limit at which a deficiency is flagged, `no` on
the safe side of where watching begins, blank in between. The first runners that carry a needed
label are taken. Nothing here looks at any result. `workflow/tools/write_manifests.py` writes
config/manifest.tsv and config/benchmark_manifest.tsv.
"""

import math
from itertools import count
from zlib import crc32

import numpy as np

from runform.limits import SPEED, rule_position
from runform.simulate.parameters import DEFICIENCIES, SimulationParameters, format_simulated
from runform.simulate.runner import simulate_runner
from runform.simulate.true_metrics import TrueMetric

YES, NO, NOT_ASKED = "yes", "no", ""
COLUMNS = ("clip", "url", "sets", "runner", "view")
# The benchmark says how fast each clip was taken, as a phone does: from the video alone a low
# cadence and a slight slow motion look the same.
# One deficiency is labelled by its earlier definition too.
BY_SHANK = "overstriding_by_shank_angle"
BENCHMARK_COLUMNS = (*COLUMNS, "capture_fps", *DEFICIENCIES, BY_SHANK)
PER_CLASS = 9  # examples of each class, as in the published study
LEAST_OF_A_LABEL = 10  # test clips of either label, for every deficiency
TEST_RUNNERS = 200  # a quarter of them filmed from behind too, another from the front

# Severities of what is studied: evenly from somewhat better than usual to beyond clearly deficient,
# so both classes occur. Few runners bend their knee as little as the published flag asks: from
# further up, so both classes occur here too.
STUDIED, STUDIED_STIFF_KNEE = (-0.5, 1.5), (0.3, 1.5)
# Severities of what is not studied, and speeds, normal distributions: mean, standard deviation.
USUAL, SPEED_M_S = (0.0, 0.3), (3.0, 0.3)
FRAME_RATES = (24.0, 25.0, 30.0, 50.0, 60.0)
# A clear, a usual and a poor recording: image noise, and quality of the compression.
RECORDINGS = ((0.05, 0.9), (0.2, 0.7), (0.4, 0.5))
CAMERAS, SIDES = ("following", "treadmill"), ("left", "right")
# From where a camera shows what; only there a clip carries the label.
SHOWN_FROM = {
    "side": (
        "overstriding",
        "bouncing",
        "trunk_lean",
        "stiff_knee",
        "low_cadence",
        "asymmetry",
        BY_SHANK,
    ),
    "rear": ("pelvic_drop", "crossover"),
    "front": ("arm_crossing",),
}


def form_label(metrics: dict[str, TrueMetric], rule: dict, speed_m_s: float | None = None) -> str:
    """`yes` at or beyond the limit `flag` of `rule`, `no` on the safe side of `watch`, else blank.

    metrics: exact ones by name; no value gives a blank.  rule: one entry of the config's table of
    deficiencies, see `limits.rule_position`; with side `worst` the worse foot's means count, else
    the means of all steps.  speed_m_s: of the runner, where limits change with it.
    """
    sides = ("left", "right") if rule["side"] == "worst" else ("mean",)
    of_runner = {} if speed_m_s is None else {SPEED: speed_m_s}
    positions = [
        rule_position(
            of_runner | {name: getattr(metric, side) for name, metric in metrics.items()}, rule
        )
        for side in sides
    ]
    if any(math.isnan(one) for one in positions):
        return NOT_ASKED
    trouble = max(positions)
    return YES if trouble >= 1 else NO if trouble <= -1 else NOT_ASKED


def embedded_study(rules: dict[str, dict], seed: int = 16) -> list[dict]:
    """Rows of the included study: clips of 2 s.

    24 corpus clips, 18 labelled ones (the first 9 overstriding and 9 not) and 18 professional ones,
    who run faster and overstride less. rules: the config's table of deficiencies.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(24):
        parameters = _clip(rng, 1000 + number, (*SIDES, *SIDES, "oblique"), (3.1, 0.4), {})
        rows.append(_row(f"corpus{number + 1:02d}", "corpus", parameters))
    rows += _labelled(rng, rules["overstriding"])
    for number in range(18):
        severity = {"overstriding": _two_digits(rng.normal(-0.2, 0.2))}
        parameters = _clip(rng, 3000 + number, SIDES, (4.8, 0.4), severity)
        rows.append(_row(f"pro{number + 1:02d}", "professional", parameters))
    return rows


def _labelled(rng, rule: dict) -> list[dict]:
    rows, wanted, seeds = [], dict.fromkeys((YES, NO), PER_CLASS), count(2000)
    while any(wanted.values()):
        severity = {"overstriding": _studied(rng, "overstriding")}
        parameters = _clip(rng, next(seeds), SIDES, SPEED_M_S, severity)
        label = form_label(_metrics(parameters), rule, parameters.speed_m_s)
        if wanted.get(label):
            wanted[label] -= 1
            clip = f"runner{len(rows) + 1:02d}"
            rows.append(_row(clip, "labelled", parameters, overstriding=label))
    return rows


def _clip(
    rng, seed: int, views: tuple[str, ...], speed_m_s: tuple[float, float], severities: dict
) -> SimulationParameters:
    """A clip of the included study, whose runner differs from the usual in `severities` alone."""
    others = {name: _two_digits(np.clip(rng.normal(*USUAL), -1.0, 1.5)) for name in DEFICIENCIES}
    return SimulationParameters(
        seed=seed,
        view=str(rng.choice(views)),
        camera=str(rng.choice(CAMERAS)),
        speed_m_s=_speed(rng, speed_m_s),
        noise=_two_digits(rng.uniform(0.05, 0.4)),
        quality=_two_digits(rng.uniform(0.5, 0.9)),
        severities=others | severities,
    )


def benchmark_study(rules: dict[str, dict], version: str, seed: int = 20) -> list[dict]:
    """Rows of the benchmark: clips of 2 s, severities of all deficiencies varied independently.

    24 corpus clips, 9 and 9 labelled runners for each deficiency, each filmed from where a label is
    shown, and 200 test runners, all filmed from the side, some from behind or from the front too.
    rules: the config's table of deficiencies.  version: of the release; each release has test
    runners of its own, so that nothing can have been fitted to those it is scored on.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(24):
        runner = _runner(rng, 10_000 + number)
        view = ("left", "right", "rear", "front", "left", "right", "rear", "oblique")[number % 8]
        rows.append(_row(f"corpus{number + 1:02d}", "corpus", _filmed(rng, runner, view)))
    return rows + _pool(rng, rules) + _tested(rules, version)


def _pool(rng, rules) -> list[dict]:
    """Clips of the first runners that fill 9 of each class for every deficiency."""
    rows, taken, seeds = [], 0, count(20_000)
    wanted = {(name, label): PER_CLASS for name in rules for label in (YES, NO)}
    while any(wanted.values()):
        runner = _runner(rng, next(seeds))
        form = _form(runner, rules)
        needed = {name: label for name, label in form.items() if wanted.get((name, label))}
        taken += bool(needed)
        for camera_side, names in SHOWN_FROM.items():
            labels = {name: needed[name] for name in names if name in needed}
            for pair in labels.items():
                wanted[pair] -= 1
            if labels:
                who, parameters = f"runner{taken:02d}", _filmed_from(rng, runner, camera_side)
                rows.append(_row(f"{who}-{camera_side}", "labelled", parameters, who, **labels))
    return rows


def _tested(rules, version: str) -> list[dict]:
    """Clips of the first test runners of a release in which every label occurs often enough."""
    release = crc32(version.encode())
    draw = 0
    while True:
        rng = np.random.default_rng((release, draw))
        first = 1_000_000 + 1000 * (release % 1_000_000) + TEST_RUNNERS * draw  # no other has these
        rows = _test_runners(rng, rules, first)
        counts = [
            sum(row.get(name) == label for row in rows) for name in rules for label in (YES, NO)
        ]
        if min(counts) >= LEAST_OF_A_LABEL:
            return rows
        draw += 1


def _test_runners(rng, rules, first: int) -> list[dict]:
    rows = []
    for number in range(TEST_RUNNERS):
        runner, who = _runner(rng, first + number), f"test{number + 1:03d}"
        form = _form(runner, rules)
        camera_sides = ["side"] + ["rear"] * (number % 4 == 0) + ["front"] * (number % 4 == 2)
        for camera_side in camera_sides:
            labels = {name: form[name] for name in SHOWN_FROM[camera_side]}
            parameters = _filmed_from(rng, runner, camera_side)
            rows.append(_row(f"{who}-{camera_side}", "test", parameters, who, **labels))
    return rows


def _runner(rng, seed: int) -> dict:
    """What all clips of one runner of the benchmark share."""
    return {
        "seed": seed,
        "fps": float(rng.choice(FRAME_RATES)),
        "speed_m_s": _speed(rng, SPEED_M_S),
        "severities": {name: _studied(rng, name) for name in DEFICIENCIES},
    }


def _filmed_from(rng, runner: dict, camera_side: str) -> SimulationParameters:
    return _filmed(rng, runner, str(rng.choice(SIDES)) if camera_side == "side" else camera_side)


def _filmed(rng, runner: dict, view: str) -> SimulationParameters:
    noise, quality = RECORDINGS[rng.integers(len(RECORDINGS))]
    camera = str(rng.choice(CAMERAS))
    return SimulationParameters(**runner, view=view, camera=camera, noise=noise, quality=quality)


def _form(runner: dict, rules: dict[str, dict]) -> dict[str, str]:
    metrics = _metrics(SimulationParameters(**runner))
    return {name: form_label(metrics, rule, runner["speed_m_s"]) for name, rule in rules.items()}


def _metrics(parameters: SimulationParameters) -> dict[str, TrueMetric]:
    return simulate_runner(parameters, np.arange(parameters.frames) / parameters.fps).metrics


def _studied(rng, name: str) -> float:
    return _two_digits(rng.uniform(*(STUDIED_STIFF_KNEE if name == "stiff_knee" else STUDIED)))


def _speed(rng, distribution: tuple[float, float]) -> float:
    return _two_digits(np.clip(rng.normal(*distribution), 2.2, 6.0))


def _two_digits(value: float) -> float:
    return round(float(value), 2)


def _row(
    name: str, sets: str, parameters: SimulationParameters, runner: str = "", **labels: str
) -> dict[str, str]:
    return {
        "clip": name,
        "url": format_simulated(parameters),
        "sets": sets,
        "runner": runner or name,
        "view": parameters.view,
        "capture_fps": f"{parameters.fps:g}",
        **labels,
    }


def format_rows(rows: list[dict], columns: tuple[str, ...]) -> str:
    """Rows as the text of a manifest, tab-separated; a missing cell is blank."""
    lines = ["\t".join(columns)]
    lines += ["\t".join(row.get(column, "") for column in columns) for row in rows]
    return "\n".join(lines) + "\n"

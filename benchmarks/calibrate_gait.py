"""What the gait stage knows from simulated runners and from force plates:
resources/event_features.tsv and the errors in resources/metrics.yaml.

    .venv/bin/python benchmarks/calibrate_gait.py [--clips 24] [--folder FOLDER]

Simulated runners of random severities are filmed for 4 s at 30 and 60 frames a second and seen by
BlazePose, from left and right (`side`) and from front and rear (`any`). The seeds of
benchmarks/gait.py are not looked at.
Event features: each runner is also taken as rendered, without the network's errors; and the
trials of `force_plates.SET_ON`, those of `JUDGED_ON` never. Per leg, the phase of a feature in the
mean cycle less that of the true event is its lag, a line of foot strike and duty factor fitted by
ridge regression in which the real runners together weigh as much as `PLATES_WEIGHT`. The spread is
that of 68 % of the legs, real and simulated ones weighing alike: a feature that lies elsewhere in
the two is trusted less.
Errors of metrics: root mean square over other runners, measured with those features; of a clip's
value, and of one side's.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks"), str(ROOT / "tests/real")]

from filmed import DATA, as_rendered, film  # noqa: E402
from force_plates import SET_ON, Trial, load_trials  # noqa: E402

from runform.errors import Unavailable  # noqa: E402
from runform.files import write_text  # noqa: E402
from runform.gait.checks import estimate_view  # noqa: E402
from runform.gait.event_features import (  # noqa: E402
    DUTY_STEP,
    FEATURES_FILE,
    STRIKE_STEP_DEG,
    USUAL_DUTY,
    USUAL_STRIKE_DEG,
    LegFeatures,
    find_features,
    load_features,
)
from runform.gait.events import EVENTS  # noqa: E402
from runform.gait.measure import GaitSettings, gait_of  # noqa: E402
from runform.gait.motion import LegCycle, Motion, motion_of  # noqa: E402
from runform.gait.stride_cycle import LOWEST, TAU, StrideSettings, find_strides  # noqa: E402
from runform.gait.tracks import SIDES, tracks_of  # noqa: E402
from runform.metric_definitions import METRICS_FILE, asymmetries, step_metrics  # noqa: E402
from runform.sequence import PoseSequence  # noqa: E402
from runform.simulate.recording import Truth  # noqa: E402

FEATURE_SEED, ERROR_SEED = 9000, 9500
RATES = (30.0, 60.0)
VIEWS = {"side": ("right", "left"), "any": ("front", "rear")}
EDGE_S = 0.02
# Clips from which an error is told.
FEWEST = 8
# Weight of all real legs together; the simulated ones have the rest. They are many, but their knee
# gives some 10 ms early; with less weight the trials of SET_ON are themselves read 4 ms late.
PLATES_WEIGHT = 0.75
# Each trial is read at these rates (None: its own) and with noise of these seeds.
PLATE_RATES, PLATE_SEEDS, PLATE_NOISE_PX = (30.0, 60.0, None), (0, 1), 0.7
# Of the slopes, against the variance of strike and duty factor in steps.
RIDGE = 0.1


@dataclass(frozen=True)
class Leg:
    """The features of one leg and its true events, shares of the stride."""

    features: LegFeatures
    ic: float
    to: float

    def lag(self, event: str, feature: str) -> float:
        """Of the feature behind its event, -0.5 to 0.5."""
        phase = getattr(self.features, event)[feature]
        return (phase - getattr(self, event) + 0.5) % 1.0 - 0.5

    def steps(self) -> tuple[float, float]:
        """Foot strike and duty factor in steps from the usual; the usual strike where unseen."""
        strike = (self.features.strike_deg - USUAL_STRIKE_DEG) / STRIKE_STEP_DEG
        duty = ((self.to - self.ic) % 1.0 - USUAL_DUTY) / DUTY_STEP
        return (strike if np.isfinite(strike) else 0.0), duty


def true_phase(motion: Motion, times: np.ndarray, side: str) -> float:
    """Phase of events at `times` in the mean cycle: the circular mean over the clip."""
    times = times[(times > motion.time_s[0] + EDGE_S) & (times < motion.time_s[-1] - EDGE_S)]
    phase = np.interp(times, motion.time_s, motion.cycle.phase) - LOWEST[side]
    return float(np.angle(np.exp(1j * phase).mean()) / TAU) % 1.0


def legs_of(
    sequence: PoseSequence, contacts: dict[str, np.ndarray], from_side: bool, ahead: int = 0
) -> list[Leg]:
    """Both legs of a clip; none of a clip without gait. ahead: 0 to estimate it."""
    tracks = tracks_of(sequence)
    try:
        cycle, _ = find_strides(tracks, StrideSettings())
    except Unavailable:
        return []
    motion = motion_of(tracks, cycle, StrideSettings().max_harmonics)
    legs = []
    for side in SIDES:
        leg = LegCycle(motion, side, ahead or estimate_view(tracks).facing)
        ic, to = (true_phase(motion, contacts[side][:, column], side) for column in (0, 1))
        legs.append(Leg(find_features(leg, from_side), ic, to))
    return legs


def films(
    first_seed: int, kind: str, clips: int, folder: Path
) -> Iterator[tuple[str, PoseSequence, Truth]]:
    """View, pose and truth of so many runners, views and frame rates in turn."""
    for number in range(clips):
        view = VIEWS[kind][number % 2]
        yield view, *film(first_seed + number, RATES[number // 2 % 2], view, folder)


def simulated_legs(kind: str, clips: int, folder: Path) -> list[Leg]:
    """The legs of the filmed runners, as seen and as rendered."""
    return [
        leg
        for _, seen, truth in films(FEATURE_SEED, kind, clips, folder)
        for sequence in (seen, as_rendered(truth, seen))
        for leg in legs_of(sequence, truth.contacts, kind == "side")
    ]


def plate_legs(trials: list[Trial], kind: str) -> list[Leg]:
    """The legs of the trials at all rates."""
    return [
        leg
        for trial in trials
        for fps in PLATE_RATES
        for seed in PLATE_SEEDS
        for leg in legs_of(
            trial.keypoints(fps, noise_px=PLATE_NOISE_PX, seed=seed),
            trial.contacts,
            kind == "side",
            ahead=1,
        )
    ]


def lag_line(
    event: str, feature: str, simulated: list[Leg], real: list[Leg]
) -> tuple[np.ndarray, float, int]:
    """Lag in the usual runner and its two slopes, the spread about them, and the number of legs."""
    shares, alike, rows, lags = [], [], [], []
    for legs, share in ((simulated, 1 - PLATES_WEIGHT), (real, PLATES_WEIGHT)):
        shown = [
            leg for leg in legs if np.isfinite(getattr(leg.features, event).get(feature, np.nan))
        ]
        rows += [[1.0, *leg.steps()] for leg in shown]
        lags += [leg.lag(event, feature) for leg in shown]
        shares += [share / max(len(shown), 1)] * len(shown)
        alike += [0.5 / max(len(shown), 1)] * len(shown)
    system, lag, weight = np.array(rows), np.array(lags), np.array(shares)
    size = weight
    for _ in range(20):
        normal = system.T @ (system * size[:, None]) + RIDGE * size.sum() * np.diag([0.0, 1.0, 1.0])
        line = np.linalg.solve(normal, system.T @ (size * lag))
        away = np.abs(lag - system @ line)
        order = np.argsort(away)
        share_below = np.cumsum(np.array(alike)[order]) / np.sum(alike)
        spread = float(away[order][np.searchsorted(share_below, 0.683)])
        size = weight / np.maximum(1.0, away / (2 * spread + 1e-9))
    return line, spread, len(lag)


def feature_rows(clips: int, folder: Path) -> list[str]:
    """Rows of the table of features."""
    trials = load_trials(DATA / "gait", SET_ON)
    rows = []
    for kind in VIEWS:
        simulated, real = simulated_legs(kind, clips, folder), plate_legs(trials, kind)
        for event in EVENTS:
            for feature in sorted({name for leg in real for name in getattr(leg.features, event)}):
                line, spread, legs = lag_line(event, feature, simulated, real)
                numbers = "\t".join(f"{number:.4f}" for number in (*line, spread))
                rows.append(f"{event}\t{kind}\t{feature}\t{numbers}\t{legs}")
    return rows


def true_values(truth: Truth) -> dict[str, dict[str, float]]:
    """Metric -> {value, left, right} of the runner as simulated; asymmetries too."""
    known = {}
    for name in step_metrics():
        metric = truth.metrics.get(name, {"values": []})
        values, side = np.array(metric["values"]), np.array(metric.get("side", []))
        if len(set(side.tolist())) == 2:
            left, right = values[side == 0].mean(), values[side == 1].mean()
            known[name] = {"value": (left + right) / 2, "left": left, "right": right}
    for name, metric in asymmetries().items():
        if metric.asymmetry_of in known:
            left, right = (known[metric.asymmetry_of][side] for side in SIDES)
            known[name] = {"value": 2 * abs(left - right) / (left + right)}
    return known


def metric_errors(clips: int, folder: Path) -> dict[str, dict[str, str]]:
    """Metric -> kind of view -> its error in resources/metrics.yaml: root mean square error of a
    clip's value and of one side's, number of clips.
    """
    written = {}
    for kind in VIEWS:
        errors = {}
        for view, seen, truth in films(ERROR_SEED, kind, clips, folder):
            try:
                metrics = gait_of(seen, GaitSettings(), {}, view)["metrics"]
            except Unavailable:
                continue
            for name, true in true_values(truth).items():
                for part in true:
                    if metrics[name][part] is not None:
                        key = name, "value" if part == "value" else "one_side"
                        errors.setdefault(key, []).append(metrics[name][part] - true[part])
        for name in sorted({name for name, _ in errors}):
            if (count := len(errors[name, "value"])) >= FEWEST:
                parts = [
                    f"{part}: {np.sqrt(np.mean(np.square(errors[name, part]))):.4f}"
                    for part in ("value", "one_side")
                    if (name, part) in errors
                ]
                written.setdefault(name, {})[kind] = f"{{{', '.join(parts)}, clips: {count}}}"
    return written


def with_errors(text: str, errors: dict[str, dict[str, str]]) -> str:
    """The text of resources/metrics.yaml with the `error` of each entry replaced."""
    head, *entries = re.split(r"^(?=\w+:$)", text, flags=re.MULTILINE)
    for row, entry in enumerate(entries):
        without = re.sub(r"  error:\n(    .*\n)+", "", entry).rstrip("\n") + "\n"
        of_views = errors.get(entry.split(":")[0], {})
        lines = [f"    {kind}: {error}\n" for kind, error in of_views.items()]
        entries[row] = without + "".join(["  error:\n", *lines] if lines else [])
    return head + "\n".join(entries)


def table(title: str, first_seed: int, clips: int, columns: str, rows: list[str]) -> str:
    """The file's text: what it holds, from which runners, and its rows."""
    source = (
        f"# Written by benchmarks/calibrate_gait.py --clips {clips} from simulated runners "
        f"of random seeds {first_seed} to {first_seed + clips - 1} and from the force plates of "
        f"{', '.join(SET_ON)} (RBDS001, FootNet: the first half)."
    )
    return "\n".join([f"# {title}", source, columns, *rows]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--clips",
        type=int,
        default=24,
        help="filmed runners of each kind of view and for each table",
    )
    parser.add_argument(
        "--folder", type=Path, help="where filmed clips are kept; a temporary one by default"
    )
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        title = (
            "Event features in the mean cycle of a leg: lag behind the event in the usual runner, "
            "what a step of foot strike and one of duty factor add, and the spread, shares of the "
            "stride; number of legs."
        )
        columns = "event\tview\tfeature\tlag\tstrike\tduty\tspread\tlegs"
        write_text(
            ROOT / FEATURES_FILE,
            table(title, FEATURE_SEED, chosen.clips, columns, feature_rows(chosen.clips, folder)),
        )
        load_features.cache_clear()
        errors = metric_errors(chosen.clips, folder)
        text = (ROOT / METRICS_FILE).read_text(encoding="utf-8")
        write_text(ROOT / METRICS_FILE, with_errors(text, errors))


if __name__ == "__main__":
    main()

"""What the gait stage knows from simulated runners: resources/event_features.tsv and the errors in
resources/metrics.yaml.

    .venv/bin/python benchmarks/calibrate_gait.py [--clips 24] [--folder FOLDER]

Simulated runners of random severities are filmed for 4 s at 30 and 60 frames a second and seen by
BlazePose, from left and right (`side`) and from front and rear (`any`). The force plates and the
seeds of benchmarks/gait.py are not looked at.
Event features: each runner is also taken as rendered, without the network's errors. Per leg, the
phase of a feature in the mean cycle less that of the true event; the lag is the median over legs,
the spread half the distance of the 16th and 84th percentiles.
Errors of metrics: root mean square over other runners, measured with those features; of a clip's
value, and of one side's.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks")]

from filmed import as_rendered, film  # noqa: E402

from runform.errors import Unavailable  # noqa: E402
from runform.files import write_text  # noqa: E402
from runform.gait.checks import estimate_view  # noqa: E402
from runform.gait.events import FEATURES_FILE, feature_phases, load_features  # noqa: E402
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
EVENTS = ("ic", "to")
EDGE_S = 0.02
# Clips from which an error is told.
FEWEST = 8


def true_phase(motion: Motion, truth: Truth, side: str, event: str) -> float:
    """Phase of an event in the mean cycle: the circular mean over the clip's contacts, -0.5 to 0.5
    for ic, 0 to 1 for to.
    """
    times = truth.contacts[side][:, EVENTS.index(event)]
    times = times[(times > motion.time_s[0] + EDGE_S) & (times < motion.time_s[-1] - EDGE_S)]
    phase = np.interp(times, motion.time_s, motion.cycle.phase) - LOWEST[side]
    return float(np.angle(np.exp(1j * phase).mean()) / TAU) % 1.0


def feature_lags(
    sequence: PoseSequence, truth: Truth, from_side: bool
) -> dict[tuple[str, str], list[float]]:
    """(event, feature) -> lag behind the true event in each leg, shares of the stride; nothing of a
    clip without gait.
    """
    tracks = tracks_of(sequence)
    try:
        cycle, _ = find_strides(tracks, StrideSettings())
    except Unavailable:
        return {}
    motion = motion_of(tracks, cycle, StrideSettings().max_harmonics)
    lags = {}
    for side in SIDES:
        leg = LegCycle(motion, side, estimate_view(tracks).facing)
        phases = feature_phases(leg, from_side)
        for event in EVENTS:
            true = true_phase(motion, truth, side, event)
            for feature, phase in phases[event].items():
                lags.setdefault((event, feature), []).append((phase - true + 0.5) % 1.0 - 0.5)
    return lags


def films(
    first_seed: int, kind: str, clips: int, folder: Path
) -> Iterator[tuple[str, PoseSequence, Truth]]:
    """View, pose and truth of so many runners, views and frame rates in turn."""
    for number in range(clips):
        view = VIEWS[kind][number % 2]
        yield view, *film(first_seed + number, RATES[number // 2 % 2], view, folder)


def feature_rows(clips: int, folder: Path) -> list[str]:
    """Rows of the table of features: event, view, feature, lag, spread, number of legs."""
    rows = []
    for kind in VIEWS:
        lags = {}
        for _, seen, truth in films(FEATURE_SEED, kind, clips, folder):
            for sequence in (seen, as_rendered(truth, seen)):
                for key, of_legs in feature_lags(sequence, truth, kind == "side").items():
                    lags.setdefault(key, []).extend(of_legs)
        for (event, feature), of_legs in sorted(lags.items()):
            finite = np.array(of_legs)[np.isfinite(of_legs)]
            low, median, high = np.percentile(finite, (16, 50, 84))
            cells = (event, kind, feature, f"{median:.4f}", f"{(high - low) / 2:.4f}", len(finite))
            rows.append("\t".join(map(str, cells)))
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
        f"of random seeds {first_seed} to {first_seed + clips - 1}."
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
            "Event features in the mean cycle of a leg: lag behind the event and its spread, "
            "shares of the stride; number of legs."
        )
        columns = "event\tview\tfeature\tlag\tspread\tlegs"
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

"""What the gait stage knows from simulated runners: resources/contact_cues.tsv and the errors in
resources/metrics.yaml.

    .venv/bin/python benchmarks/calibrate_gait.py [--clips 24] [--folder FOLDER]

Simulated runners of random severities are filmed for 4 s at 30 and 60 frames a second and seen by
BlazePose, from left and right (`side`) and from front and rear (`any`). The force plates and the
seeds of benchmarks/gait.py are not looked at.
Cues of contact: each runner is also taken as drawn, without the network's errors. Per leg, the turn
of a cue in the mean cycle less that of the true event; the lag is the median over legs, the spread
half the distance of the 16th and 84th percentiles.
Errors of metrics: root mean square over other runners, measured with those cues; of a clip's value,
and of one side's.
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
from runform.gait.events import CUES_FILE, cues_of, known_cues  # noqa: E402
from runform.gait.measure import GaitSettings, gait_of  # noqa: E402
from runform.gait.motion import Motion, Profile, motion_of  # noqa: E402
from runform.gait.stride_cycle import LOWEST, TAU, ClockSettings, read_clock  # noqa: E402
from runform.gait.tracks import SIDES, tracks_of  # noqa: E402
from runform.metric_definitions import METRICS_FILE, asymmetries, step_metrics  # noqa: E402
from runform.sequence import PoseSequence  # noqa: E402
from runform.simulate.recording import Truth  # noqa: E402

CUE_SEED, ERROR_SEED = 9000, 9500
RATES = (30.0, 60.0)
VIEWS = {"side": ("right", "left"), "any": ("front", "rear")}
EVENTS = ("ic", "to")
EDGE_S = 0.02
# Clips from which an error is told.
FEWEST = 8


def true_turn(motion: Motion, truth: Truth, side: str, event: str) -> float:
    """Turn of an event in the mean cycle: the circular mean over the clip's contacts, -0.5 to 0.5
    for ic, 0 to 1 for to.
    """
    times = truth.contacts[side][:, EVENTS.index(event)]
    times = times[(times > motion.time_s[0] + EDGE_S) & (times < motion.time_s[-1] - EDGE_S)]
    phase = np.interp(times, motion.time_s, motion.cycle.phase) - LOWEST[side]
    return float(np.angle(np.exp(1j * phase).mean()) / TAU) % 1.0


def cue_lags(
    sequence: PoseSequence, truth: Truth, from_side: bool
) -> dict[tuple[str, str], list[float]]:
    """(event, cue) -> lag behind the true event in each leg, shares of the stride; nothing of a
    clip without gait.
    """
    tracks = tracks_of(sequence)
    try:
        clock = read_clock(tracks, ClockSettings())
    except Unavailable:
        return {}
    motion = motion_of(tracks, clock.cycle, ClockSettings().max_harmonics)
    lags = {}
    for side in SIDES:
        found = cues_of(
            Profile(motion, side, LOWEST[side], estimate_view(tracks).facing), from_side
        )
        for event in EVENTS:
            true = true_turn(motion, truth, side, event)
            for cue, turn in found[event].items():
                lags.setdefault((event, cue), []).append((turn - true + 0.5) % 1.0 - 0.5)
    return lags


def films(
    first_seed: int, kind: str, clips: int, folder: Path
) -> Iterator[tuple[str, PoseSequence, Truth]]:
    """View, pose and truth of so many runners, views and frame rates in turn."""
    for number in range(clips):
        view = VIEWS[kind][number % 2]
        yield view, *film(first_seed + number, RATES[number // 2 % 2], view, folder)


def cue_rows(clips: int, folder: Path) -> list[str]:
    """Rows of the table of cues: event, view, cue, lag, spread, number of legs."""
    rows = []
    for kind in VIEWS:
        lags = {}
        for _, seen, truth in films(CUE_SEED, kind, clips, folder):
            for sequence in (seen, as_rendered(truth, seen)):
                for key, found in cue_lags(sequence, truth, kind == "side").items():
                    lags.setdefault(key, []).extend(found)
        for (event, cue), found in sorted(lags.items()):
            known = np.array(found)[np.isfinite(found)]
            low, middle, high = np.percentile(known, (16, 50, 84))
            rows.append(
                f"{event}\t{kind}\t{cue}\t{middle:.4f}\t{(high - low) / 2:.4f}\t{len(known)}"
            )
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
    source = f"# Written by benchmarks/calibrate_gait.py --clips {clips} from simulated runners of seeds {first_seed} to "
    return "\n".join([f"# {title}", f"{source}{first_seed + clips - 1}.", columns, *rows]) + "\n"


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
        title = "Cues of contact in the mean cycle of a leg: lag behind the event and its spread, shares of the stride; legs measured."
        columns = "event\tview\tcue\tlag\tspread\tlegs"
        write_text(
            ROOT / CUES_FILE,
            table(title, CUE_SEED, chosen.clips, columns, cue_rows(chosen.clips, folder)),
        )
        known_cues.cache_clear()
        errors = metric_errors(chosen.clips, folder)
        text = (ROOT / METRICS_FILE).read_text(encoding="utf-8")
        write_text(ROOT / METRICS_FILE, with_errors(text, errors))


if __name__ == "__main__":
    main()

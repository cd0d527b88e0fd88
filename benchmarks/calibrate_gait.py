"""Lags and spreads of the cues by which contacts are found: writes resources/contact_cues.tsv.

    .venv/bin/python benchmarks/calibrate_gait.py [--clips 32] [--folder FOLDER]

Simulated runners of random severities are filmed for 4 s at 30 and 60 frames a second and seen by BlazePose; each is also taken as
drawn, without the network's errors. Per leg, the turn of each cue in the mean cycle less that of the true event; the lag is the
median over legs, the spread half the distance between the 16th and the 84th percentile. `side` from left and right views, `any`
from front and rear. The force plates and the seeds of benchmarks/gait.py are not looked at.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow"), str(ROOT / "benchmarks")]

from filmed import as_drawn, film  # noqa: E402

from runform.faults import Unavailable  # noqa: E402
from runform.files import write_text  # noqa: E402
from runform.gait.clock import LOWEST, ClockSettings, read_clock  # noqa: E402
from runform.gait.cues import CUES_FILE, cues_of  # noqa: E402
from runform.gait.cycle import TAU  # noqa: E402
from runform.gait.motion import Motion, motion_of  # noqa: E402
from runform.gait.profile import Profile  # noqa: E402
from runform.gait.signals import SIDES, tracks_of  # noqa: E402
from runform.gait.view import estimate_view  # noqa: E402
from runform.sequence import PoseSequence  # noqa: E402
from runform.simulate.truth import Truth  # noqa: E402

FIRST_SEED = 9000
FOOTAGE = {"side": (("right", "left"), (30.0, 60.0)), "any": (("front", "rear"), (30.0, 60.0))}
EVENTS = ("ic", "to")
EDGE_S = 0.02


def true_turn(motion: Motion, truth: Truth, side: str, event: str) -> float:
    """Turn of an event in the mean cycle: the circular mean over the clip's contacts, -0.5 to 0.5 for ic, 0 to 1 for to."""
    times = truth.contacts[side][:, EVENTS.index(event)]
    times = times[(times > motion.time_s[0] + EDGE_S) & (times < motion.time_s[-1] - EDGE_S)]
    phase = np.interp(times, motion.time_s, motion.cycle.phase) - LOWEST[side]
    return float(np.angle(np.exp(1j * phase).mean()) / TAU) % 1.0


def cue_lags(sequence: PoseSequence, truth: Truth, from_side: bool) -> dict[tuple[str, str], list[float]]:
    """(event, cue) -> lag behind the true event in each leg, shares of the stride; nothing of a clip without gait."""
    tracks = tracks_of(sequence)
    try:
        clock = read_clock(tracks, ClockSettings())
    except Unavailable:
        return {}
    motion = motion_of(tracks, clock.cycle, ClockSettings().max_harmonics)
    lags = {}
    for side in SIDES:
        found = cues_of(Profile(motion, side, LOWEST[side], estimate_view(tracks).facing), from_side)
        for event in EVENTS:
            true = true_turn(motion, truth, side, event)
            for cue, turn in found[event].items():
                lags.setdefault((event, cue), []).append((turn - true + 0.5) % 1.0 - 0.5)
    return lags


def calibrate(clips: int, folder: Path) -> list[str]:
    """Rows of the table: event, view, cue, lag, spread, number of legs."""
    rows = []
    for name, (views, rates) in FOOTAGE.items():
        lags = {}
        for number in range(clips):
            view, fps = views[number % 2], rates[number // 2 % 2]
            seen, truth = film(FIRST_SEED + number, fps, view, folder)
            for sequence in (seen, as_drawn(truth, seen)):
                for key, found in cue_lags(sequence, truth, name == "side").items():
                    lags.setdefault(key, []).extend(found)
        for (event, cue), found in sorted(lags.items()):
            known = np.array(found)[np.isfinite(found)]
            low, middle, high = np.percentile(known, (16, 50, 84))
            rows.append(f"{event}\t{name}\t{cue}\t{middle:.4f}\t{(high - low) / 2:.4f}\t{len(known)}")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=32, help="filmed runners per kind of view")
    parser.add_argument("--folder", type=Path, help="where filmed clips are kept; a temporary one by default")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        rows = calibrate(chosen.clips, folder)
    head = [
        "# Cues of contact in the mean cycle of a leg: lag behind the event and its spread, shares of the stride; legs measured.",
        f"# Written by benchmarks/calibrate_gait.py --clips {chosen.clips} from simulated runners of seeds {FIRST_SEED} to "
        f"{FIRST_SEED + chosen.clips - 1}, as drawn and through BlazePose.",
        "event\tview\tcue\tlag\tspread\tlegs",
    ]
    write_text(ROOT / CUES_FILE, "\n".join([*head, *rows]) + "\n")
    print("\n".join([*head, *rows]))


if __name__ == "__main__":
    main()

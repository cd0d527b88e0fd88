"""What a run ends with on the screen: print_summary.py results: tables and paths; with one video:
its page; with two videos or clips of the manifest: the page that compares them.
"""

import argparse
import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.files import read_json
from runform.manifest import clip_of_video, read_manifest
from runform.sequence import OK

WORTH_OPENING = (
    "report.html",
    "figures/tsne.png",
    "figures/professionals.png",
    "figures/training.png",
    "tables/coverage.csv",
)


def clip_ids(names: list[str], config_file: Path, manifest: str | None) -> list[str]:
    """The clips that these videos or ids became, as the rules name them."""
    config = yaml.safe_load(config_file.read_text())
    rows = read_manifest(manifest or config["manifest"], tuple(config["deficiencies"]))
    taken = [clip.clip for clip in rows]
    ids = {name: name for name in names if len(names) > 1 and name in taken}
    for name in names:
        if name not in ids:
            ids[name] = clip_of_video(name, taken).clip
            taken.append(ids[name])
    return [ids[name] for name in names]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("videos", nargs="*")
    parser.add_argument("--config", type=Path, default=Path("config/config.yaml"))
    parser.add_argument("--manifest")
    arguments = parser.parse_args()
    results = arguments.results
    if arguments.videos:
        clips = clip_ids(arguments.videos, arguments.config, arguments.manifest)
        folder = "runners" if len(clips) == 1 else "comparisons"
        paths = [results.joinpath(folder, *clips, "report.html")]
        for clip in clips:
            gait = read_json(results / "gait" / f"{clip}.json")
            if gait["status"] != OK:
                print(f"\nNothing was measured in {clip}: {gait['reason']}")
    else:
        paths = [results / name for name in WORTH_OPENING] + sorted(
            (results / "runners").glob("*/report.html")
        )[:1]
        accuracy = results / "tables/accuracy.md"
        print(f"\n{accuracy.read_text().strip()}" if accuracy.is_file() else "")
    print("\nWorth opening:", *(f"  {path}" for path in paths if path.is_file()), sep="\n")

"""What a run ends with on the screen: print_summary.py results [video config.yaml]: tables and
paths, or the page of one video.
"""

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

if __name__ == "__main__":
    results = Path(sys.argv[1])
    if len(sys.argv) > 2:
        config = yaml.safe_load(Path(sys.argv[3]).read_text())
        taken = [
            clip.clip for clip in read_manifest(config["manifest"], tuple(config["deficiencies"]))
        ]
        clip = clip_of_video(sys.argv[2], taken).clip
        paths = [results / "runners" / clip / "report.html"]
        gait = read_json(results / "gait" / f"{clip}.json")
        if gait["status"] != OK:
            print(f"\nNothing was measured: {gait['reason']}")
    else:
        paths = [results / name for name in WORTH_OPENING] + sorted(
            (results / "runners").glob("*/report.html")
        )[:1]
        accuracy = results / "tables/accuracy.md"
        print(f"\n{accuracy.read_text().strip()}" if accuracy.is_file() else "")
    print("\nWorth opening:", *(f"  {path}" for path in paths if path.is_file()), sep="\n")

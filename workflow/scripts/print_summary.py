"""What a run ends with on the screen: the accuracy table and the paths worth opening, or the page of one video."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.manifest import clip_of_video

WORTH_OPENING = ("report.html", "figures/tsne.png", "figures/professionals.png", "figures/training.png", "tables/coverage.csv")

if __name__ == "__main__":
    results = Path(sys.argv[1])
    if len(sys.argv) > 2:
        paths = [results / "runners" / clip_of_video(sys.argv[2]).clip / "report.html"]
    else:
        paths = [results / name for name in WORTH_OPENING] + sorted((results / "runners").glob("*/report.html"))[:1]
        accuracy = results / "tables/accuracy.md"
        print(f"\n{accuracy.read_text().strip()}" if accuracy.is_file() else "")
    print("\nWorth opening:", *(f"  {path}" for path in paths if path.is_file()), sep="\n")

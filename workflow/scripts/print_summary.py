"""What a run ends with on the screen: the accuracy table, and the paths worth opening."""

import sys
from pathlib import Path

WORTH_OPENING = ("report.html", "figures/tsne.png", "figures/professionals.png", "figures/training.png", "tables/coverage.csv")

if __name__ == "__main__":
    results = Path(sys.argv[1])
    accuracy = results / "tables/accuracy.md"
    if accuracy.is_file():
        print(f"\n{accuracy.read_text().strip()}")
    print("\nWorth opening:")
    for path in map(results.joinpath, WORTH_OPENING):
        if path.is_file():
            print(f"  {path}")
    pages = sorted((results / "runners").glob("*/report.html"))
    if pages:
        print(f"  {pages[0]} (and {len(pages) - 1} more)" if len(pages) > 1 else f"  {pages[0]}")

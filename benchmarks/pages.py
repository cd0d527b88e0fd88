"""How large the pages of a finished study are, how soon they are ready, how smoothly they scroll.

    .venv/bin/python benchmarks/pages.py [results]

Chromium opens each page from the disk, three times with an empty cache, in a window of 1300 x 900.
Ready: two frames were painted after the load event, all scripts have run. Scrolled: through the
whole page, and through the roster of the map, by 1,200 px a second for 3 s. A study of the
published size is made by benchmarks/published_size.py.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "workflow")]

from runform.present.pages import find_browser  # noqa: E402

TRIES, STUDY_MB, CLIP_MB, READY_S = 3, 15, 8, 2.0
SCROLLED = {"report.html": ("page",), "map.html": ("page", ".roster")}
# Time from the start of the navigation until a second frame was painted after the load event, ms.
PAINTED = """() => new Promise((done) => {
    const two = () => requestAnimationFrame(() => requestAnimationFrame(() => done(
        performance.now())));
    document.readyState === "complete" ? two() : addEventListener("load", two);
})"""
# Times between frames while a box scrolls down, and back up from its end, ms.
GAPS = """(selector) => new Promise((done) => {
    const box = selector === "page" ? document.scrollingElement : document.querySelector(selector);
    const gaps = [], start = performance.now();
    let last = start, down = 1;
    const step = (now) => {
        gaps.push(now - last);
        const before = box.scrollTop;
        box.scrollTop += down * 1.2 * (now - last);
        if (box.scrollTop === before && now > last) down = -down;
        last = now;
        now - start < 3000 ? requestAnimationFrame(step) : done(gaps.slice(2));
    };
    requestAnimationFrame(step);
})"""


def opened(kind, file: Path) -> tuple[float, dict[str, list[float]]]:
    """Time until the page is ready, s, and for each scrolled box the times between frames, ms."""
    with tempfile.TemporaryDirectory() as profile:
        context = kind.launch_persistent_context(
            profile,
            executable_path=find_browser(),
            args=["--no-sandbox"],
            viewport={"width": 1300, "height": 900},
        )
        page: Page = context.new_page()
        page.goto(file.resolve().as_uri(), wait_until="commit")
        ready_s = page.evaluate(PAINTED) / 1000
        gaps_ms = {box: page.evaluate(GAPS, box) for box in SCROLLED[file.name]}
        context.close()
    return ready_s, gaps_ms


def row(kind, file: Path) -> str:
    """A row of the table: one page of the study."""
    visits = [opened(kind, file) for _ in range(TRIES)]
    readys_s = sorted(ready_s for ready_s, _ in visits)
    size_mb = file.stat().st_size / 1e6
    smooth = []
    for box in SCROLLED[file.name]:
        gaps_ms = [gap for _, gaps in visits for gap in gaps[box]]
        late = sum(gap > 50 for gap in gaps_ms) / len(gaps_ms)
        smooth.append(
            f"{box.lstrip('.')}: {median(gaps_ms):.0f} ms a frame, longest {max(gaps_ms):.0f},"
            f" {100 * late:.1f} % over 50"
        )
    met = size_mb <= STUDY_MB and readys_s[-1] <= READY_S
    cells = (
        file.name, f"{size_mb:.2f} MB", f"{readys_s[0]:.2f} to {readys_s[-1]:.2f} s",
        "; ".join(smooth), "met" if met else "missed",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", nargs="?", type=Path, default=ROOT / "results")
    results = parser.parse_args().results
    head = ("page", "size", "ready after", "scrolled", f"asked: {STUDY_MB} MB, {READY_S:g} s")
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    with sync_playwright() as playwright:
        for name in SCROLLED:
            print(row(playwright.chromium, results / name), flush=True)
    folders = [page.parent for page in (results / "runners").glob("*/report.html")]
    sizes_mb = sorted(
        sum(file.stat().st_size for file in folder.iterdir()) / 1e6 for folder in folders
    )
    if sizes_mb:
        print(
            f"\nPages of {len(sizes_mb)} clips with films: {sizes_mb[0]:.2f} to"
            f" {sizes_mb[-1]:.2f} MB ({CLIP_MB} asked)."
        )


if __name__ == "__main__":
    main()

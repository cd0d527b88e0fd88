"""What a run ends with on the screen: print_summary.py results: tables and paths; with one video:
its page; with two videos or clips of the manifest: the page that compares them. On request it
writes such a page as a PDF (--pdf), and as one file with its films inside (--single-file).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.errors import InputError
from runform.files import read_json
from runform.manifest import clip_of_video, read_manifest
from runform.present.pages import write_pdf, write_single_file
from runform.sequence import OK
from runform.settings import read_config

WORTH_OPENING = (
    "report.html",
    "figures/tsne.png",
    "figures/professionals.png",
    "figures/training.png",
    "tables/coverage.csv",
)
COPIES = {"pdf": ("report.pdf", write_pdf), "single_file": ("single_file.html", write_single_file)}


def clip_ids(names: list[str], configs: list[Path], manifest: str | None) -> list[str]:
    """The clips that these videos or ids became, as the rules name them."""
    config = read_config(configs)
    rows = read_manifest(manifest or config["manifest"], tuple(config["deficiencies"]))
    taken = [clip.clip for clip in rows]
    ids = {name: name for name in names if len(names) > 1 and name in taken}
    for name in names:
        if name not in ids:
            ids[name] = clip_of_video(name, taken).clip
            taken.append(ids[name])
    return [ids[name] for name in names]


def write_copies(page: Path, kinds: Sequence[str]) -> list[Path]:
    """Copies of a page to hand on, beside it; a line on the screen for one that cannot be had."""
    copies = []
    for kind in kinds:
        path, write = COPIES[kind]
        try:
            write(page, page.with_name(path))
            copies.append(page.with_name(path))
        except InputError as error:
            print(f"runform: {error}", file=sys.stderr)
    return copies


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("videos", nargs="*")
    parser.add_argument("--config", type=Path, nargs="+", default=[Path("config/config.yaml")])
    parser.add_argument("--manifest")
    for kind in COPIES:
        parser.add_argument(f"--{kind.replace('_', '-')}", action="store_true")
    arguments = parser.parse_args()
    results = arguments.results
    asked = [kind for kind in COPIES if getattr(arguments, kind)]
    missed = False
    if arguments.videos:
        clips = clip_ids(arguments.videos, arguments.config, arguments.manifest)
        folder = "runners" if len(clips) == 1 else "comparisons"
        page = results.joinpath(folder, *clips, "report.html")
        paths = [page, *write_copies(page, asked)]
        missed = len(paths) <= len(asked)
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
    sys.exit(missed)

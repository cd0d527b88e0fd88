"""Draw docs/rules.svg (`make docs`): the stages, their rules, and which stage reads which.

Stages and rules are read from workflow/rules, the arrows from Snakemake's graph of a study that has
a clip of every kind.
"""

import re
import subprocess
import sys
import tempfile
import textwrap
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.files import write_text

REPOSITORY = Path(__file__).parents[2]
# url, sets, keypoints, fps, width_px, height_px, overstriding
CLIPS = {
    "a": ("simulated:seed=1", "corpus", "", "", "", "", ""),
    "b": ("https://example.org/b.mp4", "labelled", "", "", "", "", "yes"),
    "c": ("c.mp4", "labelled", "", "", "", "", "no"),
    "d": ("", "professional", "d.npz", "30", "640", "480", ""),
}
COLUMNS = ("clip", "url", "sets", "keypoints", "fps", "width_px", "height_px", "overstriding")
TARGETS = ("all", "export", "share_study", "results/tables/accuracy_by_feature_set.md")
# Column and top (px) of each box; its height follows from its lines.
BOXES = {
    "simulate": (0, 20), "acquire": (0, 214), "pose": (1, 140), "gait": (2, 20),
    "encoder": (2, 246), "fewshot": (3, 106), "present": (4, 66),
}  # fmt: skip
COLOURS = {
    "simulate": "#e8e2f4", "acquire": "#dcebf7", "pose": "#dbf1ec", "gait": "#e6f2d7",
    "encoder": "#fdf0d0", "fewshot": "#fbe3d3", "present": "#f6dde4",
}  # fmt: skip
# The main file that a stage hands on, in results/.
FILES = {
    "simulate": "videos/<source>.mp4", "acquire": "clips/<clip>.mp4", "pose": "pose/<clip>.npz",
    "gait": "gait/<clip>.json", "encoder": "embeddings.npz", "fewshot": "tables/*.csv",
    "present": "report.html",
}  # fmt: skip
# Arrows over more than one column run below the boxes (at these heights, px), or straight across.
LANES = {"acquire": 488, "pose": 508}
STRAIGHT = {"gait": 88, "encoder": 342}
WIDTH, GAP, LEFT, LINE, PAD, PAGE_HEIGHT = 194, 54, 10, 16, 12, 524
FONT = "font-family='Helvetica, Arial, sans-serif'"
HEAD = (
    "<defs><marker id='head' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='7' markerHeight='7' "
    "orient='auto-start-reverse'><path d='M0 0L8 4L0 8z' fill='#5a6068'/></marker></defs>"
)


def stage_texts() -> dict[str, tuple[str, list[str], set[str]]]:
    """Stage -> what its file says it is for, its rules, and how the names of rules begin."""
    stages = {}
    for stage in BOXES:
        text = (REPOSITORY / f"workflow/rules/{stage}.smk").read_text()
        about = re.match(r'"""(.*?)\.?"""', text, re.DOTALL)[1]
        # A rule for each figure is named by an f-string.
        names = re.findall(r'^rule (\w+):|^ +f"(\w+_)\{(\w+)\}"$', text, re.M)
        rules = [rule or f"{prefix}<{each}>" for rule, prefix, each in names]
        variants = re.findall(r"^use rule \w+ as (\w+)", text, re.M)
        stages[stage] = about, rules, {*(rule.partition("<")[0] for rule in rules), *variants}
    return stages


def rule_graph() -> list[tuple[str, str]]:
    """Pairs of rules, of which the second reads what the first writes."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("c.mp4", "d.npz"):
            (Path(folder) / name).touch()
        rows = [COLUMNS, *((clip, *cells) for clip, cells in CLIPS.items())]
        (Path(folder) / "manifest.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))
        (Path(folder) / "config").symlink_to(REPOSITORY / "config")
        command = [sys.executable, "-m", "snakemake", "--snakefile", REPOSITORY / "Snakefile"]
        command += ["--rulegraph", "dot", *TARGETS, "--config", "manifest=manifest.tsv"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    names = dict(re.findall(r'^\s*(\d+)\[label = "(\w+)"', done.stdout, re.M))
    edges = re.findall(r"^\s*(\d+) -> (\d+)", done.stdout, re.M)
    return [(names[one], names[other]) for one, other in edges]


def stage_edges(stages) -> list[tuple[str, str]]:
    """Pairs of stages, of which the second reads what the first writes."""
    of_rule = {name: stage for stage, (_, _, names) in stages.items() for name in names}

    def stage_of(rule: str) -> str | None:
        return of_rule.get(rule) or of_rule.get(rule.partition("_")[0] + "_")

    pairs = {(stage_of(one), stage_of(other)) for one, other in rule_graph()}
    return sorted((one, other) for one, other in pairs if one and other and one != other)


class Box:
    """Where a stage stands, and the lines of text in it."""

    def __init__(self, stage: str, about: str, rules: list[str]):
        column, self.top = BOXES[stage]
        self.stage, self.column = stage, column
        self.left = LEFT + column * (WIDTH + GAP)
        self.right = self.left + WIDTH
        self.about, self.rules = textwrap.wrap(about, 30), rules
        lines = 1 + len(self.about) + len(rules) + 1
        self.bottom = self.top + 2 * PAD + LINE * lines + 12
        self.middle = (self.top + self.bottom) // 2

    def drawn(self) -> list[str]:
        """The box as SVG: its name, what it is for, its rules, the file it hands on."""
        height = self.bottom - self.top
        parts = [
            f"<rect x='{self.left}' y='{self.top}' width='{WIDTH}' height='{height}' rx='8' "
            f"fill='{COLOURS[self.stage]}' stroke='#8a929c'/>"
        ]
        styles = [("font-size='16' font-weight='bold'", [self.stage])]
        styles += [("font-size='12' fill='#3c434b'", self.about)]
        styles += [("font-size='12' font-family='monospace'", self.rules)]
        styles += [("font-size='12' font-weight='bold'", [f"→ {FILES[self.stage]}"])]
        y = self.top + PAD + LINE - 3
        for style, lines in styles:
            for line in lines:
                parts.append(f"<text x='{self.left + PAD}' y='{y}' {style}>{escape(line)}</text>")
                y += LINE
            y += 4
        return parts


def arrow(one: Box, other: Box) -> str:
    """An arrow from the box that writes to the box that reads."""
    if one.column == other.column:
        x = (one.left + one.right) // 2
        path = f"M{x} {one.bottom}V{other.top - 2}"
    elif other.column == one.column + 1:
        middle = (one.right + other.left) // 2
        path = f"M{one.right} {one.middle}H{middle}V{other.middle}H{other.left - 2}"
    elif one.stage in STRAIGHT:
        path = f"M{one.right} {STRAIGHT[one.stage]}H{other.left - 2}"
    else:
        # Side by side where several lanes meet at a box.
        shift = 12 * (1 + sorted(LANES).index(one.stage))
        x, y = one.left + WIDTH // 2, LANES[one.stage]
        path = f"M{x} {one.bottom}V{y}H{other.left + 2 * shift}V{other.bottom + 2}"
    style = "fill='none' stroke='#5a6068' stroke-width='1.5' stroke-linejoin='round'"
    return f"<path d='{path}' {style} marker-end='url(#head)'/>"


def diagram() -> str:
    """The picture as SVG."""
    stages = stage_texts()
    boxes = {stage: Box(stage, about, rules) for stage, (about, rules, _) in stages.items()}
    width = max(box.right for box in boxes.values()) + LEFT
    title = "The stages of the workflow, the rules of each, and which stage reads which."
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{PAGE_HEIGHT}' "
        f"viewBox='0 0 {width} {PAGE_HEIGHT}' role='img' aria-label='{title}' {FONT}>",
        HEAD,
        f"<rect width='{width}' height='{PAGE_HEIGHT}' fill='#ffffff'/>",
        *(arrow(boxes[one], boxes[other]) for one, other in stage_edges(stages)),
        *(part for box in boxes.values() for part in box.drawn()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    write_text(sys.argv[1] if len(sys.argv) > 1 else REPOSITORY / "docs/rules.svg", diagram())

"""Legend: colours as sRGB (3,) in 0..1; Lab as CIE L*a*b*."""

import re
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from runform.present import drawing, figure_style
from runform.present.figure_style import message_figure, new_panels

REPOSITORY = Path(__file__).parents[3]
COLOURS = {
    name: np.array(to_rgb(value))
    for name, value in vars(figure_style).items()
    if isinstance(value, str) and value.startswith("#")
} | {"left side": np.array(drawing.LEFT_RGB) / 255, "right side": np.array(drawing.RIGHT_RGB) / 255}
TOGETHER = (
    ("YES", "NO", "UNLABELLED"),
    ("GAIT", "ENCODER", "GAIT_AND_ENCODER", "BASELINE"),
    ("left side", "right side"),
    ("SERIES", "SERIES_FAINT"),
)
ON_PAGES = ("left", "right", "flag", "watch", "fine", "link", "ink")
# Linear RGB as seen without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1).
EYES = {
    "all cones": np.eye(3),
    "no red cone": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "no green cone": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "no blue cone": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def lab(colour, eye=EYES["all cones"]) -> np.ndarray:
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    visible = np.clip(np.array(eye) @ linear, 0, 1)
    srgb = np.where(visible <= 0.0031308, visible * 12.92, 1.055 * visible ** (1 / 2.4) - 0.055)
    return cv2.cvtColor(np.float32([[srgb]]), cv2.COLOR_RGB2Lab)[0, 0]


def difference(one: str, other: str, eye=EYES["all cones"]) -> float:
    """CIE 1976 colour difference of two meanings."""
    return float(np.linalg.norm(lab(COLOURS[one], eye) - lab(COLOURS[other], eye)))


def test_no_two_meanings_share_a_colour():
    just_visible = 2.3
    same = [pair for pair in combinations(COLOURS, 2) if difference(*pair) < 2 * just_visible]
    assert same == []


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("meanings", TOGETHER, ids=lambda names: "-".join(names))
def test_meanings_of_one_figure_differ_for_colour_blind_readers(meanings, eye):
    for pair in combinations(meanings, 2):
        assert difference(*pair, EYES[eye]) > 20, pair


def test_no_other_module_of_figures_names_a_colour_for_a_meaning():
    """Colours of lines without a meaning (frames) may be grey."""
    for file in (REPOSITORY / "workflow/runform/present").glob("*.py"):
        if file.name != "figure_style.py":
            for colour in re.findall('"(#[0-9A-Fa-f]{6})"', file.read_text()):
                red, green, blue = to_rgb(colour)
                assert red == green == blue, f"{file.name}: {colour}"


def test_panels_have_titles_and_fill_a_column_or_a_page(tmp_path):
    with new_panels(["a"], row_in=1.0, margin_in=0.5) as (figure, panels):
        assert len(panels) == 1
        assert tuple(figure.get_size_inches()) == (figure_style.COLUMN_IN, 1.5)
    with new_panels(list("abcd"), row_in=1.0, margin_in=0.5) as (figure, panels):
        assert [panel.get_title(loc="left") for panel in panels] == list("abcd")
        assert tuple(figure.get_size_inches()) == (figure_style.PAGE_IN, 2.5)


def test_a_message_becomes_a_figure(tmp_path):
    message_figure("nothing to draw", tmp_path / "a.png", tmp_path / "a.pdf")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_two_meanings_share_a_colour_on_a_page(scheme):
    css = (REPOSITORY / "resources/pages/page.css").read_text()
    root = re.findall(r":root \{([^}]*)\}", css)[scheme == "dark"]
    variables = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", root))
    named = {name: lab(np.array(to_rgb(variables[name]))) for name in ON_PAGES}
    for one, other in combinations(ON_PAGES, 2):
        assert np.linalg.norm(named[one] - named[other]) > 20, (one, other)

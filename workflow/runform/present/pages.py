"""HTML pages that stand alone: one file with its style and pictures inside, everything from outside
escaped.
"""

import base64
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from runform.files import write_text
from runform.present.words import count, interval, number, p_value, percent, readable

TEMPLATES = (
    "resources/pages/page.html.j2",
    "resources/pages/charts.html.j2",
    "resources/pages/runner.html.j2",
    "resources/pages/study.html.j2",
    "resources/pages/page.css",
)
_TYPES = {".png": "image/png", ".jpg": "image/jpeg"}


def page_environment() -> Environment:
    """Jinja with autoescape on for every template and an error for every unknown name."""
    root = Path(__file__).parents[3]
    sources = {Path(name).name: (root / name).read_text(encoding="utf-8") for name in TEMPLATES}
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "readable": readable,
        "percent": percent,
        "interval": interval,
        "p_value": p_value,
        "count": count,
        "number": number,
    }
    return environment


def write_page(template: str, path: str | Path, **content) -> None:
    """Render `template` (a file name of `TEMPLATES`) with `content` and write it to `path`."""
    write_text(path, page_environment().get_template(template).render(**content))


def image_uri(path: str | Path) -> Markup:
    """A PNG or JPEG file as a `data:` address."""
    path = Path(path)
    return data_uri(path.read_bytes(), _TYPES[path.suffix])


def data_uri(content: bytes, mime: str) -> Markup:
    """Bytes as a `data:` address; base64 holds nothing that HTML would read as markup."""
    return Markup(f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}")

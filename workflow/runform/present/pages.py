"""HTML pages that stand alone: one file with its style, scripts and pictures inside, everything
from outside escaped. A page's content security policy allows its own style and scripts, named by
their hashes, and films beside it: nothing that stood in a name or a note could ever run.
"""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from runform.files import write_text
from runform.present.words import count, interval, number, p_value, percent, readable
from runform.provenance import project_version

TEMPLATES = (
    "resources/pages/page.html.j2",
    "resources/pages/charts.html.j2",
    "resources/pages/runner.html.j2",
    "resources/pages/study.html.j2",
    "resources/pages/page.css",
)
STYLE = "page.css"
ROOT = Path(__file__).parents[3]
_TYPES = {".png": "image/png", ".jpg": "image/jpeg"}


def page_environment() -> Environment:
    """Jinja with autoescape on for every template and an error for every unknown name."""
    sources = {Path(name).name: _text(name) for name in TEMPLATES}
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


def write_page(
    template: str, path: str | Path, style: str = "", scripts: Sequence[str] = (), **content
) -> None:
    """Render `template` with `content` and write it to `path`.

    template: a file name of `TEMPLATES`, or a path below the repository.  style: more CSS, made
    from numbers only.  scripts: paths of JavaScript files below the repository, which run in this
    order when the page has been read.
    """
    environment = page_environment()
    sheets = [environment.loader.get_source(environment, STYLE)[0], *([style] if style else [])]
    programs = [_text(script) for script in scripts]
    page = (
        environment.get_template(template)
        if template in environment.list_templates()
        else environment.from_string(_text(template))
    )
    text = page.render(
        policy=content_policy(sheets, programs),
        styles=[Markup(sheet) for sheet in sheets],
        scripts=[Markup(program) for program in programs],
        version=project_version(),
        **content,
    )
    write_text(path, text.replace("\0", "\ufffd"))


def content_policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """The policy of a page that holds these styles and scripts: no other one applies or runs, and
    nothing is fetched but films from files.
    """
    lines = {
        "default-src": "'none'",
        "script-src": _hashes(scripts),
        "style-src": _hashes(styles),
        "img-src": "data:",
        "media-src": "'self' file:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in lines.items())


def _hashes(texts: Sequence[str]) -> str:
    digests = [hashlib.sha256(text.encode("utf-8")).digest() for text in texts]
    return " ".join(f"'sha256-{base64.b64encode(d).decode('ascii')}'" for d in digests) or "'none'"


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def image_uri(path: str | Path) -> Markup:
    """A PNG or JPEG file as a `data:` address."""
    path = Path(path)
    return data_uri(path.read_bytes(), _TYPES[path.suffix])


def data_uri(content: bytes, mime: str) -> Markup:
    """Bytes as a `data:` address; base64 holds nothing that HTML would read as markup."""
    return Markup(f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}")

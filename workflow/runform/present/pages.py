"""HTML pages that stand alone: one file with its style, scripts and pictures inside, everything
from outside escaped. A page's content security policy allows its own style and scripts, named by
their hashes, and films beside it: nothing that stood in a name or a note could ever run.

A page can be handed on as one file that holds its films too, or as a PDF.
"""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from runform.errors import InputError
from runform.files import write_text, written_aside
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
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".mp4": "video/mp4"}
FILMS_BESIDE, FILMS_INSIDE = "'self' file:", "data:"
# Browsers that print without a window, by their names on the PATH, and where macOS has them.
BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PRINTING_S = 300  # a browser that takes longer hangs


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
    # A browser reads no NaN: the page would stay empty.
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "allow_nan": False}
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
        "media-src": FILMS_BESIDE,
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in lines.items())


def _hashes(texts: Sequence[str]) -> str:
    digests = [hashlib.sha256(text.encode("utf-8")).digest() for text in texts]
    return " ".join(f"'sha256-{base64.b64encode(d).decode('ascii')}'" for d in digests) or "'none'"


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def write_single_file(page: str | Path, path: str | Path) -> None:
    """Write `page`, of `write_page`, to `path` with its films inside. Its policy allows no other
    film then, and what linked to a page beside it is plain text.
    """
    page = Path(page)
    text = page.read_text(encoding="utf-8")
    beside, inside = (escape(f"media-src {films};") for films in (FILMS_BESIDE, FILMS_INSIDE))
    text = text.replace(beside, inside, 1)
    text = re.sub(r'<a href="(?!#|https?:)[^"]*">(.*?)</a>', r"\1", text)
    text = re.sub(
        r'(<video src=")([^"#]+)',
        lambda video: f"{video[1]}{file_uri(page.parent / video[2])}",
        text,
    )
    write_text(path, text)


def write_pdf(page: str | Path, path: str | Path) -> None:
    """Print `page` to `path` by an installed browser. InputError where there is none."""
    program = find_browser()
    if not program:
        raise InputError(
            "PDF: no browser is installed: expected chromium or google-chrome; any other browser "
            f"prints {page} from its menu"
        )
    # Chromium's sandbox cannot start as root; the page's own policy holds either way.
    options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with written_aside(path) as aside, tempfile.TemporaryDirectory() as profile:
        command = [
            *(program, "--headless", "--disable-gpu", "--no-pdf-header-footer", *options),
            *(f"--user-data-dir={profile}", f"--print-to-pdf={aside.resolve()}"),
            Path(page).resolve().as_uri(),
        ]
        try:
            subprocess.run(command, capture_output=True, check=True, timeout=PRINTING_S)
        except subprocess.TimeoutExpired:
            raise InputError(f"PDF: {program} printed for {PRINTING_S} s without an end") from None
        except subprocess.CalledProcessError as error:
            status = f"it ended with {error.returncode}"
            raise InputError(f"PDF: {program} did not print {page}: {status}") from None
        if not aside.is_file():
            raise InputError(f"PDF: {program} did not print {page}: it wrote no file")


def find_browser() -> str:
    """A browser that can print without a window; empty where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), "")


def file_uri(path: str | Path) -> Markup:
    """A picture or film as a `data:` address."""
    path = Path(path)
    return data_uri(path.read_bytes(), _TYPES[path.suffix])


def data_uri(content: bytes, mime: str) -> Markup:
    """Bytes as a `data:` address; base64 holds nothing that HTML would read as markup."""
    return Markup(f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}")

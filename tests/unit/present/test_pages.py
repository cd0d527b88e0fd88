import base64
import hashlib
import html
import json
import re

import pytest
from jinja2 import UndefinedError
from PIL import Image

from runform.errors import InputError
from runform.present.pages import (
    ROOT,
    content_policy,
    data_uri,
    file_uri,
    find_browser,
    page_environment,
    write_page,
    write_pdf,
    write_single_file,
)
from runform.provenance import project_version


def test_content_is_escaped_and_an_unknown_name_is_an_error():
    template = page_environment().from_string("{{ text }}")
    assert template.render(text="<b>") == "&lt;b&gt;"
    with pytest.raises(UndefinedError):
        template.render()


def test_a_page_says_which_version_made_it(tmp_path):
    write_page("page.html.j2", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert f'<meta name="generator" content="runform {project_version()}">' in page
    assert f"Made with runform {project_version()}." in page


def test_numbers_are_formatted_by_filters():
    words = "{{ 0.5 | percent }}, {{ -1 | number(1) }}, {{ 'low_cadence' | readable }}"
    assert page_environment().from_string(words).render() == "50.0 %, −1.0, low cadence"


def test_files_become_data_addresses(tmp_path):
    assert data_uri(b"abc", "image/jpeg") == "data:image/jpeg;base64,YWJj"
    Image.new("RGB", (2, 2)).save(tmp_path / "a.png")
    kind, content = file_uri(tmp_path / "a.png").split(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content) == (tmp_path / "a.png").read_bytes()


def written(tmp_path, **more):
    write_page("resources/pages/label.html.j2", tmp_path / "p.html", **LABEL_PAGE | more)
    return (tmp_path / "p.html").read_text(encoding="utf-8")


LABEL_PAGE = {
    "name": "m.tsv", "deficiencies": [], "clips": [], "order": "", "said": "",
    "study": {}, "scripts": ["resources/pages/manifest_text.js"], "style": ".film { --tall: 0.5; }",
}  # fmt: skip


def test_the_policy_names_each_style_and_script_of_the_page_by_its_hash(tmp_path):
    page = written(tmp_path)
    policy = html.unescape(re.search(r'Security-Policy" content="([^"]*)"', page)[1])
    lines = dict(line.split(" ", 1) for line in policy.split("; "))
    texts = {
        "style-src": re.findall(r"<style>(.*?)</style>", page, re.DOTALL),
        "script-src": re.findall(r"<script>(.*?)</script>", page, re.DOTALL),
    }
    assert [len(of) for of in texts.values()] == [2, 1]
    for kind, of in texts.items():
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in of]
        assert lines[kind].split() == [f"'sha256-{digest}'" for digest in digests]
    assert lines["default-src"] == "'none'"
    assert "unsafe" not in policy


def test_a_number_that_no_browser_reads_is_refused(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        written(tmp_path, study={"value": float("nan")})


def test_a_page_without_scripts_runs_none():
    assert "script-src 'none'" in content_policy(["a {}"], [])


def test_hostile_text_neither_runs_nor_ends_the_data(tmp_path):
    hostile = "</script><script>alert(1)</script>\"'\0\u202e"
    page = written(tmp_path, name=hostile, study={"text": hostile})
    assert "<script>alert" not in page
    assert "\0" not in page
    data = re.search(r'id="study">(.*?)</script>', page, re.DOTALL)[1]
    assert json.loads(data) == {"text": hostile}


COMPARE_PAGE = {
    "clips": ["a", "b <script>"], "films": ["before.mp4", ""], "foot": "", "headline": "",
    "rows": [], "points": [], "cautions": [], "missing": [], "without": [],
    "charts": [], "study": {}, "days": ["", ""], "pages": ["", ""],
}  # fmt: skip


def compared(tmp_path):
    (tmp_path / "before.mp4").write_bytes(b"a film")
    page = tmp_path / "report.html"
    write_page("resources/pages/compare.html.j2", page, **COMPARE_PAGE)
    return page


def test_one_file_holds_its_films_and_asks_for_no_other(tmp_path):
    page = compared(tmp_path)
    linked = page.read_text().replace("<h1>", '<a href="../x.html">x</a><a href="#y">y</a><h1>')
    page.write_text(linked)
    write_single_file(page, tmp_path / "one.html")
    text = (tmp_path / "one.html").read_text()
    film = base64.b64encode(b"a film").decode()
    assert re.findall(r'src="([^"]*)"', text) == [f"data:video/mp4;base64,{film}"]
    policies = [
        html.unescape(re.search(r'Security-Policy" content="([^"]*)"', of)[1])
        for of in (page.read_text(), text)
    ]
    assert policies[1] == policies[0].replace("media-src 'self' file:", "media-src data:")
    assert policies[1] != policies[0]
    assert re.findall(r"<a .*?</a>", text) == ['<a href="#y">y</a>'] and "x<a" in text


def test_a_page_is_printed_by_a_browser(tmp_path):
    if not find_browser():
        pytest.skip("no page is printed: apt-get install chromium")
    write_pdf(compared(tmp_path), tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        *("before.mp4", "report.html", "report.pdf")
    ]


def test_a_browser_that_is_missing_or_fails_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    if find_browser():
        pytest.skip("this machine has a browser that is not found by the PATH")
    with pytest.raises(InputError, match=r"^PDF: no browser is installed: expected chromium"):
        write_pdf(compared(tmp_path), tmp_path / "report.pdf")
    (tmp_path / "chromium").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "chromium").chmod(0o755)
    with pytest.raises(InputError, match=r"did not print .*report.html: it ended with 3$"):
        write_pdf(compared(tmp_path), tmp_path / "report.pdf")
    assert not list(tmp_path.glob("*.pdf"))


def test_no_page_has_inline_style_or_handlers():
    for file in (ROOT / "resources/pages").glob("*.j2"):
        assert not re.search(r"\s(style|on\w+)=", file.read_text()), file.name

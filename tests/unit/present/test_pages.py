import base64
import hashlib
import html
import json
import re

import pytest
from jinja2 import UndefinedError
from PIL import Image

from runform.present.pages import (
    ROOT,
    content_policy,
    data_uri,
    image_uri,
    page_environment,
    write_page,
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
    kind, content = image_uri(tmp_path / "a.png").split(",")
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


def test_a_page_without_scripts_runs_none():
    assert "script-src 'none'" in content_policy(["a {}"], [])


def test_hostile_text_neither_runs_nor_ends_the_data(tmp_path):
    hostile = "</script><script>alert(1)</script>\"'\0\u202e"
    page = written(tmp_path, name=hostile, study={"text": hostile})
    assert "<script>alert" not in page
    assert "\0" not in page
    data = re.search(r'id="study">(.*?)</script>', page, re.DOTALL)[1]
    assert json.loads(data) == {"text": hostile}


def test_no_page_has_inline_style_or_handlers():
    for file in (ROOT / "resources/pages").glob("*.j2"):
        assert not re.search(r"\s(style|on\w+)=", file.read_text()), file.name

import base64

import pytest
from jinja2 import UndefinedError
from PIL import Image

from runform.present.pages import data_uri, image_uri, page_environment


def test_content_is_escaped_and_an_unknown_name_is_an_error():
    template = page_environment().from_string("{{ text }}")
    assert template.render(text="<b>") == "&lt;b&gt;"
    with pytest.raises(UndefinedError):
        template.render()


def test_numbers_are_formatted_by_filters():
    words = "{{ 0.5 | percent }}, {{ -1 | number(1) }}, {{ 'low_cadence' | readable }}"
    assert page_environment().from_string(words).render() == "50.0 %, −1.0, low cadence"


def test_files_become_data_addresses(tmp_path):
    assert data_uri(b"abc", "image/jpeg") == "data:image/jpeg;base64,YWJj"
    Image.new("RGB", (2, 2)).save(tmp_path / "a.png")
    kind, content = image_uri(tmp_path / "a.png").split(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content) == (tmp_path / "a.png").read_bytes()

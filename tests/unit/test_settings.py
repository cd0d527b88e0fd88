from pathlib import Path

import pytest
import yaml

from runform.errors import InputError
from runform.settings import check_settings, describe_settings

REPOSITORY = Path(__file__).parents[2]
SCHEMA = yaml.safe_load("""
type: object
additionalProperties: false
required: [seed]
properties:
  seed: {type: integer, minimum: 0}
  pose:
    type: object
    additionalProperties: false
    properties:
      model: {enum: [blazepose, rtmpose]}
      min_score: {type: number, maximum: 1}
""")


def faults(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        check_settings(yaml.safe_load(text), SCHEMA, [path])
    return str(caught.value).replace(f"{tmp_path}/", "").split("\n")


def test_a_good_config_passes():
    check_settings({"seed": 1, "pose": {"model": "blazepose"}}, SCHEMA, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "seed: 1\npose:\n  modle: x\n",
            'config.yaml:3: pose.modle: "modle": expected a known key (did you mean model?)',
        ),
        ("pose: {}\nseed: x\n", 'config.yaml:2: seed: "x": expected a whole number'),
        ("seed: -1\n", "config.yaml:1: seed: -1: expected a number of at least 0"),
        (
            "seed: 1\npose:\n\n  min_score: 2\n",
            "config.yaml:4: pose.min_score: 2: expected a number of at most 1",
        ),
        (
            "seed: 1\npose: {model: yolo}\n",
            'config.yaml:2: pose.model: "yolo": expected one of blazepose, rtmpose',
        ),
        ("pose: {}\n", 'config: "seed": expected the key seed, which is missing'),
    ],
)
def test_one_line_per_fault(tmp_path, text, expected):
    (line,) = faults(tmp_path, text)
    assert expected in line


def test_a_value_from_the_command_line_is_named_so(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("seed: 1\n")
    with pytest.raises(InputError, match=r'^--config: nonsense: "nonsense"'):
        check_settings({"seed": 1, "nonsense": 2}, SCHEMA, [path])


def test_the_table_of_keys():
    table = describe_settings(
        "seed: 16  # of everything\npose:\n  # which network\n  # looks\n  model: blazepose\n"
    )
    assert "| `seed` | `16` | of everything |" in table
    assert '| `pose.model` | `"blazepose"` | which network looks |' in table


def test_the_table_in_the_readme_is_that_of_the_config_and_every_key_has_a_meaning():
    table = describe_settings(
        (REPOSITORY / "config/config.yaml").read_text(), without=("deficiencies",)
    )
    assert table in (REPOSITORY / "config/README.md").read_text(), "run make docs"
    assert not [row for row in table.split("\n") if row.endswith("|  |")]


def test_the_schema_knows_every_key_of_the_config():
    schema = yaml.safe_load((REPOSITORY / "workflow/schemas/config.schema.yaml").read_text())
    check_settings(yaml.safe_load((REPOSITORY / "config/config.yaml").read_text()), schema, [])

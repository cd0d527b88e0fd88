from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config

from runform.errors import InputError
from runform.settings import (
    check_settings,
    commented_config,
    keys_of,
    read_config,
    rule_table,
    settings_table,
)

REPOSITORY = Path(__file__).parents[2]
SCHEMA = yaml.safe_load("""
type: object
additionalProperties: false
properties:
  seed: {description: of everything, type: integer, minimum: 0, default: 16}
  pose:
    description: keypoints
    type: object
    additionalProperties: false
    properties:
      model: {description: which network, enum: [blazepose, rtmpose], default: blazepose}
      min_score: {description: "0..1", type: number, maximum: 1, default: 0.3}
      sizes: {description: px, type: array, items: {type: integer}, default: [1, 2]}
""")


def faults(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        check_settings(yaml.safe_load(text), SCHEMA, [path])
    return str(caught.value).replace(f"{tmp_path}/", "").split("\n")


def test_files_are_merged_as_snakemake_does_it(tmp_path):
    texts = (
        "seed: 1\npose: {model: blazepose, people: {a: 1, b: 2}}\n",
        "",
        "pose: {people: {b: 3}}",
    )
    files = [tmp_path / f"{number}.yaml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    merged = {"seed": 1, "pose": {"model": "blazepose", "people": {"a": 1, "b": 3}}}
    assert read_config(files) == merged
    expected: dict = {}
    for file in (files[0], files[2]):
        update_config(expected, yaml.safe_load(file.read_text()))
    assert merged == expected


@pytest.mark.parametrize("text", ["- a\n", "a: [\n", "a\n", None])
def test_a_file_that_is_no_config(tmp_path, text):
    file = tmp_path / "config.yaml"
    if text:
        file.write_text(text)
    with pytest.raises(
        InputError, match=r"^[^\n]*config.yaml: [^\n]*expected a config in YAML[^\n]*$"
    ):
        read_config([file])


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


def test_what_is_missing_is_filled_in():
    config = {"pose": {"min_score": 0.5}}
    check_settings(config, SCHEMA, [])
    pose = {"model": "blazepose", "min_score": 0.5, "sizes": [1, 2]}
    assert config == {"seed": 16, "pose": pose}
    config["pose"]["sizes"].append(3)
    assert SCHEMA["properties"]["pose"]["properties"]["sizes"]["default"] == [1, 2]


def test_text_of_the_command_line_is_read_as_the_type_asked_for():
    config = {"seed": "3", "pose": {"min_score": "0.2", "sizes": ["4", "5"]}}
    check_settings(config, SCHEMA, [])
    assert config["seed"] == 3
    assert config["pose"]["min_score"] == 0.2
    assert config["pose"]["sizes"] == [4, 5]
    with pytest.raises(InputError, match=r'pose\.min_score: "much": expected a number'):
        check_settings({"pose": {"min_score": "much"}}, SCHEMA, [])


def test_the_table_of_keys():
    table = settings_table(SCHEMA)
    assert "| `seed` | `16` | of everything |" in table
    assert '| `pose.model` | `"blazepose"` | which network |' in table
    long = {"properties": {"name": {"description": "printed whole", "default": "a" * 80}}}
    assert "a" * 80 in settings_table(long)


def test_a_config_with_its_comments():
    config = {"seed": 1, "pose": {"model": "rtmpose"}}
    text = commented_config(config, SCHEMA)
    assert yaml.safe_load(text) == config
    assert "seed: 1  # of everything" in text
    assert "# keypoints\npose:\n  model: rtmpose  # which network" in text


@pytest.fixture(scope="module")
def schema():
    return yaml.safe_load((REPOSITORY / "workflow/schemas/config.schema.yaml").read_text())


def test_text_of_the_command_line_is_read_below_names_of_the_users_choice(schema):
    config = yaml.safe_load((REPOSITORY / "config/config.yaml").read_text())
    config["deficiencies"]["overstriding"]["flag"] = "0.2"
    check_settings(config, schema, [])
    assert config["deficiencies"]["overstriding"]["flag"] == 0.2


def test_every_key_has_a_default_and_a_meaning(schema):
    assert not [key for key, entry in keys_of(schema) if "default" not in entry]
    assert not [key for key, entry in keys_of(schema) if not entry.get("description")]


def test_the_config_of_the_embedded_study_is_that_of_the_schema(schema):
    config = yaml.safe_load((REPOSITORY / "config/config.yaml").read_text())
    filled = {}
    check_settings(filled, schema, [])
    assert config == filled


def test_the_documents_are_those_of_the_schema(schema):
    readme = (REPOSITORY / "config/README.md").read_text()
    text = (REPOSITORY / "config/config.yaml").read_text()
    assert settings_table(schema) in readme, "run make docs"
    rule = schema["properties"]["deficiencies"]["additionalProperties"]
    assert rule_table(rule) in readme, "run make docs"
    assert commented_config(yaml.safe_load(text), schema) in text, "run make docs"

import pytest
import yaml
from runform.faults import InputError
from runform.settings import check_settings, describe_settings

SCHEMA = yaml.safe_load("""
type: object
additionalProperties: false
required: [seed]
properties:
  seed: {type: integer, minimum: 0, description: seed of everything}
  pose:
    type: object
    additionalProperties: false
    properties:
      model: {enum: [blazepose, rtmpose], description: pose network}
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
        ("seed: 1\npose:\n  modle: x\n", 'config.yaml:3: pose.modle: "modle": expected a known key (did you mean model?)'),
        ("pose: {}\nseed: x\n", 'config.yaml:2: seed: "x": expected a whole number (seed of everything)'),
        ("seed: -1\n", "config.yaml:1: seed: -1: expected a number of at least 0 (seed of everything)"),
        ("seed: 1\npose:\n\n  min_score: 2\n", "config.yaml:4: pose.min_score: 2: expected a number of at most 1"),
        ("seed: 1\npose: {model: yolo}\n", 'config.yaml:2: pose.model: "yolo": expected one of blazepose, rtmpose (pose network)'),
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
    table = describe_settings(SCHEMA, {"seed": 16, "pose": {"model": "blazepose"}})
    assert "| `seed` | `16` | seed of everything |" in table
    assert '| `pose.model` | `"blazepose"` | pose network |' in table

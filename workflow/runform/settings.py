"""The config, checked against its schema: every fault is one line with file, line, key, value and
what was expected.

Types and limits stand in the schema, meanings and units in the comments of config/config.yaml; the
table in config/README.md is made from those.
"""

import difflib
import json
import re
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from runform.errors import InputError


def check_settings(config: dict, schema: dict, files: list[str | Path]) -> None:
    """Raise InputError, one line per fault, unless `config` fits the JSON schema `schema`.

    files: the YAML files the config was merged from, the last one winning; they are only read to
    say where a fault stands.
    """
    faults = sorted(
        {
            line
            for error in Draft202012Validator(schema).iter_errors(config)
            for line in _lines(error, files)
        }
    )
    if faults:
        raise InputError("\n".join(faults))


def _lines(error, files) -> list[str]:
    path = [str(part) for part in error.absolute_path]
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        extra = sorted(set(error.instance) - set(known))
        return [_line(files, [*path, key], key, _did_you_mean(key, known)) for key in extra]
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return [
            _line(files, path, key, f"the key {'.'.join([*path, key])}, which is missing")
            for key in missing
        ]
    return [_line(files, path, error.instance, _expected(error))]


def _line(files, path, value, expected) -> str:
    return (
        f"{_where(files, path)}: {'.'.join(path) or 'config'}: {_short(value)}: expected {expected}"
    )


def _did_you_mean(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return (
        f"a known key (did you mean {close[0]}?)" if close else f"a known key: {', '.join(known)}"
    )


def _short(value) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _expected(error) -> str:
    wanted = {
        "type": lambda value: " or ".join(
            _TYPES.get(name, name) for name in ([value] if isinstance(value, str) else value)
        ),
        "enum": lambda value: f"one of {', '.join(map(str, value))}",
        "minimum": lambda value: f"a number of at least {value}",
        "exclusiveMinimum": lambda value: f"a number above {value}",
        "maximum": lambda value: f"a number of at most {value}",
        "pattern": lambda value: f"text like {value}",
        "minItems": lambda value: f"at least {value} items",
    }
    return wanted.get(error.validator, lambda _: error.message)(error.validator_value)


_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of keys",
    "null": "null",
}


def _where(files, path) -> str:
    """`file:line` of the last file that has the key at `path`, or of its nearest parent; `--config`
    when no file has it.
    """
    for depth in range(len(path), 0, -1):
        for file in reversed(files):
            line = _line_of(Path(file), path[:depth])
            if line and (depth == len(path) or depth > 1):
                return f"{file}:{line}"
        if depth == len(path) == 1:
            return "--config"
    return str(files[-1]) if files else "--config"


def _line_of(file: Path, path: list[str]) -> int | None:
    node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    line = None
    for part in path:
        if isinstance(node, yaml.MappingNode):
            matches = [(key, value) for key, value in node.value if key.value == part]
            if not matches:
                return None
            line, node = matches[-1][0].start_mark.line + 1, matches[-1][1]
        elif isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
            node = node.value[int(part)]
            line = node.start_mark.line + 1
        else:
            return None
    return line


def describe_settings(text: str, without: tuple[str, ...] = ()) -> str:
    """The Markdown table of config/README.md from a commented config: key, value, and the comment
    on it.

    without: beginnings of keys to leave out.
    """
    lines = text.split("\n")
    rows = ["| key | default | meaning |", "| --- | --- | --- |"]
    for key, value, line in _leaves(yaml.compose(text, Loader=yaml.SafeLoader), ()):
        if not key.startswith(without):
            rows.append(f"| `{key}` | `{_short(value)}` | {_comment(lines, line)} |")
    return "\n".join(rows) + "\n"


def _leaves(node, path):
    for key, value in node.value:
        here = (*path, key.value)
        if isinstance(value, yaml.MappingNode) and value.value:
            yield from _leaves(value, here)
        else:
            yield ".".join(here), yaml.safe_load(yaml.serialize(value)), key.start_mark.line


def _comment(lines: list[str], line: int) -> str:
    """The comment at the end of a line, else the lines of comment right above it."""
    after = re.search(r"\s#\s*(.*)$", lines[line])
    if after:
        return after[1].replace("|", "\\|")
    above = []
    while line and lines[line - 1].lstrip().startswith("#"):
        line -= 1
        above.insert(0, lines[line].strip("# "))
    return " ".join(above).replace("|", "\\|")

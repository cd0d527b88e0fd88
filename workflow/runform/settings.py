"""The config, checked against its schema and completed from it.

The schema, workflow/schemas/config.schema.yaml, is the one place for each key's type, limits,
default and meaning. The comments of config/config.yaml and the table in config/README.md are
written from it.
"""

import copy
import difflib
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from runform.errors import InputError, one_line

WIDTH = 100  # columns of a written config


def read_config(files: Sequence[str | Path]) -> dict:
    """The YAML files merged as Snakemake does it: group by group, the last one winning.

    InputError for a file that cannot be read or holds no keys.
    """
    config: dict = {}
    for file in files:
        try:
            read = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise InputError(f"{file}: {one_line(str(error))}: expected a config in YAML") from None
        if not isinstance(read or {}, dict):
            raise InputError(f"{file}: expected a config in YAML, with keys at its top level")
        _merge(config, read or {})
    return config


def _merge(config: dict, above: Mapping) -> None:
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(config.get(key), dict):
            _merge(config[key], value)
        else:
            config[key] = value


def check_settings(config: dict, schema: dict, files: list[str | Path]) -> None:
    """Fill `config` in place with the defaults of the JSON schema `schema`, and check it.

    Text that reads as a value of the type asked for becomes that value: Snakemake hands over nested
    numbers of its command line as text. Raises InputError with one line per wrong key: file, line,
    key, value and what was expected.
    files: the YAML files that the config was merged from, the last one winning; they are read to
    say where a wrong value stands.
    """
    _complete(config, schema)
    errors = Draft202012Validator(schema).iter_errors(config)
    lines = sorted({line for error in errors for line in _lines(error, files)})
    if lines:
        raise InputError("\n".join(lines))


def _complete(config: dict, schema: dict) -> None:
    for key, entry in schema.get("properties", {}).items():
        if "properties" in entry:
            group = config.setdefault(key, {})
            if isinstance(group, dict):
                _complete(group, entry)
        elif "additionalProperties" in entry and isinstance(config.get(key), dict):
            # The keys of such a group are the user's to choose: the names of deficiencies.
            _complete(
                config[key],
                {"properties": dict.fromkeys(config[key], entry["additionalProperties"])},
            )
        elif key in config:
            config[key] = _typed(config[key], entry)
        elif "default" in entry:
            config[key] = copy.deepcopy(entry["default"])


def _typed(value, entry: dict):
    """`value`, or what it reads as where it is text and `entry` asks for another type."""
    if isinstance(value, list) and "items" in entry:
        return [_typed(item, entry["items"]) for item in value]
    if not isinstance(value, str) or Draft202012Validator(entry).is_valid(value):
        return value
    try:
        read = yaml.safe_load(value)
    except yaml.YAMLError:
        return value
    return read if Draft202012Validator(entry).is_valid(read) else value


def _lines(error, files) -> list[str]:
    path = [str(part) for part in error.absolute_path]
    if error.validator == "additionalProperties":
        keys = sorted(error.schema.get("properties", {}))
        extra = sorted(set(error.instance) - set(keys))
        return [_line(files, [*path, key], key, _did_you_mean(key, keys)) for key in extra]
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


def _did_you_mean(key: str, keys: list[str]) -> str:
    close = difflib.get_close_matches(key, keys, n=1)
    return f"a known key (did you mean {close[0]}?)" if close else f"a known key: {', '.join(keys)}"


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
    """`file:line` of the last file that has the key at `path`, or its parent; else `--config`."""
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


def keys_of(schema: dict, path: tuple[str, ...] = ()) -> Iterator[tuple[str, dict]]:
    """Each key of the config with its entry of the schema, such as ("pose.model", {...})."""
    for key, entry in schema.get("properties", {}).items():
        if "properties" in entry:
            yield from keys_of(entry, (*path, key))
        else:
            yield ".".join((*path, key)), entry


def settings_table(schema: dict) -> str:
    """The table of config/README.md, in Markdown: key, default, meaning."""
    rows = ["| key | default | meaning |", "| --- | --- | --- |"]
    for key, entry in keys_of(schema):
        if "default" in entry and "additionalProperties" not in entry:
            meaning = entry["description"].replace("|", "\\|")
            rows.append(f"| `{key}` | `{json.dumps(entry['default'])}` | {meaning} |")
    return "\n".join(rows) + "\n"


def rule_table(rule: dict) -> str:
    """The keys of one deficiency, in Markdown. rule: their schema."""
    rows = ["| key | needed | meaning |", "| --- | --- | --- |"]
    for key, entry in rule["properties"].items():
        needed = "yes" if key in rule["required"] else ""
        rows.append(f"| `{key}` | {needed} | {entry['description']} |")
    return "\n".join(rows) + "\n"


def commented_config(config: Mapping, schema: dict, depth: int = 0) -> str:
    """`config` as YAML in the order of `schema`, with its descriptions as comments."""
    indent, lines = "  " * depth, []
    for key, entry in schema["properties"].items():
        if key not in config:
            continue
        about = entry.get("description", "")
        if isinstance(config[key], Mapping) and ("properties" in entry or about):
            lines += ["", *_comment(about, indent), f"{indent}{key}:"][depth != 0 :]
            if "properties" in entry:
                lines.append(commented_config(config[key], entry, depth + 1))
            else:
                text = yaml.safe_dump(config[key], sort_keys=False, allow_unicode=True, width=WIDTH)
                lines.append(textwrap.indent(text.rstrip(), indent + "  "))
            continue
        value = yaml.safe_dump(config[key], default_flow_style=True, allow_unicode=True, width=9999)
        line = f"{indent}{key}: {value.removesuffix('...' + chr(10)).strip()}"
        beside = f"{line}  # {about}"
        lines += [beside] if len(beside) <= WIDTH else [*_comment(about, indent), line]
    return "\n".join(lines)


def _comment(text: str, indent: str) -> list[str]:
    return [
        f"{indent}# {line}"
        for line in textwrap.wrap(text, WIDTH - len(indent) - 2, break_on_hyphens=False)
    ]

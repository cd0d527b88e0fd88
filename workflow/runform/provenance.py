"""What a result was made from: the version of this project, hashes of its code, and the versions of
the packages behind it.

Snakemake reruns a job when its script changes but not when a module the script imports does, and it
reruns on a change of a comment. `code_hash` closes both gaps: each rule carries `params:
code=code_hash("stage.module")`. It is asked whenever a Snakefile is read, on a cluster by every
job, so what was read of a source is kept beside Python's own bytecode.
"""

import ast
import hashlib
import tomllib
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from runform.files import read_json, write_json

PACKAGE = Path(__file__).parent
KEPT = PACKAGE / "__pycache__/syntax.json"
MOST_KEPT = 1000  # sources; after that those of this run alone
REPOSITORY = PACKAGE.parents[1]
VERSIONED = ("kind", "type_comment", "type_params")  # fields that some versions do not have
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def project_version() -> str:
    """The version of this project, which stands in pyproject.toml and nowhere else."""
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]["version"]


def code_hash(*modules: str, packages: tuple[str, ...] = ()) -> str:
    """Hash of what `modules` (below `runform`, such as "pose.estimate") do.

    Covers the syntax trees, without comments and docstrings, of the modules and of all they import
    inside `runform`, the bytes of every file under resources/ that one of them names in a string,
    and the versions of `packages`. Returns 16 hex digits. FileNotFoundError when a module does not
    exist.
    """
    closure: set[Path] = set()
    for module in modules:
        file = _file_of(f"runform.{module}")
        if file is None:
            raise FileNotFoundError(f"no module runform.{module} in {PACKAGE.parent}")
        closure |= _closure(file)
    digest = hashlib.sha256()
    for file in sorted(closure):
        digest.update(f"{file.relative_to(PACKAGE)}\n{_module(file).syntax}\n".encode())
        for resource in _resources(file):
            digest.update(resource.read_bytes())
    for package in sorted(packages):
        digest.update(f"{package}=={_version(package)}\n".encode())
    _keep()
    return digest.hexdigest()[:16]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"


def _closure(start: Path) -> set[Path]:
    closure: set[Path] = set()
    waiting = [start]
    while waiting:
        file = waiting.pop()
        if file not in closure:
            closure.add(file)
            waiting += _imports(file)
    return closure


def _file_of(module: str) -> Path | None:
    base = PACKAGE.parent.joinpath(*module.split("."))
    for file in (base.with_suffix(".py"), base / "__init__.py"):
        if file.is_file():
            return file
    return None


@dataclass(frozen=True)
class _Module:
    """A source file: hash of its syntax without docstrings, its imports, the resources it names."""

    syntax: str
    imports: list[str]
    resources: list[str]


_MODULES: dict[str, _Module] = {}  # hash of a source -> what this run needs of it


@cache
def _module(file: Path) -> _Module:
    source = file.read_bytes()
    key = hashlib.sha256(_this_file() + source).hexdigest()
    try:
        module = _Module(**_kept()[key])
    except (KeyError, TypeError):
        module = _read(ast.parse(source, filename=str(file)))
    _MODULES[key] = module
    return module


@cache
def _this_file() -> bytes:
    """What is kept was read by this code, and by no other."""
    return Path(__file__).read_bytes()


@cache
def _kept() -> dict[str, dict]:
    """What earlier runs read of sources, by their hash; {} where that is not there or damaged."""
    try:
        kept = read_json(KEPT)
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _keep() -> None:
    """Write down what is new. A folder that cannot be written to costs time alone."""
    kept, read = _kept(), {key: asdict(module) for key, module in _MODULES.items()}
    if all(kept.get(key) == module for key, module in read.items()):
        return
    if len(kept) > MOST_KEPT:
        kept.clear()
    kept |= read
    with suppress(OSError):
        write_json(KEPT, kept)


def _read(tree: ast.Module) -> _Module:
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    imports, resources = set(), set()
    for node in nodes:
        if isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.startswith("resources/")
        ):
            resources.add(node.value)
    syntax = hashlib.sha256(_syntax(tree).encode()).hexdigest()
    return _Module(syntax, sorted(imports), sorted(resources))


def _syntax(node) -> str:
    """A syntax tree as text that is the same in every version of Python.

    `ast.dump` shows empty fields in some versions, and `ast.unparse` quotes f-strings differently.
    """
    if isinstance(node, ast.AST):
        fields = (
            f"{name}={_syntax(value)}"
            for name, value in ast.iter_fields(node)
            if name not in VERSIONED and value not in (None, [])
        )
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        return f"[{','.join(map(_syntax, node))}]"
    return repr(node)


@cache
def _imports(file: Path) -> tuple[Path, ...]:
    inside = {name for name in _module(file).imports if name.split(".")[0] == "runform"}
    return tuple(sorted(file for file in map(_file_of, inside) if file))


@cache
def _resources(file: Path) -> tuple[Path, ...]:
    named = (REPOSITORY / name for name in _module(file).resources if "\n" not in name)
    return tuple(sorted(path for path in named if path.is_file()))

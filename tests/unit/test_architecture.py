"""The structure that CONTRIBUTING describes: floors, names, sizes, mirrored tests, and words."""

import ast
import re
import statistics
import subprocess
from collections import Counter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "workflow/runform"
MODULES = sorted(file for file in PACKAGE.rglob("*.py") if file.name != "__init__.py")
# A module imports only from lower floors, from its own stage and from what all stages share.
FLOORS = {
    "acquire": 1,
    "simulate": 1,
    "pose": 2,
    "gait": 3,
    "encoder": 3,
    "fewshot": 4,
    "present": 5,
}
HEAVY = {"torch", "mediapipe", "mmpose", "mmdet", "onnxruntime", "sklearn"}


def dotted(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE).with_suffix("").parts)


def stage_of(module: str) -> str:
    return module.partition(".")[0] if "." in module else "shared"


def imported(file: Path) -> set[str]:
    """Modules of the package that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("runform"):
            parts = [f"{node.module}.{alias.name}" for alias in node.names] + [node.module]
            names |= {part.removeprefix("runform.") for part in parts}
    return names & {dotted(module) for module in MODULES}


IMPORTS = {dotted(file): imported(file) for file in MODULES}


def test_imports_go_down_only():
    wrong = [
        f"{module} imports {other}"
        for module, others in IMPORTS.items()
        for other in others
        if stage_of(module) != stage_of(other)
        and FLOORS.get(stage_of(other), 0) >= FLOORS.get(stage_of(module), 0)
    ]
    assert not wrong


def test_there_is_no_circle():
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " > ".join((*path, module))
        if module not in done:
            for other in sorted(IMPORTS[module]):
                visit(other, (*path, module))
            done.add(module)

    for module in IMPORTS:
        visit(module, ())


def test_no_name_stands_twice_and_rooms_are_few_and_of_a_size():
    assert not [name for name, n in Counter(file.name for file in MODULES).items() if n > 1]
    lengths = [len(file.read_text().splitlines()) for file in MODULES]
    assert len(MODULES) <= 138
    assert statistics.median(lengths) >= 130
    assert max(lengths) <= 350


def test_no_two_test_files_have_one_name():
    names = Counter(file.name for file in (REPOSITORY / "tests").rglob("test_*.py"))
    assert not [name for name, count in names.items() if count > 1]


def test_rules_and_scripts_are_short():
    rules = [file.read_text() for file in (REPOSITORY / "workflow/rules").glob("*.smk")]
    assert sum(len(text.splitlines()) for text in rules) <= 1400
    folders = (REPOSITORY / "workflow/scripts", REPOSITORY / "workflow/tools")
    assert sum(len([*folder.rglob("*.py")]) for folder in folders) <= 45


@pytest.mark.parametrize("file", MODULES, ids=dotted)
def test_a_module_has_its_tests_beside_its_name(file):
    folder = REPOSITORY / "tests/unit" / file.relative_to(PACKAGE).parent
    assert (folder / f"test_{file.stem}.py").is_file()


def test_the_library_knows_neither_snakemake_nor_the_config():
    for file in MODULES:
        text = file.read_text()
        assert "import snakemake" not in text and "from snakemake" not in text, file


def test_what_the_snakefile_imports_is_light():
    code = "import sys, runpy; sys.path.insert(0, 'workflow')\n"
    rules = (REPOSITORY / "workflow/rules").glob("*.smk")
    for text in (file.read_text() for file in rules):
        code += "\n".join(re.findall(r"^from runform.*$", text, re.MULTILINE)) + "\n"
    code += f"print(*sorted(set(sys.modules) & {HEAVY!r}))"
    command = ["python", "-c", code]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""

"""What the benchmarks take from the package is there: they run too seldom to notice otherwise."""

import ast
import importlib
import re
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
FILES = sorted(BENCHMARKS.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(BENCHMARKS)))
def test_what_a_benchmark_imports_exists(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("runform"):
            module = importlib.import_module(node.module)
            assert not [one.name for one in node.names if not hasattr(module, one.name)]


def test_every_table_of_the_results_has_its_program():
    rules = (BENCHMARKS / "Snakefile").read_text()
    programs = ast.literal_eval(re.search(r"^TABLES = (\{.*?^\})", rules, re.M | re.S)[1])
    marked = re.findall(r"<!-- begin: (.*) -->", (BENCHMARKS / "RESULTS.md").read_text())
    assert sorted(marked) == sorted(programs)
    assert all((BENCHMARKS / program).is_file() for program, *_ in programs.values())

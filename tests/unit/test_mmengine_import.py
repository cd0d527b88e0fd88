"""mmengine can be imported where another process is writing yapf's cache, or failed to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WORKFLOW = Path(__file__).parents[2] / "workflow"


def imported(module, cache):
    """What importing `module` in a new process printed as an error; nothing when it worked."""
    environment = os.environ | {"XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(WORKFLOW)}
    done = subprocess.run(
        [sys.executable, "-c", f"import {module}"], env=environment, capture_output=True, text=True
    )
    return done.stderr if done.returncode else ""


@pytest.fixture
def half_written(tmp_path):
    """A cache in which yapf's grammars have their names and none of their bytes."""
    assert not imported("yapf", tmp_path)
    grammars = list(tmp_path.rglob("*.pickle"))
    assert grammars
    for grammar in grammars:
        grammar.write_bytes(b"")
    return tmp_path


def test_a_cache_that_is_not_written_yet_is_not_read(half_written):
    assert "EOFError" in imported("mmengine.config", half_written)
    assert not imported("runform.mmengine_import", half_written)


def test_no_cache_is_written(tmp_path):
    assert not imported("runform.mmengine_import", tmp_path)
    assert not list(tmp_path.rglob("*.pickle"))

"""Programs that are no part of this project's environment, each in one of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def python_with(package, code, *arguments):
    """What `code` prints as JSON after the word ANSWER, in an environment with `package` alone.

    uv makes the environment and keeps it. Skips where the package cannot be installed: without an
    index, or on a machine it has no build for.
    """
    uv = [Path(sys.executable).with_name("uv"), "run", "--isolated", "--no-project", "--quiet"]
    uv += ["--python", sys.executable, "--with", package, "python"]
    if subprocess.run([*uv, "-c", ""], capture_output=True).returncode:
        pytest.skip(f"{package} cannot be installed here")
    done = subprocess.run([*uv, "-c", code, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.split("ANSWER")[-1])

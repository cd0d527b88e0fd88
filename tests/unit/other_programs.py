"""Programs that are no part of this project's environment, each in one of its own."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest


def python_with(package, code, *arguments):
    """What `code` prints as JSON after the word ANSWER, in an environment with `package` alone.

    uv makes the environment and keeps it. The code runs in a folder of its own, since OpenSim
    leaves a log where it runs.  arguments: absolute paths. Skips where the package cannot be
    installed: without an index, or on a machine it has no build for.
    """
    uv = [Path(sys.executable).with_name("uv"), "run", "--isolated", "--no-project", "--quiet"]
    uv += ["--python", sys.executable, "--with", package, "python"]
    if subprocess.run([*uv, "-c", ""], capture_output=True).returncode:
        pytest.skip(f"{package} cannot be installed here")
    with tempfile.TemporaryDirectory() as folder:
        command = [*uv, "-c", code, *map(str, arguments)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.split("ANSWER")[-1])

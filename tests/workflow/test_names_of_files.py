"""Names of videos with quotes, dollars and marks of YAML: from the command line to the rules."""

import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from snakemake.cli import parse_config

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "workflow/tools"))
run_study = importlib.import_module("run_study")
PRINTED = f"{sys.executable} -c 'import json, sys; print(json.dumps(sys.argv[1:]))'"
NAMES = [
    'it\'s a "läufer" ✓ $(x) $HOME `id`.mp4',
    "run #1.mp4",
    "day 2: hills.mp4",
    "[a].mp4",
    "{clip} *.mp4",
    "007",
    "a\\b.mp4",
]


@pytest.mark.skipif(not shutil.which("make"), reason="no make here")
@pytest.mark.parametrize("name", [*NAMES, "-dash  two.mp4"])
def test_make_hands_the_name_on_as_it_is(name):
    # The summary after it fails, since nothing was run.
    command = ["make", "--no-print-directory", "-o", ".venv/pins.txt", "report"]
    command += [f"VIDEO={name}", f"SNAKEMAKE={PRINTED}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    expected = f"./{name}" if name.startswith("-") else name
    assert json.loads(done.stdout.split("\n")[0]) == [
        "video_report",
        "--config",
        f"video={expected}",
    ]


@pytest.mark.skipif(not shutil.which("make"), reason="no make here")
@pytest.mark.parametrize("target", ["report", "compare", "label", "run"])
def test_make_hands_the_config_on(target):
    command = ["make", "--no-print-directory", "-n", "-o", ".venv/pins.txt", target]
    command += ["VIDEO=a", "BEFORE=a", "AFTER=b", "CONFIG=my.yaml"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert '--configfile "$RUNFORM_CONFIG"' in made
    assert 'config/config.yaml "$RUNFORM_CONFIG"' in made


@pytest.mark.parametrize("name", NAMES)
def test_snakemake_takes_the_name_as_text(name):
    assert parse_config([run_study.as_text(f"video={name}")]) == {"video": name}


def test_other_entries_stay_as_they_are():
    for argument in ("video_height_m=1.75", "video=", "--cores", "fewshot={a: 1}"):
        assert run_study.as_text(argument) == argument

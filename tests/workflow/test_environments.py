"""Environments: every rule names one, and what they pin is what .venv holds."""

import ast
import re
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from runform.provenance import _closure

REPOSITORY = Path(__file__).parents[2]
SITE = sysconfig.get_path("purelib")
ENVIRONMENTS = sorted((REPOSITORY / "envs").glob("*.yaml"))
OF_STAGES = [file for file in ENVIRONMENTS if file.stem != "mmpose"]
# All others run in the environment of their stage.
OWN_ENVIRONMENT = {"export_network": "mmpose"}
RULES = [
    (file.stem, match[1], match[2])
    for file in sorted((REPOSITORY / "workflow/rules").glob("*.smk"))
    for match in re.finditer(
        r"^ *rule ?(\w*):\n((?:(?:    .*)?\n)+)", file.read_text(), re.MULTILINE
    )
]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines):
    """Package -> version of the lines that pin one, under whatever sign of equality."""
    found = (re.match(r"([A-Za-z0-9._-]+)==?([^;\s]+)", line) for line in lines)
    return {normal(match[1]): match[2] for match in found if match}


def imported(file):
    """Packages that the script `file`, or a module of the library behind it, imports."""
    names = set()
    for source in _closure(file):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"runform", "snakemake"}


def pins_in(folder):
    """Package -> version of everything that `make_venv.sh` installs from the pins in `folder`."""
    names = ("requirements.txt", "requirements-nodeps.txt")
    return pins("".join((folder / name).read_text() for name in names).splitlines())


@pytest.fixture(scope="module")
def pinned():
    return pins_in(REPOSITORY / "envs")


@pytest.mark.parametrize(
    ("stage", "rule", "body"),
    [pytest.param(stage, name, body, id=name) for stage, name, body in RULES],
)
def test_a_rule_runs_in_the_environment_of_its_stage(stage, rule, body):
    (environment,) = re.findall(r'conda:\n +"(.*)"', body)
    name = OWN_ENVIRONMENT.get(rule, stage)
    assert environment == f"../../envs/{name}.yaml"
    assert (REPOSITORY / "envs" / f"{name}.yaml").is_file()


@pytest.mark.parametrize("file", ENVIRONMENTS, ids=lambda file: file.stem)
def test_an_environment_pins_what_the_requirements_pin(file, pinned):
    dependencies = yaml.safe_load(file.read_text())["dependencies"]
    lines = [line for line in dependencies if isinstance(line, str)]
    (from_pip,) = [part["pip"] for part in dependencies if isinstance(part, dict)] or [[]]
    assert "python=3.11" in lines
    loose = [line for line in [*lines, *from_pip] if "=" not in line and line != "pip"]
    assert not loose, "expected every package pinned"
    found = pins([*lines, *from_pip])
    found.pop("python")
    own = REPOSITORY / "envs" / file.stem
    if own.is_dir():
        # What pip must not resolve is installed by the script that Snakemake runs afterwards.
        script = file.with_suffix(".post-deploy.sh").read_text()
        found |= pins(line.strip() for line in script.splitlines())
        pinned = pins_in(own)
        assert found.keys() == pinned.keys() - {"uv"}
    assert found == {name: pinned.get(name, "absent") for name in found}


@pytest.mark.parametrize("file", OF_STAGES, ids=lambda file: file.stem)
def test_an_environment_holds_what_the_scripts_of_its_stage_import(file):
    packages = metadata.packages_distributions()
    text = file.read_text()
    scripts = set(
        re.findall(
            r'"../scripts/(\w+.py)"', (REPOSITORY / f"workflow/rules/{file.stem}.smk").read_text()
        )
    )
    needed = {
        name for script in scripts for name in imported(REPOSITORY / "workflow/scripts" / script)
    }
    held = {normal(name) for name in re.findall(r"- ([A-Za-z0-9._-]+)==?", text)}
    assert not {
        name
        for name in needed
        if not held & {normal(package) for package in packages.get(name, [name])}
    }


def test_pre_commit_takes_the_pinned_versions(pinned):
    repos = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text())["repos"]
    revisions = {
        repo["repo"].rpartition("/")[2].removesuffix("-pre-commit"): repo["rev"].removeprefix("v")
        for repo in repos
    }
    assert revisions == {name: pinned[name] for name in ("ruff", "snakefmt")}


def test_the_environment_that_runs_this_holds_the_pins(pinned):
    installed = {
        normal(package.name): package.version.split("+")[0]
        for package in metadata.distributions(path=[SITE])
    }
    updated = {"yt-dlp", "yt-dlp-ejs", "deno"}  # by make update-downloader
    assert {name: installed.get(name) for name in pinned.keys() - updated} == {
        name: version for name, version in pinned.items() if name not in updated
    }
    assert updated <= installed.keys()


def test_tests_of_one_group_run_on_one_process(tmp_path):
    """pytest 9.2 drops the groups of pytest-xdist 3.8 and says nothing (issue 1386 there): a shared
    study is then run twice.
    """
    (tmp_path / "test_group.py").write_text(
        "import os, pathlib, pytest\n"
        "@pytest.mark.xdist_group('one')\n"
        "@pytest.mark.parametrize('number', range(8))\n"
        "def test(number):\n"
        "    pathlib.Path(__file__).with_name(f'{os.getpid()}.log').touch()\n"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "-p",
        "no:cacheprovider",
        ".",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    assert len(list(tmp_path.glob("*.log"))) == 1

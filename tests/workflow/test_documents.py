"""The documents: every command in them runs on the finished small study, every link leads
somewhere, each is short, and the picture of the rules shows the rules that there are.

A command that needs a network, hours, or films that are not there is a dry run.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from string import Template

import pytest

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = sorted((REPOSITORY / "docs").glob("*.md"))
DOCUMENTS += [REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "config/README.md")]
ALSO_LINKED = [REPOSITORY / name for name in ("CHANGELOG.md", "results/README.md")]
PAGE_CHARACTERS = 3600  # of a printed page of such text
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
# Films and tables that readers bring, and where the test takes them from.
FILMS = ("my_run.mp4", "slow.mp4", "treadmill.mp4", "june.mp4", "august.mp4")
# make targets that a finished study answers in seconds; of the others the plan is made.
QUICK = {"run", "status", "retry-unavailable", "clean-cache", "label", "crate"}


def commands():
    """(document, command) for each line of the blocks marked as commands, each once."""
    pairs = {}
    for document in DOCUMENTS:
        for block in BLOCK.findall(document.read_text()):
            for line in block.splitlines():
                command = line.partition("  #")[0].partition(" # ")[0].strip()
                pairs.setdefault(command, document.relative_to(REPOSITORY))
    return [pytest.param(command, id=f"{name}: {command}") for command, name in pairs.items()]


@pytest.fixture(scope="module")
def project(new_copy):
    """The finished study with the files that the documents name."""
    project = new_copy("documents")
    clip = next((project.folder / "results/clips").glob("*.mp4"))
    for film in FILMS:
        (project.folder / film).write_bytes(clip.read_bytes())
    manifest = (project.folder / "config/manifest.tsv").read_text()
    project.write("my.tsv", manifest)
    project.write("my.yaml", "fewshot:\n  folds: 4\n")
    project.write("shared/manifest.tsv", manifest)
    project.write("shared/config.yaml", "fewshot:\n  folds: 4\n")
    with (project.folder / "config/paper_manifest.tsv").open("a") as paper:
        paper.write("a\thttps://example.org/a.mp4\tcorpus\ta" + "\t" * 5 + "\n")
    project.make("help")  # links .venv
    return project


def call(folder, *words):
    done = subprocess.run(
        words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout[-3000:]}"
    return done.stdout


def plan(folder, words):
    """A run of Snakemake as a dry run, without a look at what else runs in the folder."""
    words = [word for word in words if word not in ("workflow/tools/run_study.py", "--quiet")]
    snakemake = [sys.executable, "-m", "snakemake"]
    output = call(folder, *snakemake, "--nolock", "--dry-run", "--quiet", "rules", *words[1:])
    assert "Traceback" not in output


def make(project, words):
    if words[1] in QUICK and not any(word.startswith("CONFIG=") for word in words):
        project.make(*words[1:])
        return
    recipe = call(project.folder, "make", "-n", "-o", ".venv/pins.txt", *words[1:])
    values = {f"RUNFORM_{name}": value for name, _, value in (w.partition("=") for w in words[2:])}
    for line in filter(None, recipe.splitlines()):
        words = shlex.split(line.partition("||")[0])
        program, *rest = (Template(word).safe_substitute(values) for word in words)
        if "workflow/tools/run_study.py" in rest:
            plan(project.folder, [program, *rest])
        elif program.startswith(".venv"):
            assert (project.folder / program).exists(), line
            scripts = [word for word in rest if word.endswith(".py")]
            assert all((REPOSITORY / script).is_file() for script in scripts), line


@pytest.mark.xdist_group("study")
@pytest.mark.parametrize("command", commands())
def test_a_command_runs(command, project, tmp_path):
    if command.startswith("git clone"):
        url, then = str(REPOSITORY), command.replace("<this repository>", '"$1"')
        call(tmp_path, "sh", "-c", then, "sh", url)
        assert (tmp_path / "runform/Makefile").is_file()
        return
    words = shlex.split(command)
    if "--default-storage-provider" in words:
        provider = words[words.index("--default-storage-provider") + 1]
        pytest.importorskip(f"snakemake_storage_plugin_{provider}")
    if words[0] == "make":
        make(project, words)
    elif "workflow/tools/run_study.py" in words or (
        words[0] == ".venv/bin/snakemake" and not {"--report", "--summary"} & set(words)
    ):
        plan(project.folder, words)
    elif words[:4] == [".venv/bin/python", "-m", "pytest", "tests/unit/gait"]:
        call(REPOSITORY, sys.executable, *words[1:], "--collect-only", "-q", "-n", "0")
    else:
        call(project.folder, *words)


def test_there_are_commands_in_each_document_for_users():
    with_commands = {file.name for file in DOCUMENTS if BLOCK.search(file.read_text())}
    assert with_commands >= {"README.md", "coach.md", "scientist.md", "operator.md"}
    assert len(commands()) > 20


@pytest.mark.parametrize("document", DOCUMENTS + ALSO_LINKED, ids=lambda file: file.name)
def test_links_lead_somewhere(document):
    links = LINK.findall(document.read_text())
    assert not [link for link in links if not (document.parent / link).exists()]


@pytest.mark.parametrize("document", DOCUMENTS[:-1], ids=lambda file: file.name)
def test_a_document_is_under_two_pages(document):
    assert len(document.read_text()) < 2 * PAGE_CHARACTERS


def test_the_readme_leads_to_every_document():
    readme = (REPOSITORY / "README.md").read_text()
    assert all(f"](docs/{file.name})" in readme for file in (REPOSITORY / "docs").glob("*.md"))


def test_every_make_target_that_a_document_names_exists():
    targets = set(
        re.findall(r"^([a-z-]+)(?:[ a-z-]*):", (REPOSITORY / "Makefile").read_text(), re.M)
    )
    targets |= {"clean-cache", "retry-unavailable"}
    named = {
        (file.name, target)
        for file in DOCUMENTS + ALSO_LINKED
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", file.read_text(), re.M)
    }
    assert not {(name, target) for name, target in named if target not in targets}


def test_the_picture_of_the_rules_is_up_to_date(tmp_path):
    tool = REPOSITORY / "workflow/tools/write_rules_diagram.py"
    call(REPOSITORY, sys.executable, str(tool), str(tmp_path / "rules.svg"))
    same = (tmp_path / "rules.svg").read_bytes() == (REPOSITORY / "docs/rules.svg").read_bytes()
    assert same, "the rules have changed: make docs"

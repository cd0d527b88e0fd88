import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from runform.provenance import code_hash, project_version

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def hash_of(tmp_path):
    """Hash of a module in a copy of the package, in a fresh interpreter, after an edit."""
    shutil.copytree(
        REPOSITORY / "workflow/runform",
        tmp_path / "workflow/runform",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copytree(
        REPOSITORY / "resources", tmp_path / "resources", ignore=shutil.ignore_patterns("weights")
    )

    def run(
        edited=None, edit=lambda text: text, module="sequence", python=sys.executable, first=""
    ):
        if edited:
            file = tmp_path / edited
            file.write_text(edit(file.read_text()))
        code = f"{first}from runform.provenance import code_hash; print(code_hash({module!r}))"
        return subprocess.run(
            [python, "-c", code],
            cwd=tmp_path / "workflow",
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    return run


def test_a_comment_or_docstring_changes_nothing(hash_of):
    before = hash_of()
    commented = hash_of(
        "workflow/runform/sequence.py",
        lambda text: "# why\n" + text.replace('"""`Pose', '"""The `Pose'),
    )
    assert commented == before


def test_an_edit_of_the_module_or_of_what_it_imports_does(hash_of):
    before = hash_of()
    assert hash_of("workflow/runform/sequence.py", lambda text: text + "\nMORE = 1\n") != before
    before = hash_of()
    assert hash_of("workflow/runform/skeleton.py", lambda text: text + "\nMORE = 1\n") != before


def test_what_was_read_of_a_source_is_kept_and_no_hash_depends_on_it(hash_of, tmp_path):
    kept = tmp_path / "workflow/runform/__pycache__/syntax.json"
    before = hash_of()
    known = json.loads(kept.read_text())
    assert len(known) > 3
    parsed = "import ast; ast.parse = None; "
    assert hash_of(first=parsed) == before  # nothing is parsed again
    for damage in ("", "{", "[]", json.dumps({key: {"syntax": "x"} for key in known})):
        kept.write_text(damage)
        assert hash_of() == before
    assert json.loads(kept.read_text()) == known
    kept.unlink()
    kept.mkdir()  # cannot be written
    assert hash_of() == before


def test_an_edit_elsewhere_does_not(hash_of):
    before = hash_of()
    assert hash_of("workflow/runform/manifest.py", lambda text: text + "\nMORE = 1\n") == before


def test_a_named_resource_counts(hash_of):
    before = hash_of()
    assert hash_of("resources/skeletons.yaml", lambda text: text + "\n") != before


def test_an_edit_of_the_metrics_counts_for_gait_and_not_for_videos_poses_and_encoder(hash_of):
    others = ("simulate.recording", "pose.estimate", "encoder.finetune", "encoder.embed")
    before = {module: hash_of(module=module) for module in ("gait.measure", *others)}
    gait = hash_of(
        "resources/metrics.yaml",
        lambda text: text.replace("high: 182", "high: 183"),
        "gait.measure",
    )
    assert gait != before["gait.measure"]
    assert {module: hash_of(module=module) for module in others} == {
        module: before[module] for module in others
    }


def test_package_versions_count():
    assert (
        code_hash("sequence")
        != code_hash("sequence", packages=("numpy",))
        != code_hash("sequence", packages=("no-such-package",))
    )


def test_an_unknown_module_is_an_error():
    with pytest.raises(FileNotFoundError, match=r"runform\.nothing"):
        code_hash("nothing")


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_every_version_of_python_gives_the_same_hash(hash_of, version):
    python = shutil.which(f"python{version}")
    if not python or subprocess.run([python, "-c", ""], capture_output=True).returncode:
        pytest.skip(f"no python{version} here")
    # the modules with f-strings, in which ast.unparse differs between versions
    for module in ("manifest", "provenance", "present.words"):
        assert hash_of(module=module, python=python) == hash_of(module=module)


def test_the_version_stands_in_one_place():
    """What repeats it, for programs and people who read no pyproject.toml, says the same."""
    version = project_version()
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())
    assert citation["version"] == version
    (head, *_) = re.findall(r"^## (.*)$", (REPOSITORY / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert head.split()[0] == version

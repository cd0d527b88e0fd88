"""A finished study described for archives: `ro-crate-metadata.json`, a Workflow Run Crate.

`snakemake --reporter crate` finds this package by its name, if `workflow/tools` is on PYTHONPATH
(`make crate`). The crate is the working folder: the workflow, what the run read, what it was asked
for, and the versions behind it. Sources: RO-Crate 1.1, https://w3id.org/ro/crate/1.1, and the
profiles in `PROFILES`.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Optional
from urllib.parse import quote

import yaml
from snakemake_interface_common.exceptions import WorkflowError
from snakemake_interface_report_plugins.reporter import ReporterBase
from snakemake_interface_report_plugins.settings import ReportSettingsBase

sys.path.insert(0, str(Path(__file__).parents[2]))

from runform.files import sha256_of, write_json
from runform.provenance import REPOSITORY

METADATA_FILE = "ro-crate-metadata.json"
CRATE = "https://w3id.org/ro/crate/1.1"
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
# What the folder conforms to, each on top of the one before it.
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    WORKFLOW_CRATE: ("Workflow RO-Crate", "1.0"),
}
WORKFLOW_FILES, RULES = ("workflow/Snakefile", "Snakefile"), "workflow/rules"
# Files of the project and of the study that no job makes or nobody asks for, if they are there.
BESIDE = ("README.md", "Snakefile", "CITATION.cff", "LICENSE", "CHANGELOG.md", "pyproject.toml")
SNAKEMAKE_HOME = "https://snakemake.readthedocs.io"
ENCODING = {
    ".csv": "text/csv", ".tsv": "text/tab-separated-values", ".json": "application/json",
    ".yaml": "application/yaml", ".cff": "application/yaml", ".md": "text/markdown",
    ".html": "text/html", ".png": "image/png", ".pdf": "application/pdf", ".mp4": "video/mp4",
    ".tex": "text/x-tex", ".bib": "text/x-bibtex", ".rst": "text/x-rst", ".npz": "application/zip",
}  # fmt: skip


@dataclass
class ReportSettings(ReportSettingsBase):
    """Options of the command line, `--report-crate-…`."""

    # Snakemake's parser of options takes `Optional`, and no `str | None`.
    license: Optional[str] = field(  # noqa: UP045
        default=None,
        metadata={
            "help": "Address of the licence of the results, such as "
            "https://creativecommons.org/licenses/by/4.0/; that of the workflow is its own.",
            "env_var": False,
            "required": False,
        },
    )


class Reporter(ReporterBase):
    """Writes the crate of the jobs behind what was asked for."""

    def render(self) -> None:
        """Write `ro-crate-metadata.json` into the working folder."""
        if not self.jobs:
            raise WorkflowError("no result is recorded here: expected a finished study (make run)")
        if not any(Path(name).is_file() for name in WORKFLOW_FILES):
            raise WorkflowError(f"no {' and no '.join(WORKFLOW_FILES)}: expected the workflow here")
        jobs = [job for level in self.dag.toposorted() for job in level]
        crate = Crate()
        results = crate.add_files(asked_for(jobs, self.dag.dependencies))
        inputs = crate.add_files(
            files_read(jobs) | {str(one.path) for one in self.configfiles} | manifests(jobs)
        )
        inputs += [crate.add_page(url) for url in addresses(jobs)]
        crate.add_files([*BESIDE, *sorted(Path(RULES).glob("*.smk"))])
        begin, end = (
            datetime.fromtimestamp(pick(getattr(job, name) for job in self.jobs), UTC)
            for pick, name in ((min, "starttime"), (max, "endtime"))
        )
        crate.describe(inputs, results, begin, end, self.settings.license)
        crate.write(METADATA_FILE)
        print(f"runform: {METADATA_FILE}: {len(results)} results", file=sys.stderr)


def asked_for(jobs, dependencies) -> set[str]:
    """What a target names: the outputs of the jobs that no other job needs, or, of a rule without
    outputs, its inputs.
    """
    needed = {other for job in jobs for other in dependencies.get(job, ())}
    last = [job for job in jobs if job not in needed]
    return {str(path) for job in last for path in (job.output or job.input)}


def files_read(jobs) -> set[str]:
    """What jobs read and no job makes."""
    made = {str(path) for job in jobs for path in job.output}
    return {str(path) for job in jobs for path in job.input} - made


def manifests(jobs) -> set[str]:
    """The manifest of the study."""
    return {job.rule.module_globals["config"]["manifest"] for job in jobs}


def addresses(jobs) -> list[str]:
    """Web addresses that videos were downloaded from."""
    params = (str(job.params.get("url", "")) for job in jobs if job.output)
    return sorted({url for url in params if url.startswith(("http://", "https://"))})


class Crate:
    """The entities of a crate by their ids, each added once."""

    def __init__(self) -> None:
        self.entities: dict[str, dict] = {}

    def add(self, key: str, kind: str | list[str], /, **about) -> dict:
        """Add an entity, or say more of it; returns the reference to it."""
        entity = self.entities.setdefault(key, {"@id": key})
        entity |= {"@type": kind} | {name: value for name, value in about.items() if value}
        return {"@id": key}

    def add_files(self, paths: Iterable[str | Path]) -> list[dict]:
        """Add the files that exist, in the order of their names; returns references to them."""
        exist = [Path(path) for path in sorted(set(map(str, paths))) if Path(path).exists()]
        return [self._add_file(path) for path in exist]

    def _add_file(self, path: Path) -> dict:
        here = path.resolve().is_relative_to(Path.cwd().resolve())
        if path.is_dir():
            return self.add(quote(f"{path}/") if here else "#folder", "Dataset", name=path.name)
        about = {
            "name": path.name,
            "contentSize": str(path.stat().st_size),
            "encodingFormat": ENCODING.get(path.suffix, "application/octet-stream"),
            "sha256": sha256_of(path),
        }
        if here:
            return self.add(quote(str(path)), "File", **about)
        # Not in the crate: its path may say who runs, unless it came with the workflow.
        shipped = path.resolve().is_relative_to(REPOSITORY)
        about["name"] = str(path.resolve().relative_to(REPOSITORY)) if shipped else "a file"
        return self.add(f"#{about['sha256'][:16]}", "CreativeWork", **about)

    def add_page(self, url: str) -> dict:
        """Add the web page of a video."""
        return self.add(quote(url, safe=":/?#[]@!$&'()*+,;=%"), "WebPage", name=url)

    def describe(
        self,
        inputs: list[dict],
        results: list[dict],
        begin: datetime,
        end: datetime,
        licence: str | None,
    ) -> None:
        """Add the folder, the workflow, its run and its versions."""
        about = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
        author = self.add("#authors", "Organization", name=about["authors"][0]["name"])
        workflow = self._add_workflow(about, author)
        run = self.add(
            "#run",
            "CreateAction",
            name="A run of the workflow",
            description="From the manifest of videos or keypoints to the results of the study.",
            instrument=workflow,
            object=inputs,
            result=results,
            startTime=begin.isoformat(timespec="seconds"),
            endTime=end.isoformat(timespec="seconds"),
            actionStatus="http://schema.org/CompletedActionStatus",
        )
        data = [
            {"@id": name}
            for name, entity in sorted(self.entities.items())
            if {"File", "Dataset"} & set(as_list(entity["@type"]))
        ]
        profiles = [
            self.add(url, "CreativeWork", name=name, version=version)
            for url, (name, version) in PROFILES.items()
        ]
        self.add(
            "./",
            "Dataset",
            name="A study of running form",
            description="Made with runform. " + about["abstract"],
            datePublished=end.isoformat(timespec="seconds"),
            license=self._add_licence(licence),
            conformsTo=profiles,
            mainEntity=workflow,
            mentions=run,
            hasPart=data,
            citation={"@id": "CITATION.cff"} if "CITATION.cff" in self.entities else None,
        )
        if "README.md" in self.entities:
            self.entities["README.md"]["about"] = {"@id": "./"}
        self.add(
            METADATA_FILE,
            "CreativeWork",
            about={"@id": "./"},
            conformsTo=[{"@id": CRATE}, {"@id": WORKFLOW_CRATE}],
        )

    def _add_workflow(self, about: dict, author: dict) -> dict:
        from runform.present.study_page import package_versions

        versions = package_versions()
        needed = [
            self.add(f"https://pypi.org/project/{name}/{version.partition('+')[0]}/",
                     "SoftwareApplication", name=name, softwareVersion=version,
                     url=f"https://pypi.org/project/{name}/")
            for name, version in versions.items()
            if name != "runform"
        ]  # fmt: skip
        language = self.add(
            "https://w3id.org/workflowhub/workflow-ro-crate#snakemake",
            "ComputerLanguage",
            name="Snakemake",
            identifier={"@id": SNAKEMAKE_HOME},
            url={"@id": SNAKEMAKE_HOME},
        )
        return self.add(
            self.add_files(WORKFLOW_FILES)[-1]["@id"],
            ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
            name=about["title"],
            description=about["abstract"],
            version=versions["runform"],
            license={"@id": f"https://spdx.org/licenses/{about['license']}"},
            creator=author,
            programmingLanguage=language,
            softwareRequirements=needed,
        )

    def _add_licence(self, licence: str | None) -> dict:
        if licence:
            return self.add(licence, "CreativeWork", name=licence)
        return self.add(
            "#licence",
            "CreativeWork",
            name="No licence stated",
            description="Whoever made this study has stated no licence for its results. The "
            "workflow has its own; videos and networks keep those of their owners.",
        )

    def write(self, path: str) -> None:
        """Write all entities, in the order of their ids."""
        context = [f"{CRATE}/context", {"sha256": "http://schema.org/sha256"}]
        graph = [self.entities[name] for name in sorted(self.entities)]
        write_json(path, {"@context": context, "@graph": graph})


def as_list(value) -> list:
    """A value that may be one or a list."""
    return value if isinstance(value, list) else [value]

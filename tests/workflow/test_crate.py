"""The crate of a finished study: what it says of its files, and what a validator says of it."""

import json
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "workflow/tools"))

from other_programs import python_with
from snakemake_report_plugin_crate import METADATA_FILE, Crate

from runform.files import sha256_of
from runform.provenance import project_version

# The validator reads the context of RO-Crate 1.1, which the library rocrate carries, from the web.
VALIDATE = """
import json, sys
from importlib.util import find_spec
from pathlib import Path
import requests
from rocrate_validator import services

context = Path(find_spec("rocrate").origin).with_name("data") / "ro-crate.jsonld"

def send(self, request, **options):
    response = requests.Response()
    response.url, response.request, response.status_code = request.url, request, 404
    response._content = b""
    if request.url == "https://w3id.org/ro/crate/1.1/context":
        response.status_code, response._content = 200, context.read_bytes()
        response.headers["Content-Type"] = "application/ld+json"
    return response

requests.Session.send = send
settings = {"rocrate_uri": sys.argv[1], "profile_identifier": "workflow-run-crate"}
settings |= {"requirement_severity": "RECOMMENDED", "cache_path": None, "no_cache": True}
issues = services.validate(settings).get_issues()
print("ANSWER" + json.dumps([[issue.severity.name, issue.message] for issue in issues]))
"""
# Who made the study and where the workflow is published, which nothing here knows.
NOT_KNOWN = (
    "link to a Contextual Entity representing the `author`",
    "`publisher` property",
    "organization SHOULD have a URL",
    "Application SHOULD have a url",
    "SoftwareApplication id SHOULD be an absolute URI",  # the workflow is a file of the crate
    "agent that is a Person or Organization",
    "Bioschemas ComputationalWorkflow profile",  # asks for both
)


@pytest.fixture(scope="module")
def crated(new_copy):
    """The small study's copy after `make crate`."""
    project = new_copy("crate")
    project.make("crate")
    return project


@pytest.fixture(scope="module")
def entities(crated):
    graph = json.loads((crated.folder / METADATA_FILE).read_text())["@graph"]
    return {entity["@id"]: entity for entity in graph}


@pytest.mark.xdist_group("study")
def test_its_files_are_there_with_the_hashes_that_it_names(crated, entities):
    files = [entity for entity in entities.values() if "File" in entity["@type"]]
    assert len(files) > 30
    for entity in files:
        path = crated.folder / unquote(entity["@id"])
        assert path.stat().st_size > 0
        if "sha256" in entity:
            assert entity["sha256"] == sha256_of(path)
    listed = {part["@id"] for part in entities["./"]["hasPart"]}
    assert listed == {entity["@id"] for entity in files}


@pytest.mark.xdist_group("study")
def test_the_run_goes_from_manifest_and_settings_to_what_was_asked_for(entities):
    run = entities["#run"]
    inputs = {reference["@id"] for reference in run["object"]}
    assert {"config/manifest.tsv", "config/config.yaml"} <= inputs
    assert "resources/encoders/runner-small.safetensors" in inputs
    results = {reference["@id"] for reference in run["result"]}
    tables = {f"results/tables/{name}.csv" for name in ("gait", "coverage", "accuracy")}
    assert tables | {"results/report.html", "results/references.bib"} <= results
    assert not any(name.startswith("results/pose") for name in results)
    assert run["startTime"] < run["endTime"] == entities["./"]["datePublished"]
    assert entities[run["instrument"]["@id"]]["version"] == project_version()


@pytest.mark.xdist_group("study")
def test_a_validator_finds_nothing_that_could_be_known(crated):
    packages = "roc-validator==0.13.0,rocrate==0.13.0"
    issues = python_with(packages, VALIDATE, crated.folder)
    assert not [message for severity, message in issues if severity == "REQUIRED"]
    wrong = [message for _, message in issues if not any(known in message for known in NOT_KNOWN)]
    assert not wrong


def test_nothing_built_is_one_line(project, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "workflow/tools")
    done = project.snakemake("--reporter", "crate", "results/tables/gait.csv", check=False)
    assert done.returncode
    assert "expected a finished study (make run)" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_path_of_a_file_elsewhere_stays_private(tmp_path, monkeypatch):
    folder = tmp_path / "study"
    folder.mkdir()
    (tmp_path / "anna_smith.mp4").write_bytes(b"film")
    (folder / "a name.csv").write_text("clip\n")
    monkeypatch.chdir(folder)
    crate = Crate()
    elsewhere, here = crate.add_files([tmp_path / "anna_smith.mp4", "a name.csv"])
    assert here == {"@id": "a%20name.csv"}
    assert crate.entities[elsewhere["@id"]]["@type"] == "CreativeWork"
    assert "anna" not in json.dumps(crate.entities)
    page = crate.add_page("https://example.org/a b.mp4")
    assert page == {"@id": "https://example.org/a%20b.mp4"}

"""Profiles: each key has its reason, rules named there exist, and Snakemake takes every key it can
be asked about here.
"""

import re
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
PROFILES = {
    file.parent.name: file for file in (REPOSITORY / "workflow/profiles").glob("*/config.yaml")
}


def test_the_profiles():
    assert sorted(PROFILES) == ["kubernetes", "local", "slurm"]


@pytest.mark.parametrize("name", PROFILES)
def test_rules_named_in_a_profile_exist(name):
    rules = "".join(file.read_text() for file in (REPOSITORY / "workflow/rules").glob("*.smk"))
    known = re.findall(r"^(?:rule (\w+):|use rule \w+ as (\w+) )", rules, re.MULTILINE)
    profile = yaml.safe_load(PROFILES[name].read_text())
    named = {*profile.get("set-resources", {}), *profile.get("slurm-array-jobs", "").split(",")} - {
        ""
    }
    assert named <= {first or second for first, second in known}


@pytest.mark.parametrize("name", PROFILES)
def test_every_key_has_a_reason(name):
    lines = PROFILES[name].read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"[a-z-]+: ", line) and not line.startswith("executor:"):
            assert "# " in line, f"{name}, line {number + 1}: expected the reason as a comment"


@pytest.mark.parametrize("name", ["local", "kubernetes"])
def test_snakemake_takes_the_profile(project, name):
    """Of the one for Kubernetes all but the executor's own keys, whose plugin is not installed."""
    if name == "kubernetes":
        profile = yaml.safe_load(PROFILES[name].read_text())
        kept = {
            key: value
            for key, value in profile.items()
            if not key.startswith(("kubernetes", "container-image", "executor"))
        }
        project.write(f"workflow/profiles/{name}/config.yaml", yaml.safe_dump(kept))
    assert project.jobs("--workflow-profile", f"workflow/profiles/{name}")["estimate_pose"] == 60

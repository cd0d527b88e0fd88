"""A fault in the config or the manifest: one line that says where and what, status 1, no traceback,
nothing written.
"""

import pytest

HEADER = "clip\turl\tsets\trunner\toverstriding\tstart_s\tend_s"
GOOD = "\n".join(
    f"r{n}\tsimulated:seed={n}\tlabelled\tr{n}\t{'yes' if n % 2 else 'no'}\t\t" for n in range(8)
)


def refused(project, *arguments):
    done = project.snakemake("--dry-run", *arguments, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout
    assert not (project.folder / "results").exists()
    said = done.stdout.strip().split("\n")
    return [
        line for line in said if not line.startswith("Config file config/config.yaml is extended")
    ]


BAD_ROWS = {
    "bad id\tsimulated:seed=1\tcorpus\t\t\t\t": "clip: 'bad id': expected letters, digits",
    "R1\tsimulated:seed=1\tcorpus\t\t\t\t": "clip: 'R1': expected a unique id; line 3 has it",
    "a\tsimulated:speed=9\tcorpus\t\t\t\t": (
        "url: 'simulated:speed=9': expected key=value with a key among"
    ),
    "b\tsimulated:seed=x\tcorpus\t\t\t\t": (
        "url: 'simulated:seed=x': expected a whole number, 0 or more, for seed, not 'x'"
    ),
    "c\tsimulated:seed=1\tcorpus\t\t\t0\t5": "end_s: '5': expected a time within the video's 2 s",
    "d\tsimulated:seed=1\tcorpus\t\t\t1.5\t1": "end_s: '1': expected a time after start_s (1.5)",
    "e\tsimulated:seed=1\ttrain\t\t\t\t": "sets: 'train': expected one or more of",
    "f\tsimulated:seed=1\tcorpus\t\tperhaps\t\t": (
        "overstriding: 'perhaps': expected yes, no or blank"
    ),
    "g\tgopher://x/y\tcorpus\t\t\t\t": "url: 'gopher://x/y': expected an http",
}


def test_bad_rows_are_all_told_at_once(project):
    project.write("manifest.tsv", "\n".join([HEADER, GOOD, *BAD_ROWS]) + "\n")
    said = refused(project, "--config", "manifest=manifest.tsv")
    assert len(said) == len(BAD_ROWS)
    for number, (line, expected) in enumerate(zip(said, BAD_ROWS.values(), strict=True), start=10):
        assert line.startswith(f"manifest.tsv:{number}: {expected}")


def test_no_manifest(project):
    (line,) = refused(project, "--config", "manifest=nowhere.tsv")
    assert "nowhere.tsv: no such manifest" in line


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  folds: 4", "  folds: many", 'fewshot.folds: "many": expected a whole number'),
        (
            "  folds: 4",
            "  folds: 4\n  flods: 4",
            'fewshot.flods: "flods": expected a known key (did you mean folds?)',
        ),
        ("model: blazepose", "model: posenet", 'pose.model: "posenet": expected'),
    ],
)
def test_a_bad_key_of_the_config(project, old, new, expected):
    project.edit("config/config.yaml", old, new)
    (line,) = refused(project)
    assert line.startswith("config/config.yaml:")
    assert expected in line


def test_an_unknown_key_on_the_command_line(project):
    (line,) = refused(project, "--config", "quality=high")
    assert line.startswith('--config: quality: "quality": expected a known key')

"""Videos that cannot be had cost one line each, with their own reason; benchmarks/faults.py does
the same with 200.
"""

import csv
import os

from faulty_sources import serve
from loopback_site import Site


def test_each_missing_clip_has_its_own_reason(project, tmp_path):
    site = Site()
    sources = serve(site, tmp_path, good=1, dead=4, damaged=2, empty=1)
    project.write("web.tsv", sources.manifest)
    project.write(
        "web.yaml",
        "manifest: web.tsv\nacquire: {min_available: 0.1, download: {allow_private_hosts: true}}\n",
    )
    project.snakemake("results/tables/coverage.csv", "--configfile", "web.yaml")
    site.close()
    with open(project.folder / "results/tables/coverage.csv", newline="") as file:
        rows = {row["clip"]: row for row in csv.DictReader(file)}
    assert sorted(rows) == sorted(sources.reasons)
    for clip, words in sources.reasons.items():
        assert words in rows[clip]["reason"]
    assert project.jobs("results/tables/coverage.csv", "--configfile", "web.yaml") == {}, (
        "expected no question asked twice"
    )

    # An upgrade: no site is asked for what is here, and nothing of it is removed.
    videos = (project.folder / "results/videos").glob("web-*.mp4")
    before = {file: file.read_bytes() for file in videos if file.stat().st_size}
    code = project.folder / "workflow/runform/errors.py"
    code.write_text(code.read_text() + "\nMORE = 1\n")
    os.utime(project.folder / "workflow/scripts/download_video.py")
    targets = [str(file.relative_to(project.folder)) for file in before]
    project.snakemake(*targets, "--configfile", "web.yaml")
    assert before and {file: file.read_bytes() for file in before} == before
    assert project.jobs(*targets, "--configfile", "web.yaml") == {}

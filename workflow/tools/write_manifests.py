"""Write the manifests of the simulated studies, labelled by the limits in the config (`make docs`).

The test runners of the benchmark are those of the project's version.
"""

import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.files import write_text
from runform.provenance import project_version
from runform.simulate.study_manifests import (
    BENCHMARK_COLUMNS,
    COLUMNS,
    benchmark_study,
    embedded_study,
    format_rows,
)

if __name__ == "__main__":
    config = Path(__file__).parents[2] / "config"
    rules, further = (
        yaml.safe_load((config / name).read_text())["deficiencies"]
        for name in ("config.yaml", "benchmark.yaml")
    )
    benchmark = benchmark_study(rules | further, project_version())
    write_text(
        config / "manifest.tsv", format_rows(embedded_study(rules), (*COLUMNS, "overstriding"))
    )
    write_text(config / "benchmark_manifest.tsv", format_rows(benchmark, BENCHMARK_COLUMNS))

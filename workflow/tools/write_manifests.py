"""Write the manifests of the simulated studies, labelled by the limits in config/config.yaml
(`make docs`).
"""

import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.files import write_text
from runform.simulate.study_manifests import (
    BENCHMARK_COLUMNS,
    COLUMNS,
    benchmark_study,
    embedded_study,
    format_rows,
)

if __name__ == "__main__":
    config = Path(__file__).parents[2] / "config"
    rules = yaml.safe_load((config / "config.yaml").read_text())["deficiencies"]
    write_text(
        config / "manifest.tsv", format_rows(embedded_study(rules), (*COLUMNS, "overstriding"))
    )
    write_text(
        config / "benchmark_manifest.tsv", format_rows(benchmark_study(rules), BENCHMARK_COLUMNS)
    )

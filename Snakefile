"""From a manifest of running videos to a few-shot study of running form. Architecture: docs in README.md and config/README.md."""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"


onsuccess:
    print("ok")


rule all:
    input: [],

"""From a manifest of running videos to a few-shot study of running form. README.md draws the graph."""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/acquire.smk"
include: "workflow/rules/pose.smk"
include: "workflow/rules/gait.smk"
include: "workflow/rules/encoder.smk"
include: "workflow/rules/fewshot.smk"
include: "workflow/rules/present.smk"


rule all:
    default_target: True
    input:
        study_files(),


rule video_report:
    input:
        [f"results/runners/{clip.clip}/report.html" for clip in VIDEO_CLIPS],

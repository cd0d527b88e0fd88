"""The workflow is workflow/Snakefile; from here `snakemake` finds it and its default target."""


include: "workflow/Snakefile"


# `include` keeps a default target to the file that names it.
workflow.default_target = "all"

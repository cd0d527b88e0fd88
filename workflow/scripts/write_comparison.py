"""Write the page that compares two clips."""

from runform.joblog import job_log
from runform.present.compare_page import Film, write_comparison

KINDS = ("receipt", "pose", "gait", "overlay")

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        films = [
            Film(**facts, **dict(zip(KINDS, files, strict=True)))
            for facts, files in zip(
                snakemake.params.facts,
                zip(*(snakemake.input[kind] for kind in KINDS), strict=True),
                strict=True,
            )
        ]
        write_comparison(*films, snakemake.output.page)

"""Compare one runner with every professional."""

from typing import TYPE_CHECKING

from runform.fewshot.professionals import compare_professionals
from runform.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        compare_professionals(
            snakemake.input.embeddings,
            snakemake.params.compare_clip,
            snakemake.params.labelled,
            snakemake.params.professionals,
            snakemake.params.corpus,
            snakemake.params.runners,
            snakemake.output.table,
        )

"""Compare one runner with every professional."""

from runform.fewshot.professionals import compare_professionals
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        compare_professionals(
            snakemake.input.embeddings,
            snakemake.input.readings,
            snakemake.params.space,
            snakemake.params.compare_clip,
            snakemake.params.labelled,
            snakemake.params.professionals,
            snakemake.params.corpus,
            snakemake.params.runners,
            snakemake.output.table,
        )

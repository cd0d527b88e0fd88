"""Write how far two labellers agree."""

from runform.fewshot.agreement import tabulate_agreement
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        tabulate_agreement(snakemake.params.opinions, snakemake.output[0])

"""Stop the study here when too few of its clips are available."""

from runform.joblog import job_log
from runform.present.coverage import require_enough

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        require_enough(
            snakemake.input[0],
            snakemake.params.clips,
            snakemake.params.min_available,
            snakemake.output[0],
        )

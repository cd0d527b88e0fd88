"""Draw one figure of the study."""

from runform.joblog import job_log
from runform.present.figures import plot

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        plot(
            snakemake.params.figure,
            dict(snakemake.input.items()),
            snakemake.output.png,
            snakemake.output.pdf,
            snakemake.params.settings,
        )

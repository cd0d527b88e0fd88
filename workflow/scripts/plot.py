"""Draw one figure of the study."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.figures import plot

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        plot(
            snakemake.params.figure,
            dict(snakemake.input.items()),
            snakemake.output.png,
            snakemake.output.pdf,
            snakemake.params.settings,
        )

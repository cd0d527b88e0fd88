"""Draw accuracy against coverage."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.comparison import plot_selective

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        plot_selective(*snakemake.input, snakemake.output.png, snakemake.output.pdf)

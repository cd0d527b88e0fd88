"""Draw who was told wrongly, by runner."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.accuracy import plot_confusion

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        plot_confusion(*snakemake.input, snakemake.output.png, snakemake.output.pdf)

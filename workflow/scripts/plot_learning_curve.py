"""Draw the learning curves."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.figures import plot

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        inputs = {"learning_curve": snakemake.input[0], "skipped": snakemake.input[1]}
        plot("learning_curve", inputs, snakemake.output.png, snakemake.output.pdf)

"""Draw the training curves of the encoder."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.figures import plot

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        inputs = {"training": snakemake.input[0]}
        plot("training", inputs, snakemake.output.png, snakemake.output.pdf)

"""Draw the training curves of the encoder."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.encoder_figures import plot_training

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        plot_training(snakemake.input[0], snakemake.output.png, snakemake.output.pdf)

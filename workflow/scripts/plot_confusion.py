"""Draw who was told wrongly, by runner."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.figures import plot

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        inputs = {"predictions": snakemake.input[0], "accuracy": snakemake.input[1]}
        plot("confusion", inputs, snakemake.output.png, snakemake.output.pdf)

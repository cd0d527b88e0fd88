"""Draw the joint angles over the gait cycle, by label."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.figures import plot

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        settings = {"clips": snakemake.params.clips, "labels": snakemake.params.labels}
        inputs = {"gaits": snakemake.input.gaits}
        plot("gait_cycle", inputs, snakemake.output.png, snakemake.output.pdf, settings)

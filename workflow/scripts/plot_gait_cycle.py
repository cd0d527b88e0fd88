"""Draw the joint angles over the gait cycle, by label."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.gait_figures import plot_gait_cycle

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        plot_gait_cycle(
            dict(zip(snakemake.params.clips, snakemake.input.gaits, strict=True)),
            snakemake.params.labels,
            snakemake.output.png,
            snakemake.output.pdf,
        )

"""Render one simulated runner."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.simulate.recording import simulate_video

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        simulate_video(
            snakemake.params.url,
            snakemake.output.video,
            snakemake.output.truth,
            snakemake.output.receipt,
        )

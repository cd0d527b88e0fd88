"""Render one simulated runner."""

from runform.joblog import job_log
from runform.simulate.recording import simulate_video

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        simulate_video(
            snakemake.params.url,
            snakemake.output.video,
            snakemake.output.truth,
            snakemake.output.receipt,
        )

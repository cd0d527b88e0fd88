"""Write the page of one runner."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.runner_page import RunnerFacts, RunnerFiles, write_runner_report

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        names = ("clip", "receipt", "pose", "gait", "overlay", "predictions", "embeddings")
        write_runner_report(
            RunnerFacts(**snakemake.params.facts),
            RunnerFiles(**{name: snakemake.input[name] for name in names}),
            snakemake.output[0],
        )

"""Write the accuracy table for people, as Markdown and LaTeX."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.accuracy import tabulate_accuracy

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        tabulate_accuracy(snakemake.input[0], snakemake.output.markdown, snakemake.output.latex)

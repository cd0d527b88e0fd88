"""Write the table of arms for people, as Markdown and LaTeX."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.comparison import tabulate_arms

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        tabulate_arms(snakemake.input[0], snakemake.output.markdown, snakemake.output.latex)

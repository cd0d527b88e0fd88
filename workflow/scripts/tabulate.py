"""Write one table of the study as Markdown and LaTeX."""

from runform.joblog import job_log
from runform.present.figures import tabulate

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        markdown, latex = snakemake.output.markdown, snakemake.output.latex
        tabulate(snakemake.params.table, snakemake.input[0], markdown, latex)

"""The gait files of all clips as two tables."""

from runform.gait.export import tabulate_gait
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        gait_paths = dict(zip(snakemake.params.clips, snakemake.input, strict=True))
        tabulate_gait(gait_paths, snakemake.output.clips, snakemake.output.steps)

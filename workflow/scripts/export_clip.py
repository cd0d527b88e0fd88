"""The joints of one clip for OpenSim and for spreadsheets."""

from runform.gait.export import export_joints
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        export_joints(
            snakemake.input[0],
            snakemake.output.trc,
            snakemake.output.csv,
            height_m=snakemake.params.height_m,
        )

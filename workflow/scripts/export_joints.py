"""The joints of one clip for OpenSim and for spreadsheets."""

from typing import TYPE_CHECKING

from runform.gait.export import export_joints
from runform.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        export_joints(
            snakemake.input[0],
            snakemake.output.trc,
            snakemake.output.csv,
            height_m=snakemake.params.height_m,
        )

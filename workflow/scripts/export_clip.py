"""Write the joints, angles and pose of one clip for other programs."""

from runform.gait.clip_files import ClipExports, export_clip
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        export_clip(
            snakemake.input.pose,
            snakemake.input.gait,
            ClipExports(**dict(snakemake.output.items())),
            height_m=snakemake.params.height_m,
        )

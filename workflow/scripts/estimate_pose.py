"""Find the keypoints of the runner in one clip."""

from runform.joblog import job_log
from runform.pose.estimate import estimate_pose, settings_from

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        estimate_pose(
            snakemake.input.clip,
            snakemake.input.receipt,
            snakemake.output[0],
            settings_from(**snakemake.params.settings),
            blazepose_path=str(snakemake.input.blazepose),
            weights_path=str(snakemake.input.weights),
            detector_path=str(snakemake.input.detector),
            subject=snakemake.params.subject,
            threads=snakemake.threads,
        )

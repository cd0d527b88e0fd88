"""Take the keypoints of one clip from somebody's file."""

from runform.joblog import job_log
from runform.pose.estimate import settings_from
from runform.pose.import_keypoints import import_pose

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        import_pose(
            snakemake.input.keypoints,
            snakemake.input.receipt,
            snakemake.output[0],
            settings_from(**snakemake.params.settings),
            subject=snakemake.params.subject,
        )

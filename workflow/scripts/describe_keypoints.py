"""Say what is known of one clip that has keypoints and no video."""

from runform.joblog import job_log
from runform.pose.import_keypoints import describe_keypoints

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        describe_keypoints(
            snakemake.input.keypoints,
            str(snakemake.input.receipt),
            snakemake.output[0],
            fps=snakemake.params.fps,
            width_px=snakemake.params.width_px,
            height_px=snakemake.params.height_px,
            capture_fps=snakemake.params.capture_fps,
        )

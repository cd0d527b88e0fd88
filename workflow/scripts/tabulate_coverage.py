"""List the clips that are missing or of low quality, and why."""

from runform.joblog import job_log
from runform.present.coverage import ClipFiles, write_coverage

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        rows = zip(
            snakemake.params.clips,
            snakemake.input.receipts,
            snakemake.input.poses,
            snakemake.input.gaits,
            strict=True,
        )
        write_coverage(
            {clip: ClipFiles(receipt, pose, gait) for clip, receipt, pose, gait in rows},
            snakemake.output[0],
        )

"""Cut one clip out of its source video."""

from runform.acquire.trim import TrimSettings, trim_clip
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        trim_clip(
            snakemake.input.video,
            snakemake.input.receipt,
            snakemake.output.clip,
            snakemake.output.receipt,
            TrimSettings(**snakemake.params.settings),
            start_s=snakemake.params.start_s,
            end_s=snakemake.params.end_s,
            capture_fps=snakemake.params.capture_fps,
            sha256=snakemake.params.sha256,
        )

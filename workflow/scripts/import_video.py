"""Take in one local video."""

from runform.acquire.receipts import import_video
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        import_video(snakemake.input[0], snakemake.output.video, snakemake.output.receipt)

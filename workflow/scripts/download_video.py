"""Download one source video."""

from runform.acquire.client import Connection
from runform.acquire.download import DownloadSettings, download_video
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        download_video(
            snakemake.params.url,
            snakemake.output.video,
            snakemake.output.receipt,
            f"results/videos/.partial/{snakemake.wildcards.source}",
            DownloadSettings(**snakemake.params.settings),
            # Not a param: it changes no result, so it must trigger nothing, and it may name a file
            # of cookies.
            Connection(**snakemake.config["acquire"]["connection"]),
        )

"""Download one source video."""

from pathlib import Path

from runform.acquire.client import Connection
from runform.acquire.download import DownloadSettings, download_video
from runform.joblog import job_log

if __name__ == "__main__":
    # A module's prefix stands before the output; a storage's copy lies where Snakemake clears up.
    videos = Path(snakemake.output.video).parent
    videos = Path("results/videos") if ".snakemake" in videos.parts else videos
    with job_log(snakemake.log[0]):
        download_video(
            snakemake.params.url,
            snakemake.output.video,
            snakemake.output.receipt,
            videos / ".partial" / snakemake.wildcards.source,
            # No params: these must not have Snakemake remove what was downloaded, and the second
            # may name a file of cookies.
            DownloadSettings(**snakemake.config["acquire"]["download"]),
            Connection(**snakemake.config["acquire"]["connection"]),
        )

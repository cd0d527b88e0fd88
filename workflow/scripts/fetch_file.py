"""Provide a file of weights, once, and check its hash."""

from runform.acquire.weights import provide_weights
from runform.joblog import job_log
from runform.pose.openmmlab import published

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        url, sha256, instead, packaged = snakemake.params.source
        if not url:
            url = published(snakemake.wildcards.file.removesuffix(".pth")).checkpoint_url
        provide_weights(url, snakemake.output[0], instead, sha256, packaged)

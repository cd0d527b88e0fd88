"""Provide a file of weights, once, and check its hash."""

from runform.acquire.weights import provide_weights
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        url, sha256, instead, packaged = snakemake.params.source
        if not url:
            from runform.pose.mmpose_export import checkpoint_url

            url = checkpoint_url(snakemake.wildcards.file.removesuffix(".pth"))
        provide_weights(url, snakemake.output[0], instead, sha256, packaged)

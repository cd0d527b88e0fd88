"""Fetch the published checkpoint of one pose network."""

from typing import TYPE_CHECKING

from runform.acquire.weights import fetch_weights
from runform.joblog import job_log
from runform.pose.mmpose_export import checkpoint_url

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        url = checkpoint_url(snakemake.wildcards.network)
        fetch_weights(url, snakemake.output[0], "set pose.model: blazepose, which needs nothing")

"""Fetch the published checkpoint of one pose network."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.pose.mmpose_export import checkpoint_url
from runform.pose.weights import fetch_weights

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        fetch_weights(checkpoint_url(snakemake.wildcards.network), snakemake.output[0])

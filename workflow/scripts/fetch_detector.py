"""Fetch a person detector in ONNX from the address in the config."""

from typing import TYPE_CHECKING

from runform.acquire.weights import fetch_weights
from runform.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        fetch_weights(
            snakemake.params.url, snakemake.output[0], 'set pose.detector: "", which needs nothing'
        )

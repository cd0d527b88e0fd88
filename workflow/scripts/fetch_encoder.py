"""Fetch the published weights that the encoder starts from."""

from typing import TYPE_CHECKING

from runform.acquire.weights import fetch_weights
from runform.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

INSTEAD = "set encoder.pretrained: resources/encoders/runner-small.safetensors, which needs nothing"

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        fetch_weights(snakemake.params.url, snakemake.output[0], INSTEAD, snakemake.params.sha256)

"""Fetch the published checkpoint of one pose network or person detector."""

from typing import TYPE_CHECKING

from runform.acquire.weights import fetch_weights
from runform.joblog import job_log
from runform.pose.mmpose_export import DETECTORS, checkpoint_url

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        model = snakemake.wildcards.model
        instead = 'pose.detector: ""' if model in DETECTORS else "pose.model: blazepose"
        fetch_weights(
            checkpoint_url(model), snakemake.output[0], f"set {instead}, which needs nothing"
        )

"""Turn a checkpoint of a person detector into ONNX."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.pose.mmpose_export import export_rtmdet

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        export_rtmdet(snakemake.wildcards.detector, snakemake.input[0], snakemake.output[0])

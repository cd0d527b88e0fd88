"""Turn a checkpoint of a pose network or a person detector into ONNX."""

from runform.joblog import job_log
from runform.pose.mmpose_export import DETECTORS, export_rtmdet, export_rtmpose

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        export = export_rtmdet if snakemake.wildcards.network in DETECTORS else export_rtmpose
        export(snakemake.wildcards.network, snakemake.input[0], snakemake.output[0])

"""Write the report of one runner."""

from pathlib import Path

from runform.joblog import job_log
from runform.present.runner_page import RunnerFacts, RunnerFiles, write_runner_report

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        of_clip = {
            name: str(snakemake.input[name])
            for name in ("clip", "receipt", "pose", "gait", "overlay")
        }
        # by the last word of their names: results/embeddings.npz, runner-small.readings.safetensors
        of_study = {Path(file).stem.split(".")[-1]: file for file in snakemake.input.study}
        of_others = {Path(file).stem: file for file in snakemake.input.others}
        write_runner_report(
            RunnerFacts(**snakemake.params.facts),
            RunnerFiles(**of_clip, **of_study, others=of_others),
            snakemake.output[0],
        )

"""Score the labelled clips by the published protocol."""

from runform.fewshot.published_protocol import PublishedProtocol
from runform.fewshot.study import score_few_shot
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        score_few_shot(
            snakemake.input.embeddings,
            snakemake.params.labels,
            snakemake.params.runners,
            PublishedProtocol(**snakemake.params.published),
            snakemake.output.accuracy,
            snakemake.output.predictions,
        )

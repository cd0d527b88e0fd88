"""Draw the t-SNE map of the embeddings."""

from typing import TYPE_CHECKING

from runform.joblog import job_log
from runform.present.figures import plot

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        settings = {
            "labels": snakemake.params.labels,
            "sets": snakemake.params.sets,
            "tsne": snakemake.params.settings,
        }
        inputs = {"embeddings": snakemake.input.embeddings}
        plot("tsne", inputs, snakemake.output.png, snakemake.output.pdf, settings)

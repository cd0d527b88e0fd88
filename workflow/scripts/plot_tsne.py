"""Draw the t-SNE map of the embeddings."""

from typing import TYPE_CHECKING

import numpy as np

from runform.joblog import job_log
from runform.present.encoder_figures import TsneSettings, plot_tsne

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]), np.load(snakemake.input.embeddings, allow_pickle=False) as file:
        plot_tsne(
            [str(clip) for clip in file["clip"]],
            file["mean"],
            snakemake.params.labels,
            snakemake.params.sets,
            TsneSettings(**snakemake.params.settings),
            snakemake.output.png,
            snakemake.output.pdf,
        )

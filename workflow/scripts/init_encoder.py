"""An encoder of the same size with random weights: the variant that shows what training adds."""

import torch

from runform.encoder.checkpoint import load_encoder, save_encoder
from runform.encoder.dstformer import DSTformer
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        torch.manual_seed(snakemake.params.seed)
        save_encoder(DSTformer(load_encoder(snakemake.input.like).config), snakemake.output.encoder)

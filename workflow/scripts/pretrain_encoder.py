"""Train a new encoder on simulated runners."""

from pathlib import Path

from runform.encoder.dstformer import DSTformerConfig
from runform.encoder.objective import LossWeights
from runform.encoder.pretrain import pretrain_encoder
from runform.encoder.simulated_data import SimulationSettings
from runform.encoder.training import TrainingSettings
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        pretrain_encoder(
            snakemake.output.encoder,
            snakemake.output.recipe,
            snakemake.output.curve,
            Path(snakemake.output.encoder).with_suffix(""),
            DSTformerConfig(**snakemake.params.model),
            TrainingSettings(**snakemake.params.training),
            SimulationSettings(**snakemake.params.simulation | snakemake.params.view),
            LossWeights(**snakemake.params.losses),
            snakemake.params.code,
        )

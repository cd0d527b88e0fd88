"""Fine-tune the encoder on the corpus clips."""

from pathlib import Path
from typing import TYPE_CHECKING

from runform.encoder.clip_data import SegmentSettings
from runform.encoder.finetune import finetune_encoder
from runform.encoder.objective import LossWeights
from runform.encoder.simulated_data import SimulationSettings
from runform.encoder.training import TrainingSettings
from runform.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        training = dict(snakemake.params.training)
        freeze = training.pop("freeze")
        finetune_encoder(
            snakemake.input.start,
            snakemake.input.poses,
            snakemake.output.encoder,
            snakemake.output.curve,
            Path(snakemake.output.encoder).with_suffix(""),
            TrainingSettings(**training),
            SegmentSettings(**snakemake.params.segments),
            LossWeights(**snakemake.params.losses),
            SimulationSettings(**snakemake.params.simulation),
            freeze,
        )

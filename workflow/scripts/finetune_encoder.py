"""Fine-tune the encoder on the corpus clips."""

from pathlib import Path

from runform.encoder.clip_data import SegmentSettings
from runform.encoder.finetune import finetune_encoder
from runform.encoder.objective import LossWeights
from runform.encoder.training import TrainingSettings
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        # from the config, not a param: another limit trains nothing again
        min_available = snakemake.config["acquire"]["min_available"]
        training = TrainingSettings(**snakemake.params.training)
        segments = SegmentSettings(**snakemake.params.segments)
        weights = LossWeights(**snakemake.params.losses)
        simulated = None
        if weights.anchored:
            # only here: with the 2D loss alone this job does not depend on the simulator
            from runform.encoder.simulated_data import SimulationSettings, windows_beside_segments

            simulated = windows_beside_segments(
                SimulationSettings(**snakemake.params.simulation), segments.frames, training.seed
            )
        finetune_encoder(
            snakemake.input.start,
            snakemake.input.poses,
            snakemake.output.encoder,
            snakemake.output.curve,
            Path(snakemake.output.encoder).with_suffix(""),
            training,
            segments,
            weights,
            simulated,
            min_available,
            snakemake.params.code,
        )

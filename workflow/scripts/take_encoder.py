"""Copy the encoder that the study starts from, whatever its format, into ours."""

from runform.encoder.checkpoint import load_encoder, save_encoder, supervision_of
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        weights = snakemake.input.weights
        recipe = {"supervision": supervision_of(weights)}
        save_encoder(load_encoder(weights), snakemake.output.encoder, recipe)

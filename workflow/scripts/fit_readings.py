"""Fit the readings of form of one encoder."""

from runform.encoder.form_films import fit_encoder_readings
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        fit_encoder_readings(
            snakemake.input.encoder,
            snakemake.input.films,
            snakemake.output.readings,
            snakemake.params.one_direction,
            snakemake.params.torch_threads,
        )

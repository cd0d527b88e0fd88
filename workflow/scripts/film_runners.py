"""Film simulated runners, from whom readings of form are learned."""

from runform.encoder.form_films import FormFilmSettings, film_runners
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        film_runners(FormFilmSettings(**snakemake.params.settings), snakemake.output.films)

"""Read the form of every clip from its embedding, beside what geometry measures."""

from runform.fewshot.readings_table import tabulate_readings
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        clips = snakemake.params.clips
        tabulate_readings(
            snakemake.input.readings,
            snakemake.input.embeddings,
            dict(zip(clips, snakemake.input.poses, strict=True)),
            dict(zip(clips, snakemake.input.gaits, strict=True)),
            snakemake.output.table,
        )

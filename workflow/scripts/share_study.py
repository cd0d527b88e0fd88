"""Write the study without its videos, for others."""

from runform.joblog import job_log
from runform.present.shared_study import write_shared_study

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        clips = list(snakemake.params.rows)
        write_shared_study(
            snakemake.output[0],
            snakemake.params.rows,
            dict(zip(clips, snakemake.input.receipts, strict=True)),
            dict(zip(clips, snakemake.input.poses, strict=True)),
            snakemake.input.tables,
            snakemake.params.config,
            str(snakemake.input.encoder),
        )

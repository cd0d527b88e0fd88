"""Draw skeleton, ground contacts and angles onto one clip."""

from runform.joblog import job_log
from runform.present.overlay import OverlaySettings, write_overlay

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_overlay(
            str(snakemake.input.clip),
            snakemake.input.pose,
            snakemake.input.gait,
            OverlaySettings(**snakemake.params.settings),
            snakemake.output[0],
        )

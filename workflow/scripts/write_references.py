"""Cite what the study used."""

from runform.joblog import job_log
from runform.present.references import write_references

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_references(
            snakemake.input.poses,
            snakemake.input.gaits,
            snakemake.output[0],
            pretrained=snakemake.params.pretrained,
            labelled=snakemake.params.labelled,
        )

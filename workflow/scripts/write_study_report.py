"""Write the report of the study."""

from runform.joblog import job_log
from runform.present.study_page import StudyFacts, StudyFiles, write_study_report

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        files = StudyFiles(
            accuracy=snakemake.input.accuracy,
            predictions=snakemake.input.predictions,
            coverage=snakemake.input.coverage,
            figures=snakemake.input.figures,
            captions=snakemake.input.captions,
            gaits=dict(zip(snakemake.params.clips, snakemake.input.gaits, strict=True)),
            feature_sets=str(snakemake.input.feature_sets),
            receipts=snakemake.input.receipts,
        )
        write_study_report(StudyFacts(**snakemake.params.facts), files, snakemake.output[0])

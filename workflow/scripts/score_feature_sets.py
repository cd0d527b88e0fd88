"""Evaluate every feature set of the few-shot study on every deficiency."""

from runform.fewshot.evaluate import EvaluationSettings
from runform.fewshot.published_protocol import PublishedProtocol
from runform.fewshot.study import StudyFiles, StudyLabels, StudyTables, score_feature_sets
from runform.fewshot.study_features import FeatureSettings
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        given, params = snakemake.input, snakemake.params
        encoders = ["encoder", *params.encoders]
        files = StudyFiles(
            poses=dict(zip(params.clips, given.poses, strict=True)),
            gaits=dict(zip(params.clips, given.gaits, strict=True)),
            videos=dict(zip(params.filmed, given.videos, strict=True)),
            embeddings=dict(zip(encoders, [given.embeddings, *given.encoders], strict=True)),
            readings=dict(zip(encoders, given.readings, strict=True)),
        )
        score_feature_sets(
            files,
            StudyLabels(
                params.labels, params.test_labels, params.runners, params.corpus, params.rules
            ),
            FeatureSettings(**params.features),
            EvaluationSettings(
                published=PublishedProtocol(**params.published), **params.evaluation
            ),
            StudyTables(**dict(snakemake.output.items())),
            processes=snakemake.threads,
        )

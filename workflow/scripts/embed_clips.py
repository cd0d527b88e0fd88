"""Embed every clip of the study with one encoder."""

from runform.encoder.embed import embed_clips
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        embed_clips(
            snakemake.input.encoder,
            dict(zip(snakemake.params.clips, snakemake.input.poses, strict=True)),
            snakemake.params.keep_frames,
            snakemake.output.embeddings,
            # the limit is the config's, and no param: another one embeds nothing again
            **{"min_available": snakemake.config["acquire"]["min_available"]}
            | snakemake.params.settings,
        )

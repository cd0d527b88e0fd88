"""Write the map and the roster of the clips."""

from runform.fewshot.embedding_map import TsneSettings
from runform.joblog import job_log
from runform.present.clip_map import MappedClip, write_clip_map

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_clip_map(
            [MappedClip(**clip) for clip in snakemake.params.clips],
            snakemake.input.embeddings,
            snakemake.input.readings,
            snakemake.input.gait,
            snakemake.input.coverage,
            TsneSettings(**snakemake.params.tsne),
            snakemake.params.space,
            snakemake.output[0],
        )

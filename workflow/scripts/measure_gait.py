"""Events, metrics and verdicts of one clip."""

from runform.gait.deficiencies import Deficiency
from runform.gait.measure import measure_gait, settings_from
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        measure_gait(
            snakemake.input[0],
            snakemake.output[0],
            settings_from(snakemake.params.settings),
            {name: Deficiency(**entry) for name, entry in snakemake.params.deficiencies.items()},
            view=snakemake.params.view,
            height_m=snakemake.params.height_m,
            speed_m_s=snakemake.params.speed_m_s,
        )

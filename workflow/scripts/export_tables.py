"""Write the tables of the study as a workbook, and those of gait as Parquet."""

from pathlib import Path

from runform.joblog import job_log
from runform.present.workbook import write_parquet, write_workbook

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        tables = {Path(table).stem: table for table in snakemake.input.tables}
        write_workbook(list(tables.values()), snakemake.output.workbook)
        write_parquet(tables["gait"], snakemake.output.clips)
        write_parquet(tables["steps"], snakemake.output.steps)

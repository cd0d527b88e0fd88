"""Make the virtual environment in which mmpose exports networks."""

import subprocess
from pathlib import Path

from runform.errors import InputError
from runform.joblog import job_log

if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        make_venv, pins = snakemake.input.make_venv, Path(snakemake.input.pins[0]).parent
        done = subprocess.run(
            ["sh", make_venv, Path(snakemake.output[0]).parent, "", pins],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        print(done.stdout)
        if done.returncode:
            raise InputError(done.stdout.strip().rpartition("\n")[2].removeprefix("runform: "))

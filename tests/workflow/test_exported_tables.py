"""`make export` on a finished study: every file opens; a second run has nothing to do."""

import ezc3d
import openpyxl
import pandas as pd
import pytest
from scipy.io import netcdf_file

pytestmark = pytest.mark.xdist_group("study")


def test_files_for_other_programs(finished):
    finished.snakemake("export")
    results = finished.folder / "results"
    for kind in ("trc", "mot", "c3d", "csv"):
        assert len(list((results / "gait").glob(f"*.{kind}"))) == 14
    workbook = openpyxl.load_workbook(results / "study.xlsx")
    tables = ["coverage", "gait", "steps", "readings", "accuracy", "predictions", "professionals"]
    assert workbook.sheetnames == ["columns", *tables]
    steps = pd.read_csv(results / "tables/steps.csv")
    assert workbook["steps"].max_row == len(steps) + 1
    assert len(pd.read_parquet(results / "tables/steps.parquet")) == len(steps)
    assert ezc3d.c3d(str(results / "gait/runner01.c3d"))["data"]["points"].shape[2] == 60
    with netcdf_file(results / "pose/runner01.nc", mmap=False) as file:
        assert file.variables["position"].shape[0] == 60
    assert finished.jobs("export") == {}

"""Poses as netCDF in the layout of the Python package movement, which `xarray.load_dataset` reads.

Written as classic netCDF with scipy, so that neither movement nor xarray is needed here. The layout
is that of movement's poses datasets (movement.neuroinformatics.dev, "The movement datasets"):
variables `position` (time, space, keypoints, individuals) and `confidence` (time, keypoints,
individuals), named coordinates, and the attributes ds_type, fps, time_unit and source_software.

Legend: T frames, K keypoints.
"""

from pathlib import Path

import numpy as np
from scipy.io import netcdf_file

from runform.files import written_aside
from runform.provenance import project_version
from runform.sequence import PoseSequence

INDIVIDUAL = "runner"


def write_netcdf(sequence: PoseSequence, path: str | Path) -> None:
    """Write the repaired keypoints, px with y down as in the picture, against true time in s.

    A missing joint is NaN with confidence 0. A clip that is unavailable gives an empty file.
    """
    with written_aside(path) as aside:
        if not len(sequence.xy):
            aside.touch()
            return
        with netcdf_file(str(aside), "w", version=2) as file:
            _write(file, sequence)


def _write(file, sequence: PoseSequence) -> None:
    time_s = sequence.time_s
    file.source_software = f"runform {project_version()}".encode()
    file.ds_type = b"poses"
    file.time_unit = b"seconds"
    # scipy would write a float of Python in single precision
    file.fps = np.float64(sequence.true_fps)
    _coordinate(file, "time", time_s)
    for name, labels in (
        ("space", ("x", "y")),
        ("keypoints", sequence.joints.joints),
        ("individuals", (INDIVIDUAL,)),
    ):
        _coordinate(file, name, labels)
    position = np.moveaxis(sequence.xy, 2, 1)[..., None]  # (T, 2, K, 1)
    for name, values, dimensions in (
        ("position", position, ("time", "space", "keypoints", "individuals")),
        ("confidence", sequence.score[..., None], ("time", "keypoints", "individuals")),
    ):
        variable = file.createVariable(name, "f8", dimensions)
        variable[:] = values.astype(float)
        variable._FillValue = np.nan


def _coordinate(file, name: str, values) -> None:
    """A dimension and the variable of its labels: numbers, or text as rows of characters, which is
    how classic netCDF holds it.
    """
    file.createDimension(name, len(values))
    if isinstance(values, np.ndarray):
        file.createVariable(name, "f8", (name,))[:] = values
        return
    letters = np.array([label.encode() for label in values])
    width = letters.dtype.itemsize
    file.createDimension(f"{name}_letters", width)
    variable = file.createVariable(name, "c", (name, f"{name}_letters"))
    variable[:] = letters.view("S1").reshape(len(values), width)
    variable._Encoding = b"utf-8"

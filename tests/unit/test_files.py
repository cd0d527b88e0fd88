"""Cells with fixed decimals."""

import pytest

from runform.files import COUNT, SHARE, TEXT, write_table


def test_cells(tmp_path):
    rows = [
        {"name": "a, b", "n": 3, "share": 1 / 3},
        {"name": "", "share": float("nan")},
        {"n": None, "share": -0.00001},
    ]
    write_table(tmp_path / "t.csv", {"name": TEXT, "n": COUNT, "share": SHARE}, rows)
    assert (tmp_path / "t.csv").read_bytes() == b'name,n,share\n"a, b",3,0.3333\n,,\n,,0.0000\n'


def test_a_cell_without_a_column_is_a_fault(tmp_path):
    with pytest.raises(ValueError, match="cells without a column: extra"):
        write_table(tmp_path / "t.csv", {"name": TEXT}, [{"name": "a", "extra": 1}])
    assert not (tmp_path / "t.csv").exists()

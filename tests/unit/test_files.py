"""Files that are whole or absent, and the cells of tables."""

import os

import pytest

from runform.files import (
    COUNT,
    SHARE,
    TEXT,
    folder_state,
    read_json,
    sha256_of,
    write_json,
    write_table,
    write_text,
    written_aside,
)


def test_cells(tmp_path):
    rows = [
        {"name": "a, b", "n": 3, "share": 1 / 3},
        {"name": "", "share": float("nan")},
        {"n": None, "share": -0.00001},
    ]
    write_table(tmp_path / "t.csv", {"name": TEXT, "n": COUNT, "share": SHARE}, rows)
    assert (tmp_path / "t.csv").read_bytes() == b'name,n,share\n"a, b",3,0.3333\n,,\n,,0.0000\n'


def test_a_cell_without_a_column_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="cells without a column: extra"):
        write_table(tmp_path / "t.csv", {"name": TEXT}, [{"name": "a", "extra": 1}])
    assert not (tmp_path / "t.csv").exists()


def test_a_file_appears_when_it_is_whole(tmp_path):
    with written_aside(tmp_path / "deep/a.mp4") as aside:
        aside.write_bytes(b"whole")
        assert aside.suffix == ".mp4" and not (tmp_path / "deep/a.mp4").exists()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a.mp4"]


def test_the_bytes_are_on_the_disk_before_the_name(tmp_path, monkeypatch):
    done = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, n=name, f=real: (done.append(n), f(*a)))
    write_text(tmp_path / "a.txt", "whole")
    assert done == ["fsync", "replace"]


def test_an_error_leaves_the_old_file_and_no_part_of_the_new_one(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(ZeroDivisionError), written_aside(tmp_path / "a.txt") as aside:
        aside.write_text("ne")
        raise ZeroDivisionError
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_json_has_sorted_keys_and_no_nan(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": "ü"})
    assert (tmp_path / "a.json").read_text() == '{\n  "a": "\\u00fc",\n  "b": 1\n}\n'
    assert read_json(tmp_path / "a.json") == {"a": "ü", "b": 1}
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "b.json", {"a": float("nan")})


def test_a_folder_in_which_a_file_is_rewritten_is_another(tmp_path):
    def state():
        folder_state.cache_clear()
        return folder_state(str(tmp_path))

    (tmp_path / "a.json").write_text("one")
    os.utime(tmp_path / "a.json", (1, 1))
    first = state()
    assert len(first) == 16 and state() == first
    (tmp_path / "a.json").write_text("two")  # of the same size
    assert state() != first
    os.utime(tmp_path / "a.json", (1, 1))
    assert state() == first
    (tmp_path / "a.json").rename(tmp_path / "b.json")
    assert state() != first
    assert folder_state(str(tmp_path / "b.json")) == folder_state("") == ""


def test_sha256(tmp_path):
    write_text(tmp_path / "a.txt", "abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_of(tmp_path / "a.txt") == expected

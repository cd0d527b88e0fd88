"""Cells of the manifest, read by hand."""

import pytest

from runform.parsing import (
    parse_date,
    parse_existing,
    parse_number,
    parse_point,
    parse_sha256,
    parse_time_s,
)


@pytest.mark.parametrize(
    ("text", "seconds"), [("12.5", 12.5), ("0", 0.0), ("1:02.5", 62.5), ("1:01:02", 3662.0)]
)
def test_times(text, seconds):
    assert parse_time_s(text) == seconds


@pytest.mark.parametrize("text", ["-1", "1:", "1:2:3:4", "a", "1e3", " 1"])
def test_a_time_that_is_none(text):
    with pytest.raises(ValueError, match="seconds"):
        parse_time_s(text)


@pytest.mark.parametrize("text", ["14.6.2026", "2026-6-14", "20260614", "2026-02-30", "2026-W24-7"])
def test_a_day_that_is_none(text):
    assert parse_date("2024-02-29") == "2024-02-29"
    with pytest.raises(ValueError, match="a day as year-month-day"):
        parse_date(text)


def test_numbers_points_and_hashes():
    assert parse_number("1.75", 0.5, 2.6) == 1.75
    assert parse_point("0.25,1") == (0.25, 1.0)
    assert parse_sha256("AB" * 32) == "ab" * 32
    for parse, text in (
        (lambda cell: parse_number(cell, 0.5, 2.6), "3"),
        (lambda cell: parse_number(cell, 0.5, 2.6), "nan"),
        (parse_point, "0.5"),
        (parse_point, "0.5,1.5"),
        (parse_sha256, "ab"),
    ):
        with pytest.raises(ValueError):
            parse(text)


def test_a_path_must_exist(tmp_path):
    assert parse_existing(str(tmp_path)) == str(tmp_path)
    with pytest.raises(ValueError, match="a file that exists"):
        parse_existing(str(tmp_path / "none"))

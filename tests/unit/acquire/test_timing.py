"""The constant rate that a clip gets."""

from fractions import Fraction

import pytest

from runform.acquire.trim import constant_rate


def test_even_source_keeps_its_rate():
    times = [n * 1001 / 24000 for n in range(50)]
    assert constant_rate(Fraction(24000, 1001), times, 120) == Fraction(24000, 1001)


def test_millisecond_stamps_are_even_enough():
    times = [
        round(n * 1001 / 30) / 1000 for n in range(200)
    ]  # 33, 34, 33 ms …, as WebM writes 29.97
    assert constant_rate(Fraction(30000, 1001), times, 120) == Fraction(30000, 1001)


def test_dropped_frames_do_not_lower_the_rate():
    times = [
        n / 30 for n in range(100) if n % 5
    ]  # every fifth frame is missing: 24 frames a second on average
    assert constant_rate(Fraction(24), times, 120) == 30


def test_phone_that_says_a_senseless_mean():
    times = [n / 60 + (0.0005 if n % 2 else 0.0) for n in range(100)]
    assert constant_rate(Fraction(90000), times, 120) == 60


def test_unusual_rate_is_kept():
    assert constant_rate(Fraction(0), [n / 18 for n in range(40)], 120) == 18


@pytest.mark.parametrize(
    ("rate", "most", "expected"), [(240, 120, 120), (240, 100, 80), (60, 60, 60), (120, 50, 40)]
)
def test_fast_sources_are_thinned_by_a_whole_number(rate, most, expected):
    assert constant_rate(Fraction(rate), [n / rate for n in range(50)], most) == expected


@pytest.mark.parametrize("times", [[], [0.0]])
def test_too_few_frames_to_tell(times):
    assert constant_rate(Fraction(25), times, 120) == 25
    assert constant_rate(Fraction(0), times, 120) == 25

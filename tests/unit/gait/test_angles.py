"""Angles by hand."""

import numpy as np
import pytest

from runform.angles import bend_deg, rise_deg, tilt_deg, turn_deg


def p(x, y):
    return np.array([[x, y]], float)


def test_tilt_is_positive_ahead():
    assert tilt_deg(p(0, 0), p(1, 1), 1)[0] == pytest.approx(45)
    assert tilt_deg(p(0, 0), p(1, 1), -1)[0] == pytest.approx(-45)


def test_rise_is_positive_with_the_front_up():
    assert rise_deg(p(0, 0), p(2, 2), 1)[0] == pytest.approx(45)
    assert rise_deg(p(0, 0), p(-2, -2), -1)[0] == pytest.approx(-45)


def test_bend_has_no_sign_and_turn_has():
    assert bend_deg(p(0, 2), p(0, 1), p(1, 1))[0] == pytest.approx(90)
    assert turn_deg(p(0, 2), p(0, 1), p(1, 1), 1)[0] == pytest.approx(90)
    assert turn_deg(p(0, 2), p(0, 1), p(-1, 1), 1)[0] == pytest.approx(-90)
    assert bend_deg(p(0, 2), p(0, 1), p(0, 0))[0] == pytest.approx(0)

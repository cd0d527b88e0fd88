import logging
import os
import sys

import pytest

from runform.pose.blazepose import native_output_logged


def test_what_native_code_prints_goes_to_the_log(capfd, caplog):
    with caplog.at_level(logging.INFO), native_output_logged():
        os.write(2, b"W0000 a delegate\nsecond line\n")
    print("still here", file=sys.stderr)
    assert capfd.readouterr().err == "still here\n"
    assert caplog.messages == ["W0000 a delegate", "second line"]


def test_the_screen_comes_back_after_a_fault(capfd, caplog):
    with (
        pytest.raises(RuntimeError, match="broken"),
        caplog.at_level(logging.INFO),
        native_output_logged(),
    ):
        os.write(2, b"last words\n")
        raise RuntimeError("broken")
    os.write(2, b"seen\n")
    assert capfd.readouterr().err == "seen\n"
    assert caplog.messages == ["last words"]

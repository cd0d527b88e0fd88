"""What native code prints past Python's streams, sent to the log instead of the screen."""

import logging
import os
import sys
import tempfile
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def native_output_logged():
    """While the block runs, what C++ libraries write to the process's standard error goes to this module's log.

    mediapipe announces its delegates and thread pools there before any setting of it can be reached.
    """
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        with tempfile.TemporaryFile() as caught:
            os.dup2(caught.fileno(), 2)
            try:
                yield
            finally:
                sys.stderr.flush()
                os.dup2(saved, 2)
                caught.seek(0)
                for line in caught.read().decode(errors="replace").splitlines():
                    log.info(line)
    finally:
        os.close(saved)

"""The log file of a job: everything goes there, and on an error one line to the screen."""

import logging
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

from runform.errors import InputError


class _LogFile(logging.FileHandler):
    """A log file that hides no error when it cannot be written, as on a full disk."""

    def handleError(self, record):
        pass

    def close(self):
        with suppress(OSError):
            super().close()


@contextmanager
def job_log(path: str | Path):
    """Send `logging` and any traceback of the block into the file at `path`.

    An `InputError` ends the process with its one line on the screen and status 1; any other fault
    is written to the log in full, named on the screen in one line, and ends the process likewise.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    except Exception as fault:
        root.error("the job broke off", exc_info=True)
        kind = "" if isinstance(fault, InputError) else f"{type(fault).__name__}: "
        first_line = str(fault).strip().split("\n")[0]
        print(f"runform: {kind}{first_line} (log: {path})", file=sys.stderr)
        sys.exit(1)
    finally:
        root.removeHandler(handler)
        handler.close()

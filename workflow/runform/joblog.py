"""The log file of a job: everything goes there, and on an error one line to the screen."""

import io
import logging
import sys
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path

from runform.errors import InputError


class _LogFile(logging.FileHandler):
    """A log file that hides no error when it cannot be written, as on a full disk."""

    def handleError(self, record):
        pass

    def close(self):
        with suppress(OSError):
            super().close()


class _Printed(io.TextIOBase):
    """What libraries print, a line of the log each: the screen has the progress of the study."""

    def write(self, text: str) -> int:
        for line in filter(None, map(str.strip, text.splitlines())):
            logging.info("%s", line)
        return len(text)


@contextmanager
def job_log(path: str | Path):
    """Send `logging`, what is printed, and any traceback of the block into the file at `path`.

    Any error ends the process with status 1 and one line on the screen; the log has it in full. An
    `InputError` is shown without the name of its class.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        with redirect_stdout(_Printed()):
            yield
    except Exception as error:
        root.error("the job broke off", exc_info=True)
        kind = "" if isinstance(error, InputError) else f"{type(error).__name__}: "
        first_line = str(error).strip().split("\n")[0]
        print(f"runform: {kind}{first_line} (log: {path})", file=sys.stderr)
        sys.exit(1)
    finally:
        root.removeHandler(handler)
        handler.close()

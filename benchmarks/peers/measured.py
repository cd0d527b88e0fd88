"""What a worker prints: its result beside its times and memory, as one line of JSON.

Standard library alone: it runs in each peer's own Python.
"""

import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable


def cpu_s() -> float:
    """Processor time of this process and of those that it has waited for, s."""
    return sum(os.times()[:4])


def print_measured(work: Callable[[], dict]) -> None:
    """Do `work`, imports done before, and print its result with wall_s, cpu_s and peak_mb, the
    largest memory of the whole process; or `error`, the last line of what went wrong.
    """
    answer, sys.stdout = sys.stdout, sys.stderr
    wall, cpu = time.perf_counter(), cpu_s()
    try:
        result = work()
    except Exception as error:
        traceback.print_exc()
        result = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
    result["wall_s"], result["cpu_s"] = time.perf_counter() - wall, cpu_s() - cpu
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result), file=answer, flush=True)

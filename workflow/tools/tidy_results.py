"""Care between runs: `tidy_results.py retry-unavailable` or `tidy_results.py clean-cache`, as
`make` calls it.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from runform.acquire.receipts import clean_unfinished, forget_unavailable
from runform.errors import InputError
from runform.run_lock import clear_killed_run, take_run_lock

if __name__ == "__main__":
    try:
        take_run_lock(".")
        for line in clear_killed_run("."):
            print(f"runform: {line}", file=sys.stderr)
    except InputError as error:
        sys.exit(f"runform: {error}")
    if sys.argv[1] == "retry-unavailable":
        urls = forget_unavailable("results/videos")
        print(f"{len(urls)} downloads are tried again in the next run", *urls, sep="\n  ")
    else:
        count, size_bytes = clean_unfinished("results")
        print(f"{count} unfinished files removed, {size_bytes / 1e6:.1f} MB")

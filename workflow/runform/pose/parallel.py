"""Work on a stream in several threads: the caller reads ahead while the networks, which let go of Python's lock, compute."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice


def mapped(function: Callable, items: Iterable, workers: int) -> Iterator:
    """`function` of each item, in their order, computed in `workers` threads; at most two items a thread are read ahead.

    Items are read in the caller's thread. A fault of `items` or `function` is raised here. When the caller stops early, what has
    not begun is not computed.
    """
    with ThreadPoolExecutor(workers) as pool:
        ahead = deque()
        try:
            for item in items:
                ahead.append(pool.submit(function, item))
                if len(ahead) > 2 * workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for waiting in ahead:
                waiting.cancel()


def in_batches(items: Iterable, size: int) -> Iterator[list]:
    """Lists of `size` items, the last one shorter."""
    items = iter(items)
    while batch := list(islice(items, size)):
        yield batch

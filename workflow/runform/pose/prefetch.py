"""Decode ahead: frames are made ready in a thread while the network works on those before them."""

import queue
import threading
from collections.abc import Iterable, Iterator
from itertools import islice

END = object()


def prefetched(items: Iterable, ahead: int) -> Iterator:
    """The same items in the same order, taken from `items` in a thread up to `ahead` items early.

    A fault of `items` is raised here, at its place in the order. When the consumer stops early, so does the thread.
    """
    ready: queue.Queue = queue.Queue(maxsize=ahead)
    stopped = threading.Event()

    def put(item) -> bool:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work():
        try:
            for item in items:
                if not put((item, None)):
                    return
            put((END, None))
        except BaseException as fault:  # handed to the consumer, who raises it
            put((END, fault))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item, fault = ready.get()
            if fault is not None:
                raise fault
            if item is END:
                return
            yield item
    finally:
        stopped.set()
        thread.join()


def in_batches(items: Iterable, size: int) -> Iterator[list]:
    """Lists of `size` items, the last one shorter."""
    items = iter(items)
    while batch := list(islice(items, size)):
        yield batch

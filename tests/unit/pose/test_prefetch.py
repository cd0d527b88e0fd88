import threading

import pytest

from runform.pose.prefetch import in_batches, prefetched


def test_all_items_come_in_order():
    assert list(prefetched(iter(range(50)), ahead=3)) == list(range(50))
    assert list(prefetched([], ahead=3)) == []


def test_a_fault_comes_at_its_place():
    def items():
        yield 1
        yield 2
        raise ValueError("frame 3 is damaged")

    taken = []
    with pytest.raises(ValueError, match="frame 3 is damaged"):
        for item in prefetched(items(), ahead=8):
            taken.append(item)
    assert taken == [1, 2]


def test_the_thread_ends_when_the_consumer_stops_early():
    before = threading.active_count()
    ahead = prefetched(iter(range(1000)), ahead=2)
    assert next(ahead) == 0
    ahead.close()
    assert threading.active_count() == before


def test_batches():
    assert list(in_batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(in_batches([], 2)) == []

import threading

import pytest

from runform.pose.backend import in_batches, mapped


@pytest.mark.parametrize("workers", [1, 3])
def test_all_answers_come_in_order(workers):
    assert list(mapped(lambda item: 2 * item, iter(range(50)), workers)) == list(range(0, 100, 2))
    assert list(mapped(abs, [], workers)) == []


def test_several_items_are_worked_on_at_once():
    meeting = threading.Barrier(3, timeout=20)  # passes only when three threads stand before it
    assert list(mapped(lambda item: meeting.wait() is not None, range(3), 3)) == [True] * 3


def test_few_items_are_read_ahead():
    read = []
    answers = mapped(abs, (read.append(item) or item for item in range(100)), 2)
    assert next(answers) == 0 and len(read) == 5
    answers.close()
    assert len(read) == 5


def test_a_fault_is_raised():
    def items():
        yield 1
        raise ValueError("frame 2 is damaged")

    with pytest.raises(ValueError, match="frame 2 is damaged"):
        list(mapped(abs, items(), 2))
    with pytest.raises(ZeroDivisionError):
        list(mapped(lambda item: 1 // item, [2, 1, 0], 2))


def test_no_thread_is_left_when_the_caller_stops_early():
    before = threading.active_count()
    answers = mapped(abs, iter(range(1000)), 2)
    assert next(answers) == 0
    answers.close()
    assert threading.active_count() == before


def test_batches():
    assert list(in_batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert list(in_batches([], 2)) == []

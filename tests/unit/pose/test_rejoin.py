import numpy as np
import pytest

from runform.pose.follow import NOBODY, RejoinSettings, rejoin

SIZE, RATE_HZ = (1000, 600), 10.0


def scene(**lives):
    """Boxes and ids of people: id -> (first frame, left edge px, height px); each is seen for ten
    frames in one place.
    """
    frames = [[] for _ in range(100)]
    for name, (first, left, height) in lives.items():
        for frame in range(first, first + 10):
            frames[frame].append(
                (int(name.removeprefix("p")), [left, 200, left + 60, 200 + height])
            )
    boxes = [np.array([box for _, box in frame], float).reshape(-1, 4) for frame in frames]
    return boxes, [np.array([name for name, _ in frame], int) for frame in frames]


def names(boxes, ids):
    joined = rejoin(boxes, ids, RATE_HZ, SIZE, RejoinSettings())
    assert [len(frame) for frame in joined] == [len(frame) for frame in ids]
    return sorted({int(name) for frame in joined for name in frame})


def test_who_vanishes_and_appears_amid_the_picture_is_one_person():
    assert names(*scene(p0=(0, 400, 200), p1=(40, 600, 220))) == [0]


def test_three_pieces_are_one_person():
    assert names(*scene(p4=(0, 400, 200), p1=(30, 450, 200), p7=(60, 500, 200))) == [4]


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ((65, 400, 200), "after more than five seconds"),
        ((15, 900, 200), "faster than anybody runs"),
        ((30, 400, 90), "much smaller"),
        ((30, 930, 200), "comes in at the edge"),
        ((5, 500, 200), "both are seen at once"),
    ],
)
def test_others_stay_others(second, why):
    assert names(*scene(p0=(0, 400, 200), p1=second)) == [0, 1], why


def test_of_two_lost_people_each_is_found_again():
    boxes, ids = scene(p0=(0, 200, 200), p1=(0, 700, 200), p2=(30, 650, 200), p3=(30, 250, 200))
    joined = rejoin(boxes, ids, RATE_HZ, SIZE, RejoinSettings())
    assert dict(zip(boxes[30][:, 0], joined[30], strict=True)) == {650: 1, 250: 0}


def test_nobody_stays_nobody():
    boxes, ids = scene(p0=(0, 400, 200))
    ids[5][:] = NOBODY
    assert rejoin(boxes, ids, RATE_HZ, SIZE, RejoinSettings())[5].tolist() == [NOBODY]
    assert (
        rejoin([np.empty((0, 4))], [np.empty(0, int)], RATE_HZ, SIZE, RejoinSettings())[0].tolist()
        == []
    )

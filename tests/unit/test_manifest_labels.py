"""What a manifest's labels cannot teach: a line each, and no word where they can."""

from runform.manifest import Clip
from runform.manifest_labels import label_shortfalls


def clip(name, runner="", sets=("labelled",), **labels):
    return Clip(name, "simulated:seed=1", sets, runner or name, labels=labels)


def told(*clips, deficiencies=("overstriding",)):
    return label_shortfalls(clips, deficiencies, 4)


def runners(labels, **more):
    return [clip(f"r{number}", overstriding=label, **more) for number, label in enumerate(labels)]


def test_enough_labels_are_no_gap():
    assert told(*runners([True, False, True, False])) == []


def test_one_class():
    assert told(*runners([True] * 8)) == [
        "overstriding: all 8 labelled clips are yes: two classes are needed, not scored"
    ]
    assert told(*runners([False])) == [
        "overstriding: all 1 labelled clips are no: two classes are needed, not scored"
    ]


def test_one_runner():
    (line,) = told(*runners([True, False] * 4, runner="anna"))
    assert (
        line == "overstriding: all 8 labelled clips are of one runner: no split by runner, only the"
        " published protocol"
    )


def test_fewer_clips_and_fewer_runners_than_folds():
    assert told(*runners([True, False, True])) == [
        "overstriding: 3 labelled clips are fewer than 4 folds: only leave-one-runner-out"
    ]
    two = [
        clip(f"c{number}", runner="ab"[number % 2], overstriding=number % 2 == 0)
        for number in range(6)
    ]
    assert told(*two) == [
        "overstriding: 2 runners are fewer than 4 folds: no repeated folds by runner"
    ]


def test_deficiencies_without_labels_share_a_line():
    clips = runners([True, False, True, False])
    assert told(*clips, deficiencies=("overstriding", "bouncing", "low_cadence")) == [
        "no labelled clip, not scored: bouncing, low_cadence"
    ]


def test_only_labelled_clips_count():
    assert told(clip("a", sets=("test",), overstriding=True), clip("b", sets=("corpus",))) == []
    assert (
        told(*runners([True, False, True, False]), clip("t", sets=("test",), overstriding=True))
        == []
    )


def test_clips_whose_labellers_disagree_are_named():
    torn = Clip(
        "r9", "simulated:seed=1", ("labelled",), "r9",
        opinions={"overstriding": {"AB": "yes", "CD": "no"}},
    )  # fmt: skip
    settled = Clip(
        "r8", "simulated:seed=1", ("labelled",), "r8", labels={"overstriding": True},
        opinions={"overstriding": {"AB": "yes", "CD": "no"}},
    )  # fmt: skip
    lines = told(*runners([True, False, True, False]), torn, settled)
    assert lines == ["overstriding: labellers disagree, not used: r9"]

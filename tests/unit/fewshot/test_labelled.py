"""The labelled clips of a deficiency, and which of them can be scored."""

import numpy as np
import pytest

from runform.fewshot.labelled import examples_of, load_mean_embeddings, why_not_scored

RUNNERS = {clip: f"runner of {clip}" for clip in "abcdef"}


def examples(labels, available="abcdef"):
    return examples_of("overstriding", labels, RUNNERS, available)


def test_available_clips_keep_the_order_of_the_manifest_and_the_others_are_counted():
    some = examples({"c": True, "a": False, "b": True, "f": False}, available="abc")
    assert some.clips.tolist() == ["c", "a", "b"]
    assert some.runners.tolist() == ["runner of c", "runner of a", "runner of b"]
    assert some.labels.tolist() == [True, False, True]
    assert (len(some), some.n_yes, some.n_no, some.unavailable) == (3, 2, 1, ("f",))


@pytest.mark.parametrize(
    ("labels", "available", "reason"),
    [
        ({}, "abcdef", "no labelled clip"),
        ({"a": True}, "", "no labelled clip (1 unavailable)"),
        ({"a": True, "b": True}, "ab", "all 2 labelled clips are yes: two classes are needed"),
        ({"a": False, "b": True}, "a",
         "all 1 labelled clips (1 unavailable) are no: two classes are needed"),
        ({"a": False, "b": True, "c": True}, "abc", "3 labelled clips are fewer than 4 folds"),
        ({"a": False, "b": True, "c": True, "d": True}, "abcd", ""),
    ],
)  # fmt: skip
def test_why_clips_cannot_be_scored(labels, available, reason):
    assert why_not_scored(examples(labels, available), folds=4) == reason


def test_only_clips_with_a_finite_embedding_are_loaded(tmp_path):
    np.savez(
        tmp_path / "embeddings.npz",
        clip=np.array(["a", "b", "c"]),
        status=np.array(["ok", "unavailable", "ok"]),
        mean=np.array([[1, 2], [3, 4], [5, np.nan]], np.float32),
    )
    embeddings = load_mean_embeddings(tmp_path / "embeddings.npz")
    assert {clip: mean.tolist() for clip, mean in embeddings.items()} == {"a": [1.0, 2.0]}

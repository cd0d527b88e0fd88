import numpy as np

from runform.fewshot.label_order import AS_LISTED, LEAST_SURE, MOST_DIFFERENT, label_order


def cloud(n=12, features=4, seed=0):
    """Clips on a line from no (-1) to yes (1) along the first feature."""
    rng = np.random.default_rng(seed)
    along = np.linspace(-1, 1, n)
    X = 0.01 * rng.standard_normal((n, features))
    X[:, 0] += along
    return {f"c{row:02}": X[row] for row in range(n)}


def test_the_clip_nearest_to_the_boundary_comes_first():
    embeddings = cloud()
    labels = {"overstriding": {"c00": False, "c01": False, "c10": True, "c11": True}}
    order, how = label_order(list(embeddings), embeddings, labels)
    assert how == LEAST_SURE
    assert set(order[:2]) == {"c05", "c06"}
    assert set(order[6:8]) == {"c02", "c09"}
    assert order[8:] == ["c00", "c01", "c10", "c11"]


def test_without_a_boundary_the_clips_are_spread():
    embeddings = cloud(11)
    order, how = label_order(list(embeddings), embeddings, {"overstriding": {}})
    assert (order[0], how) == ("c05", MOST_DIFFERENT)
    assert set(order[1:3]) == {"c00", "c10"}
    assert sorted(order) == sorted(embeddings)
    one, _ = label_order(list(embeddings), embeddings, {"overstriding": {"c00": True}})
    assert (one[0], one[-1]) == ("c10", "c00")


def test_clips_without_an_embedding_come_after_and_nothing_is_lost():
    embeddings = cloud(6)
    clips = ["x", *embeddings, "y"]
    labels = {"overstriding": {"c00": False, "c01": False, "c04": True, "c05": True, "y": True}}
    order, _ = label_order(clips, embeddings, labels)
    assert order[2] == "x"
    assert sorted(order) == sorted(clips)
    assert label_order(["a", "b"], {}, {}) == (["a", "b"], AS_LISTED)


def test_a_clip_counts_for_every_deficiency_that_it_lacks():
    embeddings = cloud()
    ends = {"c00": False, "c01": False, "c10": True, "c11": True}
    labels = {"overstriding": ends | {f"c0{n}": n > 5 for n in range(2, 10)}, "bouncing": ends}
    assert set(label_order(list(embeddings), embeddings, labels)[0][:2]) == {"c05", "c06"}


def test_equal_clips_end_in_manifest_order():
    embeddings = {name: np.ones(3) for name in "cab"}
    assert label_order(["c", "a", "b"], embeddings, {"overstriding": {}})[0] == ["c", "a", "b"]

import numpy as np
import pytest

from runform.fewshot.embedding_map import (
    Agreement,
    TsneSettings,
    agreement,
    chance_agreement,
    label_agreement,
    map_trustworthiness,
    perplexity_of,
    tsne_map,
)

# Two pairs, far apart: each point's nearest neighbour is its partner.
PAIRS = np.array([[0.0, 0.0], [0.0, 1.0], [10.0, 0.0], [10.0, 1.0]])


def test_label_agreement_counts_neighbours_of_the_same_label():
    assert label_agreement(PAIRS, np.array([True, True, False, False]), 1) == 1.0
    assert label_agreement(PAIRS, np.array([True, False, True, False]), 1) == 0.0
    assert label_agreement(PAIRS, np.array([True, True, True, False]), 1) == 0.5


def test_agreement_needs_two_classes_and_more_clips_than_neighbours():
    labels = np.array([True, True, False, False])
    assert agreement(PAIRS, PAIRS, labels, 4) is None
    assert agreement(PAIRS, PAIRS, np.ones(4, bool), 1) is None
    assert agreement(PAIRS, PAIRS[[0, 2, 1, 3]], labels, 1) == Agreement(1.0, 0.0, 1 / 3)


def test_chance_agreement_of_nine_and_nine_is_eight_of_seventeen():
    assert chance_agreement(np.array([True] * 9 + [False] * 9)) == pytest.approx(8 / 17)


def test_map_repeats_and_keeps_groups_apart():
    X = np.concatenate(
        [
            np.random.default_rng(0).normal(size=(10, 8)),
            50 + np.random.default_rng(1).normal(size=(10, 8)),
        ]
    )
    xy = tsne_map(X, TsneSettings())
    assert np.array_equal(xy, tsne_map(X, TsneSettings()))
    assert label_agreement(xy, np.arange(20) < 10, 3) == 1.0


def test_a_map_that_keeps_neighbours_is_trustworthy():
    X = np.random.default_rng(0).normal(size=(20, 2))
    assert map_trustworthiness(X, X) == 1.0
    assert map_trustworthiness(X, X[::-1]) < 0.7


def test_perplexity_is_lowered_for_few_clips():
    assert perplexity_of(100, TsneSettings()) == 5.0
    assert perplexity_of(7, TsneSettings()) == 2.0

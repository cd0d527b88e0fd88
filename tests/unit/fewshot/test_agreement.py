import csv

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from runform.fewshot.agreement import (
    Counts,
    agreement_rows,
    count_pairs,
    kappa_interval,
    kappa_of,
    tabulate_agreement,
)


def test_kappa_is_cohen_s_where_both_say_yes_equally_often():
    counts = Counts(both_yes=12, both_no=20, only_labeller_yes=3, only_other_yes=3)
    one = [1] * 12 + [0] * 20 + [1] * 3 + [0] * 3
    other = [1] * 12 + [0] * 20 + [0] * 3 + [1] * 3
    assert kappa_of(counts) == pytest.approx(cohen_kappa_score(one, other))


def test_kappa_at_its_ends():
    assert kappa_of(Counts(5, 5, 0, 0)) == 1
    assert kappa_of(Counts(0, 0, 4, 4)) == -1
    assert np.isnan(kappa_of(Counts(9, 0, 0, 0)))
    assert np.isnan(kappa_of(Counts(0, 0, 0, 0)))


def test_interval_as_solved_by_hand():
    # Both limits give a chi-square of 3.841 with the share of yes at .5: counts 10, 6, 8.
    counts = Counts(10, 8, 4, 2)
    share = counts.yes_share
    for limit in kappa_interval(counts):
        both = share * (1 - share)
        expected = counts.n * np.array(
            [share**2 + limit * both, 2 * both * (1 - limit), (1 - share) ** 2 + limit * both]
        )
        assert np.sum((np.array([10, 6, 8]) - expected) ** 2 / expected) == pytest.approx(
            3.8415, abs=1e-3
        )


def test_full_agreement_on_few_clips_is_no_certainty():
    low, high = kappa_interval(Counts(5, 5, 0, 0))
    assert high == 1
    assert 0.2 < low < 0.7
    few, many = (kappa_interval(Counts(n, n, 0, 0))[0] for n in (5, 50))
    assert few < many


@pytest.mark.parametrize(("kappa", "n"), [(0.0, 20), (0.6, 20), (0.6, 40)])
def test_intervals_cover_the_true_kappa(kappa, n):
    rng, share, inside, told = np.random.default_rng(4), 0.4, 0, 0
    both = share * (1 - share)
    chances = [share**2 + kappa * both, 2 * both * (1 - kappa), (1 - share) ** 2 + kappa * both]
    for yes, split, no in rng.multinomial(n, chances, size=2000):
        low, high = kappa_interval(Counts(yes, no, split, 0))
        if np.isfinite(low):
            told += 1
            inside += low <= kappa <= high
    assert 0.93 <= inside / told <= 0.985


def test_rows_name_the_pair_and_count_the_unsure():
    opinions = {
        "overstriding": {
            "a": {"AB": "yes", "CD": "yes"},
            "b": {"AB": "no", "CD": "no"},
            "c": {"AB": "yes", "CD": "no"},
            "d": {"AB": "unsure", "CD": "no"},
            "e": {"AB": "yes"},
        },
        "bouncing": {"a": {"AB": "yes"}, "b": {"CD": "no"}},
    }
    (row,) = agreement_rows(opinions)
    assert (row["labeller"], row["other"], row["n"], row["unsure"]) == ("AB", "CD", 3, 1)
    assert (row["both_yes"], row["both_no"], row["only_labeller_yes"], row["only_other_yes"]) == (
        1,
        1,
        1,
        0,
    )
    assert row["agreement"] == pytest.approx(2 / 3)


def test_nothing_but_unsure_gives_empty_cells(tmp_path):
    opinions = {"overstriding": {"a": {"AB": "unsure", "CD": "yes"}}}
    tabulate_agreement(opinions, tmp_path / "agreement.csv")
    (row,) = csv.DictReader((tmp_path / "agreement.csv").open())
    assert (row["n"], row["unsure"], row["kappa"], row["agreement"]) == ("0", "1", "", "")


def test_pairs_are_counted():
    pairs = [("yes", "yes"), ("no", "yes"), ("unsure", "unsure"), ("no", "no")]
    assert count_pairs(pairs) == Counts(1, 1, 0, 1, 1)

import numpy as np
import pytest

from runform.present.encoder_figures import (
    TsneSettings,
    chance_agreement,
    label_agreement,
    layout,
    plot_tsne,
)

# Two pairs, far apart: each point's nearest neighbour is its partner.
PAIRS = np.array([[0.0, 0.0], [0.0, 1.0], [10.0, 0.0], [10.0, 1.0]])


def test_label_agreement_counts_neighbours_of_the_same_label():
    assert label_agreement(PAIRS, np.array([True, True, False, False]), 1) == 1.0
    assert label_agreement(PAIRS, np.array([True, False, True, False]), 1) == 0.0
    assert label_agreement(PAIRS, np.array([True, True, True, False]), 1) == 0.5


def test_label_agreement_needs_more_rows_than_neighbours():
    assert np.isnan(label_agreement(PAIRS, np.array([True, True, False, False]), 4))


def test_chance_agreement_of_nine_and_nine_is_eight_of_seventeen():
    assert chance_agreement(np.array([True] * 9 + [False] * 9)) == pytest.approx(8 / 17)


def test_layout_repeats_and_keeps_groups_apart():
    X = np.concatenate(
        [
            np.random.default_rng(0).normal(size=(10, 8)),
            50 + np.random.default_rng(1).normal(size=(10, 8)),
        ]
    )
    place = layout(X, TsneSettings())
    assert np.array_equal(place, layout(X, TsneSettings()))
    assert label_agreement(place, np.arange(20) < 10, 3) == 1.0


def study(n: int):
    clips = [f"clip{i}" for i in range(n)]
    X = np.random.default_rng(2).normal(size=(n, 6)).astype(np.float32)
    return clips, X, {clip: "labelled" if i % 2 else "corpus" for i, clip in enumerate(clips)}


def test_figure_is_the_same_bytes_again_and_unavailable_clips_are_left_out(tmp_path, caplog):
    clips, X, sets = study(14)
    X[3] = np.nan
    labels = {
        "overstriding": {clip: i < 6 for i, clip in enumerate(clips) if sets[clip] == "labelled"},
        "bouncing": {},
    }
    with caplog.at_level("INFO"):
        for name in ("one", "two"):
            plot_tsne(
                clips,
                X,
                labels,
                sets,
                TsneSettings(),
                tmp_path / f"{name}.png",
                tmp_path / f"{name}.pdf",
            )
    assert "of 6 labelled clips" in caplog.text
    for kind in ("png", "pdf"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()


def test_one_class_has_no_agreement_to_measure(tmp_path, caplog):
    clips, X, sets = study(14)
    labels = {"overstriding": {clip: True for clip in clips if sets[clip] == "labelled"}}
    with caplog.at_level("INFO"):
        plot_tsne(clips, X, labels, sets, TsneSettings(), tmp_path / "a.png", tmp_path / "a.pdf")
    assert "share the label" not in caplog.text
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_too_few_clips_give_a_figure_that_says_so(tmp_path):
    clips, X, sets = study(3)
    plot_tsne(clips, X, {}, sets, TsneSettings(), tmp_path / "a.png", tmp_path / "a.pdf")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")

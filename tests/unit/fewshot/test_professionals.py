"""Similarity to the professionals, on vectors with known angles."""

import csv
import logging

import numpy as np
import pytest
from form_readings import embed_form, write_readings

from runform.errors import InputError
from runform.fewshot.professionals import compare_professionals, similarities

RUNNERS = {clip: f"runner of {clip}" for clip in ("me", "p1", "p2", "p3", "c1", "c2", "c3", "gone")}


@pytest.fixture
def embeddings(tmp_path):
    clips = ["me", "p1", "p2", "p3", "c1", "c2", "c3", "gone"]
    far = 10.0  # all share a large part, so raw similarities are near 1
    mean = np.array(
        [[far, 1], [far, 2], [far, 0], [far, -1], [far, 1], [far, -1], [far, 0], [np.nan, np.nan]],
        np.float32,
    )
    status = np.array(["ok"] * 7 + ["unavailable"])
    np.savez(tmp_path / "embeddings.npz", clip=np.array(clips), status=status, mean=mean)
    return tmp_path / "embeddings.npz"


def compare(
    embeddings,
    clip="me",
    professionals=("p1", "p3", "gone"),
    corpus=("c1", "c2", "gone"),
    space="embedding",
):
    table = embeddings.with_name("professionals.csv")
    readings = embeddings.with_name("readings.safetensors")
    files = embeddings, readings, space
    compare_professionals(*files, clip, ["gone", "me"], professionals, corpus, RUNNERS, table)
    with open(table, newline="") as file:
        return list(csv.DictReader(file))


def test_similarity_in_the_form_metric_is_about_form(tmp_path):
    """Who runs like me is the most similar, whatever else differs."""
    form = np.array(
        [[2.0, 2, 0], [2, 2, 0], [-2, -2, 0], *np.random.default_rng(0).normal(size=(9, 3))]
    )
    clips = ["me", "p1", "p2", *(f"c{number}" for number in range(9))]
    mean = embed_form(form, np.random.default_rng(1)).astype(np.float32)
    arrays = {"mean": mean, "spread": np.zeros_like(mean), "status": np.array(["ok"] * 12)}
    np.savez(tmp_path / "e.npz", clip=np.array(clips), **arrays)
    write_readings(tmp_path / "readings.safetensors")
    rows = compare(tmp_path / "e.npz", "me", ("p1", "p2"), clips[3:], "form_metric")
    by_name = {row["professional"]: float(row["centred_similarity"]) for row in rows}
    assert by_name["p1"] > 0.9 and by_name["p2"] < 0
    assert {row["space"] for row in rows} == {"form metric"}


def test_cosine_by_hand():
    assert similarities(
        np.array([3.0, 4.0]), [np.array([4.0, 3.0]), np.array([-3.0, -4.0])]
    ) == pytest.approx([24 / 25, -1])
    assert similarities(np.ones(2), []).shape == (0,)


def test_raw_similarity_is_near_one_where_the_centred_one_differs(embeddings):
    rows = {row["professional"]: row for row in compare(embeddings)}
    assert float(rows["p1"]["similarity"]) > 0.99
    assert float(rows["p3"]["similarity"]) > 0.97
    # The corpus mean is (10, 0): what is left of me is (0, 1), of p1 (0, 2), of p3 (0, -1).
    assert float(rows["p1"]["centred_similarity"]) == pytest.approx(1)
    assert float(rows["p3"]["centred_similarity"]) == pytest.approx(-1)
    assert (rows["p1"]["rank"], rows["p3"]["rank"]) == ("1", "2")


def test_percentile_in_the_corpus(embeddings):
    rows = {row["professional"]: row for row in compare(embeddings)}
    # c1 (0, 1) is as similar as p1, c2 (0, -1) less: half of the corpus is less similar than p1,
    # none less than p3.
    assert (rows["p1"]["corpus_percentile"], rows["p3"]["corpus_percentile"]) == (
        "0.5000",
        "0.0000",
    )
    assert rows["p1"]["n_corpus"] == "2"


def test_blank_takes_the_first_available_labelled_clip(embeddings):
    assert compare(embeddings, clip="")[0]["clip"] == "me"


def test_unavailable_clips_leave_a_note(embeddings, caplog):
    with caplog.at_level(logging.WARNING):
        rows = compare(embeddings)
        alone = compare(embeddings, clip="gone")
    assert rows[-1]["professional"] == "gone" and rows[-1]["note"] == "unavailable"
    assert alone == [alone[0]] and alone[0]["note"] == "gone is unavailable"
    assert "no comparison: gone is unavailable" in caplog.text


def test_an_unknown_clip_is_one_line(embeddings):
    with pytest.raises(
        InputError, match=r"fewshot\.compare_clip: 'nobody': expected a clip of the manifest"
    ):
        compare(embeddings, clip="nobody")


def test_without_a_corpus_there_is_no_percentile(embeddings):
    rows = compare(embeddings, corpus=())
    assert rows[0]["corpus_percentile"] == "" and rows[0]["n_corpus"] == "0"

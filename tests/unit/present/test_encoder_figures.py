import numpy as np
import pytest
from form_readings import write_readings

from runform.present.encoder_figures import plot_tsne

CLIPS = [f"clip{i:02d}" for i in range(14)]
SETS = {clip: "labelled" if i % 2 else "corpus" for i, clip in enumerate(CLIPS)}
TSNE = {"perplexity": 5.0, "seed": 0, "neighbours": 3}


@pytest.fixture
def draw(tmp_path, caplog):
    """Draws the map of embeddings with these labels of overstriding; returns what was logged."""

    def drawn(labels, space="form_metric"):
        X = np.random.default_rng(2).normal(size=(14, 32)).astype(np.float32)
        X[3] = np.nan  # unavailable
        status = np.where(np.isfinite(X).all(axis=1), "ok", "unavailable")
        arrays = {"mean": X, "spread": np.zeros_like(X), "status": status}
        np.savez(tmp_path / "embeddings.npz", clip=np.array(CLIPS), **arrays)
        inputs = {
            "embeddings": tmp_path / "embeddings.npz",
            "readings": write_readings(tmp_path / "readings.safetensors"),
        }
        files = inputs, tmp_path / "a.png", tmp_path / "a.pdf"
        with caplog.at_level("INFO"):
            plot_tsne(*files, labels={"overstriding": labels}, sets=SETS, tsne=TSNE, space=space)
        return caplog.text

    return drawn


def test_the_agreement_is_that_of_available_labelled_clips(draw):
    labels = {clip: i < 6 for i, clip in enumerate(CLIPS) if i % 2}
    assert "of 6 labelled clips: 3 nearest with the same label" in draw(labels)


@pytest.mark.parametrize("space", ["form_metric", "embedding"])
def test_the_agreement_is_printed_in_both_spaces(draw, space):
    text = draw({clip: i < 6 for i, clip in enumerate(CLIPS) if i % 2}, space)
    assert "form metric" in text and "embedding" in text and "chance" in text


def test_one_class_has_no_agreement(draw):
    assert "same label" not in draw(dict.fromkeys(CLIPS[1::2], True))

import json

import numpy as np
import pytest
import study_tables as tables
from form_readings import write_readings
from matplotlib.text import Text

from runform.fewshot import professionals, result_tables
from runform.present.figures import FIGURES, TABLES, plot, tabulate

CLIPS = [f"clip{i:02d}" for i in range(14)]
LABELS = {"overstriding": {clip: i < 6 for i, clip in enumerate(CLIPS) if i % 2}, "bouncing": {}}
SETTINGS = {
    "tsne": {
        "labels": LABELS,
        "sets": {clip: "labelled" if i % 2 else "corpus" for i, clip in enumerate(CLIPS)},
        "tsne": {"perplexity": 5.0, "seed": 0, "neighbours": 3},
        "space": "form_metric",
    },
    "gait_cycle": {"clips": ["clip01", "clip03"], "labels": LABELS},
}
CSVS = {
    "professionals": tables.PROFESSIONALS,
    "training": tables.TRAINING,
    "learning_curve": tables.LEARNING,
    "prediction_sets": tables.PREDICTION_SETS,
    "predictions": tables.PREDICTIONS,
    "accuracy": tables.ACCURACY,
    "feature_sets": tables.FEATURE_SETS,
    "skipped": tables.SKIPPED,
}
COLUMNS = {
    "accuracy": result_tables.ACCURACY,
    "predictions": result_tables.PREDICTIONS,
    "feature_sets": result_tables.BY_FEATURE_SET,
    "learning_curve": result_tables.LEARNING_CURVE,
    "prediction_sets": result_tables.PREDICTION_SETS,
    "skipped": result_tables.SKIPPED,
    "professionals": professionals.COLUMNS,
}
EVERY = pytest.mark.parametrize("name", FIGURES)


def inputs_of(name, folder, empty=False):
    """The files that a figure reads, with the first of them empty if asked for."""
    chosen = {key: CSVS[key] for key in FIGURES[name].inputs if key in CSVS}
    if empty and chosen:
        first = next(iter(chosen))
        chosen[first] = chosen[first].iloc[:0]
    inputs = tables.written(folder, **chosen)
    if name == "tsne":
        mean = np.random.default_rng(2).normal(size=(14, 32)).astype(np.float32)
        mean[3:] = np.nan if empty else mean[3:]
        mean[3] = np.nan  # unavailable
        inputs["embeddings"] = folder / "embeddings.npz"
        status = np.where(np.isfinite(mean).all(axis=1), "ok", "unavailable")
        arrays = {"mean": mean, "spread": np.zeros_like(mean), "status": status}
        np.savez(inputs["embeddings"], clip=np.array(CLIPS), **arrays)
        inputs["readings"] = write_readings(folder / "readings.safetensors")
    if name == "gait_cycle":
        sides = {"left": {"mean": [0, 10, 0]}, "right": {"mean": [0, 30, 0]}}
        gait = {} if empty else {"curves": {"knee_flexion_deg": sides}}
        inputs["gaits"] = [folder / "clip01.json", folder / "clip03.json"]
        inputs["gaits"][0].write_text(json.dumps(gait))
        inputs["gaits"][1].write_text(json.dumps({"status": "unavailable"}))
    return inputs


@EVERY
def test_figure_is_the_same_bytes_again_and_has_no_date(name, tmp_path):
    inputs = inputs_of(name, tmp_path)
    assert tuple(inputs) == FIGURES[name].inputs
    assert tuple(SETTINGS.get(name, {})) == FIGURES[name].settings
    for run in ("one", "two"):
        files = tmp_path / f"{run}.png", tmp_path / f"{run}.pdf"
        plot(name, inputs, *files, SETTINGS.get(name))
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert b"CreationDate" not in (tmp_path / "one.pdf").read_bytes()


@EVERY
def test_a_figure_with_nothing_to_draw_says_so(name, tmp_path, monkeypatch):
    said = []
    module = __import__(f"runform.present.{FIGURES[name].module}", fromlist=["message_figure"])
    write = module.message_figure
    monkeypatch.setattr(
        module, "message_figure", lambda *args: (said.append(args[0]), write(*args))
    )
    inputs = inputs_of(name, tmp_path, empty=True)
    plot(name, inputs, tmp_path / "a.png", tmp_path / "a.pdf", SETTINGS.get(name))
    assert len(said) == 1 and len(said[0].split()) > 3
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


NAMES = {
    "confusion": {"clip": ["001", "NA", r"$\y$"], "runner": ["001", "NA", r"$\y$"]},
    "professionals": {"clip": "001", "professional": ["001", "NA", r"$\y$"], "similarity": 0.9},
}
NUMBERS = {"professionals": {"professional": ["001", "002", "003"], "similarity": 0.9}}


@pytest.mark.parametrize(("name", "cells"), [*NAMES.items(), *NUMBERS.items()])
def test_names_like_numbers_blanks_and_formulas_are_drawn(name, cells, tmp_path, monkeypatch):
    inputs = inputs_of(name, tmp_path)
    CSVS[FIGURES[name].inputs[0]].assign(**cells).to_csv(next(iter(inputs.values())), index=False)
    module, texts = __import__(f"runform.present.{FIGURES[name].module}", fromlist=["_"]), set()
    save = module.save_figure

    def listen(figure, *files):
        save(figure, *files)
        texts.update(text.get_text() for text in figure.findobj(Text))

    monkeypatch.setattr(module, "save_figure", listen)
    plot(name, inputs, tmp_path / "a.png", tmp_path / "a.pdf")
    drawn = cells.get("professional") or cells["runner"]
    assert set(drawn) <= texts


@pytest.mark.parametrize("name", TABLES)
def test_markdown_and_latex_hold_the_same_rows(name, tmp_path):
    csv = tables.SCORED if name == "accuracy" else tables.FEATURE_SETS
    path = tables.written(tmp_path, table=csv)["table"]
    tabulate(name, path, tmp_path / "a.md", tmp_path / "a.tex")
    markdown, latex = (tmp_path / "a.md").read_text(), (tmp_path / "a.tex").read_text()
    assert "| 13 of 18" in markdown and "13 of 18" in latex and r"\toprule" in latex
    assert markdown.count("\n|") == latex.count(r"\\") + 1  # the rule below the headers


@pytest.mark.parametrize("name", COLUMNS)
def test_the_example_tables_have_columns_of_the_real_ones(name):
    """So that a renamed column fails here, where figures read it."""
    assert set(CSVS[name].columns) <= set(COLUMNS[name])

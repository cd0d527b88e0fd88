"""The figures and tables of the study by name, and the one call that makes each of them.

Imports nothing heavy: the rules read `FIGURES` and `TABLES`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

Inputs = Mapping[str, Any]  # name -> file, or list of files


@dataclass(frozen=True)
class Figure:
    """A figure of the study, drawn by `plot_<name>(inputs, png, pdf, **settings)` in its module.

    module: of `runform.present`.  category: where Snakemake's report lists it.
    inputs: names of the files that the function reads.  settings: names of its other arguments.
    """

    module: str
    category: str
    inputs: tuple[str, ...]
    settings: tuple[str, ...] = ()


FIGURES = {
    "tsne": Figure(
        "encoder_figures",
        "Few-shot study",
        ("embeddings", "readings"),
        ("labels", "sets", "tsne", "space"),
    ),
    "professionals": Figure("encoder_figures", "Few-shot study", ("professionals",)),
    "training": Figure("encoder_figures", "Encoder", ("training",)),
    "confusion": Figure("accuracy", "Few-shot study", ("predictions", "accuracy")),
    "feature_sets": Figure("comparison", "Feature sets", ("feature_sets", "skipped")),
    "learning_curve": Figure("comparison", "Feature sets", ("learning_curve", "skipped")),
    "prediction_sets": Figure("comparison", "Feature sets", ("prediction_sets", "skipped")),
    "gait_cycle": Figure("gait_figures", "Gait", ("gaits",), ("clips", "labels")),
}
TABLES = {"accuracy": "accuracy", "accuracy_by_feature_set": "comparison"}  # name -> module


def plot(
    name: str, inputs: Inputs, png: str | Path, pdf: str | Path, settings: Mapping | None = None
) -> None:
    """Draw the figure `name` of `FIGURES`. inputs: a file, or a list of files, by name."""
    module = import_module(f"runform.present.{FIGURES[name].module}")
    getattr(module, f"plot_{name}")(inputs, png, pdf, **(settings or {}))


def tabulate(name: str, csv: str | Path, markdown: str | Path, latex: str | Path) -> None:
    """Write the CSV of the table `name` of `TABLES` as Markdown and LaTeX."""
    from runform.present.words import write_table

    write_table(import_module(f"runform.present.{TABLES[name]}").read_table(csv), markdown, latex)

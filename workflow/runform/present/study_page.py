"""The page of the study: what came out, how sure that is, what is missing, and how to get it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pandas as pd
from PIL import Image

from runform.files import read_json
from runform.present import accuracy, comparison
from runform.present.pages import image_uri, write_page
from runform.present.verdicts import Verdict, not_judged, verdicts_of
from runform.present.words import interval, p_value, percent, readable
from runform.sequence import UNAVAILABLE

PACKAGES = ("mediapipe", "torch", "scikit-learn", "numpy", "matplotlib", "snakemake")
CHANCE = 0.5


@dataclass(frozen=True)
class StudyFacts:
    """What the manifest and the config say, for the page's head.

    clips, runners, simulated: counts.  sets: set -> clips in it.  pose_model: name.  pages: clips
    that have a page of their own.
    labels: deficiency -> clip -> yes or no.
    """

    clips: int
    runners: int
    simulated: int
    sets: Mapping[str, int]
    pose_model: str
    pages: Sequence[str]
    labels: Mapping[str, Mapping[str, bool]]


@dataclass(frozen=True)
class Headline:
    """One number at the top of the page."""

    value: str
    what: str
    detail: str


def headlines(table: pd.DataFrame, available: int, clips: int) -> list[Headline]:
    """The clips that could be had, and for each scored deficiency how many were told rightly."""
    lines = [
        Headline(
            f"{row.k:.0f} of {row.n:.0f} right",
            f"{readable(row.deficiency)}, the seed study's protocol",
            f"{percent(row.k / row.n)}, 95 % interval {interval(row.ci_low, row.ci_high)}; p = {p_value(row.p_permutation)}",
        )
        for row in _scored(table).itertuples()
    ]
    return [
        *lines,
        Headline(
            f"{available} of {clips}",
            "clips available",
            "the others, with their reasons, are listed below",
        ),
    ]


def reading(table: pd.DataFrame) -> list[str]:
    """How to read the headline numbers, in plain words: does the interval reach down to guessing?"""
    lines = []
    for row in _scored(table).itertuples():
        name = readable(row.deficiency)
        if row.ci_low > CHANCE:
            lines.append(
                f"For {name} the whole interval lies above guessing ({CHANCE:.0%}): on these clips the detector sees something."
            )
        elif row.ci_high < CHANCE:
            lines.append(
                f"For {name} the detector does worse than guessing ({CHANCE:.0%}). With so few clips, holding some out leaves "
                "more of the other class to learn from, and that works against what is held out."
            )
        else:
            lines.append(
                f"For {name} the interval reaches down to guessing ({CHANCE:.0%}): "
                f"these {row.n:.0f} clips cannot show that the detector works."
            )
        gap = row.train_accuracy - row.test_accuracy
        if gap > 0.15:
            lines.append(
                f"It tells {percent(row.train_accuracy)} of its own training clips rightly and {percent(row.test_accuracy)} "
                "of those held out: it has learned those clips better than the deficiency."
            )
    return lines


def _scored(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["fold"] == accuracy.MEAN) & table["k"].notna()]


def figure_entries(pngs: Sequence[str | Path], captions: Sequence[str | Path]) -> list[dict]:
    """Figures with their caption files: the first sentence is the title, the rest the caption."""
    entries = []
    for png, caption in zip(pngs, captions, strict=True):
        title, _, rest = " ".join(Path(caption).read_text(encoding="utf-8").split()).partition(". ")
        with Image.open(png) as image:
            width_px = round(
                image.width * 0.55
            )  # 200 dpi on paper; a little larger than life on a screen
        entries.append(
            {
                "title": title.rstrip("."),
                "caption": rest,
                "uri": image_uri(png),
                "width_px": width_px,
            }
        )
    return entries


def package_versions() -> dict[str, str]:
    """Versions of the packages that results hang on; those that are not installed are left out."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def runner_rows(
    facts: StudyFacts, predictions: pd.DataFrame, verdicts: Mapping[str, Mapping[str, Verdict]]
) -> list[dict]:
    """A row for each label: clip, deficiency, label, held-out prediction, what the rules say, and
    the clip's page.

    verdicts: clip -> deficiency -> verdict.
    """
    told = {(row.clip, row.deficiency): row.predicted for row in predictions.itertuples()}
    rows = []
    for deficiency, labels in facts.labels.items():
        for clip, label in sorted(labels.items()):
            predicted = told.get((clip, deficiency))
            word = "yes" if label else "no"
            rows.append(
                {
                    "clip": clip,
                    "deficiency": deficiency,
                    "label": word,
                    "predicted": predicted or "–",
                    "right": None if predicted is None else predicted == word,
                    "verdict": verdicts.get(clip, {}).get(deficiency)
                    or not_judged(deficiency, readable(deficiency), "no gait was measured"),
                    "page": f"runners/{clip}/report.html" if clip in facts.pages else "",
                }
            )
    return rows


@dataclass(frozen=True)
class StudyFiles:
    """accuracy, predictions, coverage: CSVs.  figures, captions: PNGs and their caption files.
    gaits: clip -> gait file.

    feature_sets: CSV of accuracy by feature set, empty where it was not asked for.
    """

    accuracy: str
    predictions: str
    coverage: str
    figures: Sequence[str]
    captions: Sequence[str]
    gaits: Mapping[str, str]
    feature_sets: str = ""


def write_study_report(facts: StudyFacts, files: StudyFiles, path: str | Path) -> None:
    """Write the page to `path`."""
    table = accuracy.read_accuracy(files.accuracy)
    coverage = pd.read_csv(files.coverage, dtype=str).to_dict("records")
    available = facts.clips - sum(
        row["status"] == UNAVAILABLE and row["stage"] != "gait" for row in coverage
    )
    verdicts = {
        clip: {verdict.name: verdict for verdict in verdicts_of(read_json(gait))}
        for clip, gait in files.gaits.items()
    }
    write_page(
        "study.html.j2",
        path,
        study=vars(facts) | {"available": available},
        headlines=headlines(table, available, facts.clips),
        reading=reading(table),
        accuracy=accuracy.read_table(files.accuracy),
        by_feature_set=comparison.read_table(files.feature_sets) if files.feature_sets else None,
        figures=figure_entries(files.figures, files.captions),
        runners=runner_rows(facts, pd.read_csv(files.predictions, dtype=str), verdicts),
        coverage=coverage,
        versions=package_versions(),
    )

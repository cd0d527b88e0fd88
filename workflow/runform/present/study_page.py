"""The report of the study: accuracy with intervals, figures, missing clips, how to reproduce it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pandas as pd
from PIL import Image

from runform.encoder.published import SHIPPED, TRAIN, is_own
from runform.files import read_json
from runform.present import accuracy, comparison
from runform.present.coverage import is_simulated, unavailable
from runform.present.pages import file_uri, write_page
from runform.present.verdicts import Verdict, not_judged, verdicts_of
from runform.present.words import MISSING, interval, p_value, percent, read_frame, readable
from runform.provenance import project_version

PACKAGES = ("mediapipe", "torch", "scikit-learn", "numpy", "matplotlib", "snakemake")
OVERFITTED = 0.15  # training accuracy above test accuracy by more than this is worth a sentence
SCREEN_SCALE = 0.55  # figures have 200 dots per inch; this shows them a little larger than print


@dataclass(frozen=True)
class StudyFacts:
    """What the manifest and the config say of the study.

    clips, runners, simulated, imported: counts; imported brought their keypoints with them.
    sets: set -> number of clips.  pose_model: name.  pages: clips with a report of their own.
    labels: deficiency -> clip -> yes or no.  pretrained, variant: of the encoder, as in the config.
    """

    clips: int
    runners: int
    simulated: int
    sets: Mapping[str, int]
    pose_model: str
    pages: Sequence[str]
    labels: Mapping[str, Mapping[str, bool]]
    imported: int = 0
    pretrained: str = SHIPPED
    variant: str = "finetuned2d"


@dataclass(frozen=True)
class StudyFiles:
    """What the report is made of.

    accuracy, predictions, coverage: CSVs.  figures, captions: PNGs and their caption files.
    gaits: clip -> gait file.  feature_sets: CSV of accuracy by feature set, empty for none.
    receipts: of the clips without video, which say whether the runner is simulated.
    """

    accuracy: str
    predictions: str
    coverage: str
    figures: Sequence[str]
    captions: Sequence[str]
    gaits: Mapping[str, str]
    feature_sets: str = ""
    receipts: Sequence[str] = ()


@dataclass(frozen=True)
class Headline:
    """One number at the top of the page."""

    value: str
    what: str
    detail: str


def write_study_report(facts: StudyFacts, files: StudyFiles, path: str | Path) -> None:
    """Write the page to `path`."""
    table = read_frame(files.accuracy)
    scored = table[(table["fold"] == accuracy.MEAN) & table["k"].notna()]
    coverage = read_frame(files.coverage).to_dict("records")
    available = facts.clips - len(unavailable(coverage))
    verdicts = {
        clip: {verdict.name: verdict for verdict in verdicts_of(read_json(gait))}
        for clip, gait in files.gaits.items()
    }
    predictions = read_frame(files.predictions)
    by_feature_set = comparison.read_table(files.feature_sets) if files.feature_sets else None
    simulated = facts.simulated + sum(map(is_simulated, map(read_json, files.receipts)))
    write_page(
        "study.html.j2",
        path,
        study=vars(facts) | {"available": available, "simulated": simulated},
        methods={"pose": pose_words(facts), "encoder": encoder_words(facts)},
        headlines=headlines(scored, available, facts.clips),
        interpretation=interpretation(scored, predictions),
        accuracy=accuracy.read_table(files.accuracy),
        by_feature_set=by_feature_set,
        figures=figure_entries(files.figures, files.captions),
        runners=runner_rows(facts, predictions, verdicts),
        coverage=coverage,
        versions=package_versions(),
    )


def pose_words(facts: StudyFacts) -> str:
    """Where the keypoints come from."""
    network = f"a network ({facts.pose_model}) finds the 2D keypoints of one runner in each frame."
    if not facts.imported:
        return f"A{network[1:]}"
    if facts.imported == facts.clips:
        return "All clips brought their 2D keypoints with them."
    some = f"{facts.imported} of {facts.clips} clips brought their 2D keypoints with them"
    return f"{some}; in the others {network}"


def encoder_words(facts: StudyFacts) -> str:
    """What the study's encoder has learned from."""
    pretrained = facts.pretrained
    if pretrained == SHIPPED:
        start = "It is pretrained on simulated 3D runners"
    elif pretrained == TRAIN:
        start = "It is pretrained in this study, as encoder.pretrain in the config says"
    else:
        name = Path(pretrained).name if is_own(pretrained) else pretrained
        start = f"It starts from the weights {name}"
    if "corpus" not in facts.sets:
        return f"{start}. Without corpus clips it is not fine-tuned."
    beside = ", beside simulated 3D runners" if facts.variant == "anchored" else ""
    tuned = f"fine-tuned on the 2D keypoints of the corpus clips, without labels{beside}"
    return f"{start} and is {tuned}."


def headlines(scored: pd.DataFrame, available: int, clips: int) -> list[Headline]:
    """How many clips of each scored deficiency were predicted correctly, and how many there are."""
    lines = []
    for row in scored.itertuples():
        sure = (
            f"95 % interval {interval(row.ci_low, row.ci_high)}; p = {p_value(row.p_permutation)}"
        )
        lines.append(
            Headline(
                f"{row.k:.0f} of {row.n:.0f} correct",
                f"{readable(row.deficiency)}, published protocol",
                f"{percent(row.k / row.n)}, {sure}",
            )
        )
    missing = "the missing ones are listed below" if available < clips else ""
    return [*lines, Headline(f"{available} of {clips}", "clips available", missing)]


def interpretation(scored: pd.DataFrame, predictions: pd.DataFrame) -> list[str]:
    """The headlines in plain words: does each interval exclude chance, are its clips of as many
    runners, and is there overfitting?
    """
    lines = []
    for row in scored.itertuples():
        name, (chance, words) = readable(row.deficiency), chance_of(row)
        if row.ci_low > chance:
            lines.append(f"For {name}, the 95 % interval lies above {words}.")
        elif row.ci_high < chance:
            lines.append(
                f"For {name}, the classifier does worse than {words}. With so few clips, "
                "holding some out leaves more clips of the other class to learn from, which works "
                "against those held out."
            )
        else:
            lines.append(
                f"For {name}, the 95 % interval includes {words}: these {row.n:.0f} clips "
                "cannot show that the classifier works."
            )
        tested = predictions[predictions["deficiency"] == row.deficiency]
        if (runners := tested["runner"].nunique()) < len(tested):
            lines.append(
                f"These {len(tested)} clips show fewer runners ({runners}). The published protocol "
                "takes every clip for a runner of its own: clips of one runner may stand in "
                "training and in test, so accuracy, interval and p can look better than they are."
            )
        if row.train_accuracy - row.test_accuracy > OVERFITTED:
            lines.append(
                f"It predicts {percent(row.train_accuracy)} of its training clips correctly and "
                f"{percent(row.test_accuracy)} of those held out: it overfits."
            )
    return lines


def chance_of(row) -> tuple[float, str]:
    """What a row of accuracy.csv is held against, and its name: the share that is right when every
    clip gets the more frequent label.
    """
    share, label = max(row.n_yes, row.n_no) / row.n, "yes" if row.n_yes > row.n_no else "no"
    if row.n_yes == row.n_no:
        return share, f"chance ({100 * share:.0f} %)"
    return share, f"the {percent(share)} that always saying {label} reaches"


def figure_entries(pngs: Sequence[str | Path], captions: Sequence[str | Path]) -> list[dict]:
    """Figures with their caption files: the first sentence is the title, the rest the caption."""
    entries = []
    for png, caption in zip(pngs, captions, strict=True):
        title, _, rest = " ".join(Path(caption).read_text(encoding="utf-8").split()).partition(". ")
        with Image.open(png) as image:
            width_px = round(image.width * SCREEN_SCALE)
        words = {"title": title.rstrip("."), "caption": rest}
        entries.append(words | {"uri": file_uri(png), "width_px": width_px})
    return entries


def package_versions() -> dict[str, str]:
    """Versions of this project and of the packages that the results depend on, as far as they are
    installed.
    """
    versions = {"runform": project_version()}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions


def runner_rows(
    facts: StudyFacts, predictions: pd.DataFrame, verdicts: Mapping[str, Mapping[str, Verdict]]
) -> list[dict]:
    """A row per label: clip, deficiency, label, held-out prediction, verdict, link to its report.

    verdicts: clip -> deficiency -> verdict.
    """
    predicted = {(row.clip, row.deficiency): row.predicted for row in predictions.itertuples()}
    rows = []
    for deficiency, labels in facts.labels.items():
        not_measured = not_judged(deficiency, readable(deficiency), "no gait was measured")
        for clip, labelled_yes in sorted(labels.items()):
            label = "yes" if labelled_yes else "no"
            prediction = predicted.get((clip, deficiency))
            rows.append(
                {
                    "clip": clip,
                    "deficiency": deficiency,
                    "label": label,
                    "prediction": prediction or MISSING,
                    "correct": None if prediction is None else prediction == label,
                    "verdict": verdicts.get(clip, {}).get(deficiency, not_measured),
                    "page": f"runners/{clip}/report.html" if clip in facts.pages else "",
                }
            )
    return rows

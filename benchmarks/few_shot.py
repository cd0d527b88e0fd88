"""Few shot on 200 simulated test runners (`make benchmark`).

    .venv/bin/python benchmarks/few_shot.py [--cores 2] [--write-only]

Runs the study of config/benchmark.yaml in results/benchmark and writes its section of
benchmarks/RESULTS.md from the tables there and those of the embedded study in results/.
`--write-only` runs nothing.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from runform.fewshot.statistics import mcnemar_p  # noqa: E402
from runform.files import write_text  # noqa: E402
from runform.present.comparison import BASELINES, TITLES, in_order  # noqa: E402
from runform.present.words import p_value, readable  # noqa: E402

FOLDER = ROOT / "results/benchmark"
RESULTS = ROOT / "benchmarks/RESULTS.md"
BEGIN, END = "<!-- few shot: written by benchmarks/few_shot.py -->", "<!-- end of few shot -->"
TEST, LEFT_OUT, PUBLISHED = "test_set", "leave_one_runner_out", "published"
POSE, NUISANCE, ENCODER = "pose_mean_spread", "nuisance", "encoder"
SHOWN = (NUISANCE, POSE, "rule", "gait", ENCODER, "gait_and_encoder")
ENCODERS = ("encoder_random", "encoder_pretrained", ENCODER, "encoder_anchored")


def run_study(cores: str) -> None:
    """The benchmark's study in a folder of its own, where config, resources and workflow are links
    to those of the project.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("config", "resources", "workflow"):
        link = FOLDER / name
        if not link.is_symlink():
            link.symlink_to(os.path.relpath(ROOT / name, FOLDER), target_is_directory=True)
    study = [
        sys.executable,
        str(ROOT / "workflow/tools/run_study.py"),
        "--snakefile",
        str(ROOT / "Snakefile"),
    ]
    subprocess.run(
        [*study, "--configfile", "config/benchmark.yaml", "--cores", cores], cwd=FOLDER, check=True
    )


def table(folder: Path, name: str) -> pd.DataFrame:
    """A CSV table of a study."""
    return pd.read_csv(folder / f"results/tables/{name}.csv")


def share(value: float) -> str:
    """.95 for 0.95."""
    return "–" if pd.isna(value) else f"{value:.2f}".removeprefix("0")


def balanced(row) -> str:
    """Balanced accuracy with its interval."""
    return f"{share(row.balanced_accuracy)} ({share(row.balanced_low)}–{share(row.balanced_high)})"


def markdown(headers: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    return "\n".join(
        f"| {' | '.join(cells)} |" for cells in [headers, ["---"] * len(headers), *rows]
    )


def chosen_feature_set(feature_sets: pd.DataFrame) -> str:
    """The trained feature set with the best mean balanced accuracy on the examples.

    One runner is left out at a time; the test set is not used.
    """
    tried = feature_sets[
        (feature_sets["protocol"] == LEFT_OUT) & ~feature_sets["feature_set"].isin(BASELINES)
    ]
    return tried.groupby("feature_set")["balanced_accuracy"].mean().sort_index().round(6).idxmax()


def by_deficiency(feature_sets: pd.DataFrame, chosen: str, shown: tuple[str, ...] = SHOWN) -> str:
    """Balanced accuracy on the test runners, one row per deficiency."""
    test = feature_sets[feature_sets["protocol"] == TEST].set_index(["deficiency", "feature_set"])
    rows = []
    for name in dict.fromkeys(feature_sets["deficiency"]):
        here = {
            feature_set: test.loc[name, feature_set]
            for feature_set in shown
            if (name, feature_set) in test.index
        }
        first = next(iter(here.values()))
        cells = [
            balanced(here[feature_set]) if feature_set in here else "–" for feature_set in shown
        ]
        rows.append(
            [
                readable(name),
                f"{first.n_yes:.0f}, {first.n_no:.0f}",
                *cells,
                p_value(here[chosen].p_mcnemar),
            ]
        )
    means = test["balanced_accuracy"].groupby("feature_set").mean()
    rows.append(["mean", "", *(share(means.get(feature_set)) for feature_set in shown), ""])
    titles = [TITLES[feature_set] for feature_set in shown]
    return markdown(["deficiency", "yes, no", *titles, f"p, {TITLES[chosen]} against pose"], rows)


def pooled_mcnemar(predictions: pd.DataFrame, feature_set: str) -> tuple[int, int, float]:
    """Test clips that only `feature_set` and that only the pose predicts correctly; McNemar's p.

    Over all deficiencies together; p is exact.
    """
    test = predictions[predictions["protocol"] == TEST]
    right = (
        (test["predicted"] == test["label"])
        .groupby([test["deficiency"], test["clip"], test["feature_set"]])
        .first()
        .unstack("feature_set")
    )
    one, other = right[feature_set].to_numpy(bool), right[POSE].to_numpy(bool)
    return int((one & ~other).sum()), int((~one & other).sum()), mcnemar_p(one, other)


def goals(feature_sets: pd.DataFrame, predictions: pd.DataFrame, chosen: str) -> str:
    """What was asked for, and what was measured."""
    test = feature_sets[
        (feature_sets["protocol"] == TEST) & (feature_sets["feature_set"] == chosen)
    ].set_index("deficiency")
    over, mean = test.loc["overstriding"], test["balanced_accuracy"].mean()
    pose = feature_sets[
        (feature_sets["protocol"] == TEST) & (feature_sets["feature_set"] == POSE)
    ].set_index("deficiency")["balanced_accuracy"]
    differ = [name for name in test.index if test.loc[name, "p_mcnemar"] < 0.05]
    alone = [readable(name) for name in differ if test.loc[name, "balanced_accuracy"] > pose[name]]
    worse = [readable(name) for name in differ if test.loc[name, "balanced_accuracy"] < pose[name]]
    only, only_pose, p = pooled_mcnemar(predictions, chosen)
    nuisance, by_runner = (
        feature_sets[(feature_sets["feature_set"] == NUISANCE) & which]
        for which in (feature_sets["protocol"] == TEST, feature_sets["protocol"] != PUBLISHED)
    )
    leaks = feature_sets[
        (feature_sets["feature_set"] == NUISANCE)
        & feature_sets["note"].fillna("").str.startswith("above")
    ]
    where = ", ".join(f"{readable(row.deficiency)} ({row.protocol})" for row in leaks.itertuples())

    def met(yes) -> str:
        return "met" if yes else "missed"

    every = feature_sets[
        (feature_sets["protocol"] == TEST) & (feature_sets["deficiency"] == "overstriding")
    ].set_index("feature_set")
    best = every.drop(index=list(BASELINES), errors="ignore")["balanced_accuracy"].idxmax()

    rows = [
        ["overstriding at least .95", balanced(over), met(over.balanced_accuracy >= 0.95)],
        [
            "the same by the best feature set, known only afterwards",
            f"{TITLES[best]}: {balanced(every.loc[best])}, "
            f"p {p_value(every.loc[best, 'p_mcnemar'])} against pose",
            met(every.loc[best, "balanced_accuracy"] >= 0.95),
        ],
        [f"mean of {len(test)} deficiencies at least .90", share(mean), met(mean >= 0.90)],
        [
            "above pose on overstriding, p < .05",
            f"p {p_value(over.p_mcnemar)}",
            met(over.p_mcnemar < 0.05),
        ],
        [
            "above pose on all predictions together, p < .05",
            f"{only} right by it alone, {only_pose} by pose alone, p = {p:.2g}; "
            f"by itself better in {', '.join(alone) or 'none'}; "
            f"worse in {', '.join(worse) or 'none'}",
            met(p < 0.05 and only > only_pose),
        ],
        [
            "nuisance at chance",
            f"mean {share(nuisance['balanced_accuracy'].mean())}; warnings: {where or 'none'}",
            "met" if leaks.empty else f"{len(leaks)} of {len(by_runner)} rows warn",
        ],
    ]
    return markdown(["asked for", f"measured ({TITLES[chosen]})", ""], rows)


def curve(learning: pd.DataFrame, feature_sets: tuple[str, ...]) -> str:
    """Mean over deficiencies of balanced accuracy by examples a class."""
    test = learning[(learning["protocol"] == TEST) & learning["feature_set"].isin(feature_sets)]
    mean = test.groupby(["feature_set", "examples_per_class"])["balanced_accuracy"].mean().unstack()
    rows = [
        [TITLES[feature_set], *map(share, mean.loc[feature_set])]
        for feature_set in in_order(mean.index)
    ]
    return markdown(["examples a class", *(f"{size}" for size in mean.columns)], rows)


def embedded(feature_sets: pd.DataFrame) -> str:
    """Correct of 18 by the published protocol and with one runner left out, with Wilson's interval
    and the permutation p.
    """
    by = feature_sets.set_index(["feature_set", "protocol"])

    def cell(feature_set, protocol) -> str:
        if (feature_set, protocol) not in by.index:
            return "–"
        row = by.loc[feature_set, protocol]
        interval = f"{share(row.ci_low)}–{share(row.ci_high)}"
        return f"{row.k:.0f} ({interval}), p {p_value(row.p_permutation)}"

    rows = [
        [TITLES[feature_set], cell(feature_set, PUBLISHED), cell(feature_set, LEFT_OUT)]
        for feature_set in in_order(feature_sets["feature_set"])
    ]
    return markdown(["feature_set", "published protocol", "one runner left out"], rows)


def section(benchmark: Path, study: Path) -> str:
    """The few-shot section of RESULTS.md, from the tables of the benchmark's folder and of the
    embedded study's.
    """
    feature_sets, predictions, learning = (
        table(benchmark, name)
        for name in ("accuracy_by_feature_set", "predictions_by_feature_set", "learning_curve")
    )
    eighteen, chosen = table(study, "accuracy_by_feature_set"), chosen_feature_set(feature_sets)
    eighteen = eighteen[eighteen["deficiency"] == "overstriding"]
    runners = predictions[predictions["protocol"] == TEST]["runner"].nunique()
    text = (ROOT / "benchmarks/few_shot.md").read_text()
    return text.format(
        runners=runners,
        chosen=TITLES[chosen],
        by_deficiency=by_deficiency(feature_sets, chosen),
        goals=goals(feature_sets, predictions, chosen),
        encoders=by_deficiency(feature_sets, "encoder_pretrained", ENCODERS),
        curve=curve(learning, (POSE, "rule", "gait", ENCODER, "gait_and_encoder")),
        embedded=embedded(eighteen),
    ).strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cores", default="all")
    parser.add_argument("--write-only", action="store_true")
    arguments = parser.parse_args()
    if not arguments.write_only:
        run_study(arguments.cores)
    before, _, rest = RESULTS.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    write_text(RESULTS, f"{before}{BEGIN}\n\n{section(FOLDER, ROOT)}\n\n{END}{after}")
    print(f"{RESULTS.relative_to(ROOT)}: few-shot section written")

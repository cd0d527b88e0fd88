"""Few shot on 200 simulated test runners (`make benchmark`).

    .venv/bin/python benchmarks/few_shot.py [--cores 2] [--write-only]

Runs the study of config/benchmark.yaml in results/benchmark and writes its section of
benchmarks/RESULTS.md from the tables there and those of the included study in results/.
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

from runform.files import write_text  # noqa: E402
from runform.present.comparison import BASELINES, TITLES, in_order  # noqa: E402
from runform.present.words import p_value, readable  # noqa: E402
from runform.simulate.study_manifests import BY_SHANK  # noqa: E402

FOLDER = ROOT / "results/benchmark"
RESULTS = ROOT / "benchmarks/RESULTS.md"
BEGIN, END = "<!-- few shot: written by benchmarks/few_shot.py -->", "<!-- end of few shot -->"
TEST, LEFT_OUT, PUBLISHED = "test_set", "leave_one_runner_out", "published"
POSE, NUISANCE, ENCODER = "pose_mean_spread", "nuisance", "encoder"
ZERO_SHOT, RULE, OVERSTRIDING = "zero_shot", "rule", "overstriding"
SHOWN = (
    NUISANCE, POSE, RULE, "gait", ENCODER, ZERO_SHOT, "own_readings", "all_readings", "form_metric",
    "gait_and_encoder",
)  # fmt: skip
ENCODERS = (
    "encoder_random", "encoder_pretrained", ENCODER, "encoder_anchored", "form_metric_random",
    "form_metric_pretrained", "form_metric", "form_metric_anchored",
)  # fmt: skip
CURVES = (POSE, RULE, "gait", ENCODER, ZERO_SHOT, "own_readings", "form_metric", "gait_and_encoder")


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
    untrained = (*BASELINES, ZERO_SHOT)
    tried = feature_sets[
        (feature_sets["protocol"] == LEFT_OUT) & ~feature_sets["feature_set"].isin(untrained)
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
            [readable(name), f"{first.n_yes:.0f}, {first.n_no:.0f}", *cells, gain(here[chosen])]
        )
    means = mean_of_deficiencies(test.reset_index(), "feature_set")
    rows.append(["mean of nine", "", *(share(means.get(name)) for name in shown), ""])
    titles = [TITLES[feature_set] for feature_set in shown]
    return markdown(["deficiency", "yes, no", *titles, f"{TITLES[chosen]} above limit"], rows)


def mean_of_deficiencies(table: pd.DataFrame, by: str) -> pd.Series:
    """Mean balanced accuracy by a column; one that has no answer on a deficiency is at chance."""
    of_nine = without_old_rule(table)
    return (
        of_nine.pivot(index="deficiency", columns=by, values="balanced_accuracy").fillna(0.5).mean()
    )


def without_old_rule(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the nine deficiencies: not those of the earlier definition of overstriding."""
    return table[table["deficiency"] != BY_SHANK]


def gain(row) -> str:
    """Difference to the reference limit with its interval, and its p after Holm."""
    if pd.isna(row.minus_rule):
        return "–"
    interval = f"{row.minus_rule_low:+.2f} to {row.minus_rule_high:+.2f}"
    return f"{row.minus_rule:+.2f} ({interval}), p {p_value(row.p_rule_holm)}"


def goals(
    feature_sets: pd.DataFrame, learning: pd.DataFrame, sets: pd.DataFrame, chosen: str
) -> str:
    """What was asked for, and what was measured."""
    of_test = without_old_rule(feature_sets[feature_sets["protocol"] == TEST])
    by = of_test.set_index(["feature_set", "deficiency"])
    test, over = by.loc[chosen], by.loc[(chosen, OVERSTRIDING)]
    mean = mean_of_deficiencies(of_test, "feature_set")[chosen]
    sure = test[test["p_rule_holm"] < 0.05]
    better = [readable(name) for name in sure.index if sure.loc[name, "minus_rule"] > 0]
    worse = [readable(name) for name in sure.index if sure.loc[name, "minus_rule"] < 0]

    def met(yes) -> str:
        return "met" if yes else "missed"

    def at_least(feature_set: str, least: float) -> tuple[str, str]:
        if (feature_set, OVERSTRIDING) not in by.index:
            return "not evaluated", "–"
        row = by.loc[(feature_set, OVERSTRIDING)]
        return balanced(row), met(row.balanced_accuracy >= least)

    drawn = without_old_rule(learning[learning["protocol"] == TEST])
    drawn = drawn[drawn["feature_set"] == chosen]
    curve = mean_of_deficiencies(drawn, "examples_per_class")
    few, many = curve.get(3, float("nan")), curve.get(9, float("nan"))
    calibrated = without_old_rule(
        sets[(sets["protocol"] == TEST) & (sets["feature_set"] == chosen)]
    )
    coverage = calibrated.groupby("asked")[["coverage", "either", "neither"]].mean()
    off = (coverage["coverage"] - coverage.index).abs().max() if len(coverage) else float("nan")
    stated = "; ".join(
        f"{asked:.0%}: {row.coverage:.1%}, either {row.either:.0%}, neither {row.neither:.0%}"
        for asked, row in coverage.iterrows()
        if asked in (0.8, 0.9)
    )
    nuisance = feature_sets[feature_sets["feature_set"] == NUISANCE]
    by_runner = nuisance[nuisance["protocol"] != PUBLISHED]
    leaks = by_runner[by_runner["note"].fillna("").str.startswith("above")]
    where = ", ".join(f"{readable(row.deficiency)} ({row.protocol})" for row in leaks.itertuples())
    rows = [
        ["overstriding at least .95", balanced(over), met(over.balanced_accuracy >= 0.95)],
        [f"mean of {len(test)} deficiencies at least .90", share(mean), met(mean >= 0.90)],
        ["overstriding without an example at least .88", *at_least(ZERO_SHOT, 0.88)],
        [
            "above the reference limit, p < .05 after Holm, in three; below it in none",
            f"above in {', '.join(better) or 'none'}; below in {', '.join(worse) or 'none'}",
            met(len(better) >= 3 and not worse),
        ],
        [
            "3 and 3 examples lose at most .02 against 9 and 9",
            f"{share(few)} against {share(many)}",
            met(many - few <= 0.02),
        ],
        [
            "form metric of an encoder with random weights, overstriding at least .85",
            *at_least("form_metric_random", 0.85),
        ],
        [
            "prediction sets hold the label as often as asked, within 2 points",
            f"mean of the deficiencies, asked {stated or 'nothing'}",
            met(off <= 0.02),
        ],
        [
            "picture only at chance",
            f"mean {share(nuisance[nuisance['protocol'] == TEST]['balanced_accuracy'].mean())}; "
            f"warnings: {where or 'none'}",
            "met" if leaks.empty else f"{len(leaks)} of {len(by_runner)} rows warn",
        ],
    ]
    return markdown(["asked for", f"measured ({TITLES[chosen]})", ""], rows)


def curve(learning: pd.DataFrame, feature_sets: tuple[str, ...]) -> str:
    """Mean over deficiencies of balanced accuracy by examples a class."""
    learning = without_old_rule(learning)
    test = learning[(learning["protocol"] == TEST) & learning["feature_set"].isin(feature_sets)]
    mean = pd.DataFrame(
        {
            size: mean_of_deficiencies(of_size, "feature_set")
            for size, of_size in test.groupby("examples_per_class")
        }
    )
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
        cell = f"{row.k:.0f} ({share(row.ci_low)}–{share(row.ci_high)})"
        known = pd.notna(row.p_permutation)
        return f"{cell}, p {p_value(row.p_permutation)}" if known else cell

    rows = [
        [TITLES[feature_set], cell(feature_set, PUBLISHED), cell(feature_set, LEFT_OUT)]
        for feature_set in in_order(feature_sets["feature_set"])
    ]
    return markdown(["feature set", "published protocol", "one runner left out"], rows)


def section(benchmark: Path, study: Path) -> str:
    """The few-shot section of RESULTS.md, from the tables of the benchmark's folder and of the
    included study's.
    """
    names = "accuracy_by_feature_set", "predictions_by_feature_set", "learning_curve"
    feature_sets, predictions, learning = (table(benchmark, name) for name in names)
    sets = table(benchmark, "prediction_sets")
    eighteen, chosen = table(study, "accuracy_by_feature_set"), chosen_feature_set(feature_sets)
    eighteen = eighteen[eighteen["deficiency"] == "overstriding"]
    runners = predictions[predictions["protocol"] == TEST]["runner"].nunique()
    text = (ROOT / "benchmarks/few_shot.md").read_text()
    return text.format(
        runners=runners,
        chosen=TITLES[chosen],
        by_deficiency=by_deficiency(feature_sets, chosen),
        goals=goals(feature_sets, learning, sets, chosen),
        encoders=by_deficiency(feature_sets, ENCODER, ENCODERS),
        curve=curve(learning, CURVES),
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

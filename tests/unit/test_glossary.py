"""One concept, one name: words that this project does not use, in code, config, docs and pages.

The glossary in CONTRIBUTING says what is used instead.
"""

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SUFFIXES = {".py", ".smk", ".yaml", ".md", ".rst", ".j2", ".js", ".toml"}
TEXTS = sorted(
    file
    for part in ("workflow", "config", "docs", "resources", "envs")
    for file in (REPOSITORY / part).rglob("*")
    if file.suffix in SUFFIXES and "__pycache__" not in file.parts
) + [REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile")]
# Word -> what stands for it.
NOT_BUT = {
    r"seed (study|protocol)|the seed('s| did)|as the seed": "published",
    r"arm_trial|\bArm\(|_arms?\b(?!_)|accuracy_by_arm|encoder_arms": "feature set, variant or row",
    r"\bmeasures\b(?= (of|are|that|by|behind)\b)|step_values?|StepValue": "metric",
    r"\bcues?\b|CUES": "event feature",
    r"\bclock_?settings|read_clock|ClockSettings": "stride phase",
    r"[Ee]xplanation|[Ss]urprise|HOPELESS|hopeless": "hypothesis, innovation, gate",
    r"_alone\b|_moving\b|\bdoubt\b": "unary cost, transition cost, robust cap",
    r"ChosenInside|\bFused\b|AsItIs": "NestedSelectionClassifier, LateFusion, ThresholdRule",
    r"\b[Tt]old\b|\b[Ss]elective|answers_of": "predicted, abstention",
    r"\b[Vv]ariety\b|\b[Ff]reedom\b|drawn_joints|draw_places": "domain randomisation",
    r"class Solid|\bsolids?\b(?! var)|[Pp]ainter|[Oo]utfit": "mesh, rasterizer, clothing",
    r"runform[./](faults|drivers|engine|cells|gaps)\b": "errors, run_lock, parsing",
    r"become_driver|as fault\b": "run lock, error",
    r"\b[Tt]rials?\b": "evaluation",
    r"told apart|\banew\b|\bamid\b": "plain English",
}
# An arm is a limb, and these say so.
LIMB = re.compile(
    r"(upper|fore)_?arm|arm_?(cross|swing|out|inward)|_arm\(|_the_arms|def _arm|_ARMS?\b"
)
# Variables are named after what they hold.
EMPTY_NAMES = {"found", "known", "seen", "own", "place", "told"}
LIBRARY = sorted((REPOSITORY / "workflow").rglob("*.py"))


@pytest.mark.parametrize("word", NOT_BUT)
def test_a_word_is_not_used(word):
    lines = [
        f"{file.relative_to(REPOSITORY)}:{number}: {line.strip()}"
        for file in TEXTS
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if re.search(word, LIMB.sub("", line))
    ]
    assert not lines, f"say {NOT_BUT[word]}:\n" + "\n".join(lines)


def test_variables_are_named_after_what_they_hold():
    named = [
        f"{file.relative_to(REPOSITORY)}:{node.lineno}: {name}"
        for file in LIBRARY
        for node in ast.walk(ast.parse(file.read_text()))
        for name in [
            node.id
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            else getattr(node, "arg", None)
            if isinstance(node, ast.arg)
            else None
        ]
        if name in EMPTY_NAMES
    ]
    assert not named, "\n".join(named)


def test_lines_have_at_most_100_columns():
    code = [file for file in TEXTS if file.suffix in (".py", ".smk")]
    long = [
        f"{file.relative_to(REPOSITORY)}:{number}"
        for file in code
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if len(line) > 100
    ]
    assert not long, "\n".join(long)

"""What a change rebuilds: exactly the jobs named here. The study has 3 corpus, 8 labelled and 3
professional clips.
"""

import os
from collections import Counter

import pytest

pytestmark = pytest.mark.xdist_group("study")

ROW = "{name}\tsimulated:seed={seed}\t{sets}\t{name}\tleft\t{label}\n"
ONE_CLIP = Counter(simulate_video=1, trim_clip=1, estimate_pose=1, measure_gait=1)
MAP = Counter(write_clip_map=1)
LISTS = Counter(tabulate_coverage=1, tabulate_gait=1, write_references=1) + MAP
SCORED = Counter(
    score_few_shot=1,
    plot_confusion=1,
    tabulate_accuracy=1,
    write_study_report=1,
    write_runner_report=8,
)
COMPARED = Counter(compare_professionals=1, plot_professionals=1)
EMBEDDED = Counter(embed_clips=1, tabulate_readings=1, plot_tsne=1) + COMPARED + SCORED
TRAINED = Counter(finetune_encoder=1, fit_readings=1, plot_training=1) + EMBEDDED
PAGES = Counter(write_study_report=1, write_runner_report=8)
READ = Counter(fit_readings=1, tabulate_readings=1, plot_tsne=1) + COMPARED + PAGES + MAP
FILMED = Counter(film_runners=1)
ENCODER = "resources/encoders/runner-small.safetensors"
MANIFEST, CONFIG = "config/manifest.tsv", "config/config.yaml"


def add_row(project, **cells):
    file = project.folder / MANIFEST
    file.write_text(file.read_text() + ROW.format(**cells))


def drop_row(project, name):
    file = project.folder / MANIFEST
    file.write_text(
        "".join(
            row for row in file.read_text().splitlines(keepends=True) if not row.startswith(name)
        )
    )


def edit_row(project, name, column, value):
    file = project.folder / MANIFEST
    header, *rows = [line.split("\t") for line in file.read_text().splitlines()]
    if column not in header:
        header.append(column)
        rows = [[*row, ""] for row in rows]
    for row in rows:
        if row[0] == name:
            row[header.index(column)] = value
    file.write_text("\n".join("\t".join(row) for row in [header, *rows]) + "\n")


def append(project, path, text):
    file = project.folder / path
    file.write_text(file.read_text() + text)


def change_bytes(project):
    file = project.folder / ENCODER
    file.write_bytes(file.read_bytes() + b" ")


def reorder(project):
    file = project.folder / MANIFEST
    header, *rows = file.read_text().splitlines()
    file.write_text("\n".join([header, *reversed(rows)]) + "\n")


PER_CLIP_OF_14 = Counter(estimate_pose=14, measure_gait=14, draw_overlay=8, plot_gait_cycle=1)
CHANGES = {
    "a new corpus row": (
        lambda p: add_row(p, name="new", seed=77, sets="corpus", label=""),
        ONE_CLIP + LISTS + TRAINED,
    ),
    "a new labelled row": (
        lambda p: add_row(p, name="new", seed=77, sets="labelled", label="no"),
        ONE_CLIP
        + LISTS
        + EMBEDDED
        + Counter(draw_overlay=1, write_runner_report=1, plot_gait_cycle=1),
    ),
    "a new professional row": (
        lambda p: add_row(p, name="new", seed=77, sets="professional", label=""),
        ONE_CLIP + LISTS + EMBEDDED,
    ),
    "a removed corpus row": (lambda p: drop_row(p, "corpus01"), LISTS + TRAINED),
    "an edited start": (
        lambda p: edit_row(p, "runner01", "start_s", "0.2"),
        Counter(trim_clip=1, estimate_pose=1, measure_gait=1, draw_overlay=1, plot_gait_cycle=1)
        + LISTS
        + EMBEDDED,
    ),
    "an edited label": (
        lambda p: edit_row(p, "runner01", "overstriding", "no"),
        SCORED + Counter(plot_tsne=1, plot_gait_cycle=1) + MAP,
    ),
    "an edited view": (
        lambda p: edit_row(p, "runner01", "view", "oblique"),
        Counter(
            measure_gait=1,
            tabulate_readings=1,
            draw_overlay=1,
            plot_gait_cycle=1,
            write_study_report=1,
            write_runner_report=1,
        )
        + LISTS,
    ),
    "a column of notes": (lambda p: edit_row(p, "runner01", "notes", "windy"), Counter()),
    "rows in another order": (reorder, Counter()),
    "another seed of the folds": (
        lambda p: p.edit(CONFIG, "shuffle_seed: 16", "shuffle_seed: 17"),
        SCORED,
    ),
    "another style of figures": (
        lambda p: append(p, "resources/figure_style.mplstyle", "\naxes.linewidth: 2\n"),
        Counter(
            plot_tsne=1,
            plot_professionals=1,
            plot_confusion=1,
            plot_gait_cycle=1,
            plot_training=1,
            tabulate_accuracy=1,
            write_study_report=1,
        ),
    ),
    "another threshold of pose": (
        lambda p: p.edit(CONFIG, "cutoff_hz: 8.0", "cutoff_hz: 7.0"),
        PER_CLIP_OF_14 + LISTS + TRAINED,
    ),
    "a comment in a module": (
        lambda p: append(p, "workflow/runform/pose/repair.py", "\n# a remark\n"),
        Counter(),
    ),
    "an edit in acquire": (
        lambda p: append(p, "workflow/runform/acquire/trim.py", "\nMORE = 1\n"),
        Counter(trim_clip=14) + PER_CLIP_OF_14 + LISTS + TRAINED,
    ),
    "an edit in pose": (
        lambda p: append(p, "workflow/runform/pose/repair.py", "\nMORE = 1\n"),
        PER_CLIP_OF_14 + LISTS + TRAINED + FILMED,
    ),
    "an edit in gait": (
        lambda p: append(p, "workflow/runform/gait/events.py", "\nMORE = 1\n"),
        Counter(measure_gait=14, draw_overlay=8, plot_gait_cycle=1, tabulate_readings=1)
        + LISTS
        + PAGES,
    ),
    "an edit in the encoder": (
        lambda p: append(p, "workflow/runform/encoder/embed.py", "\nMORE = 1\n"),
        FILMED + Counter(fit_readings=1) + EMBEDDED + MAP,
    ),
    "an edit in what readings, pretraining and anchors simulate": (
        lambda p: append(p, "workflow/runform/simulate/detector_noise.py", "\nMORE = 1\n"),
        FILMED + READ,
    ),
    "an edit in fewshot": (
        lambda p: append(p, "workflow/runform/fewshot/published_protocol.py", "\nMORE = 1\n"),
        SCORED,
    ),
    "an edit in present": (
        lambda p: append(p, "workflow/runform/present/encoder_figures.py", "\nMORE = 1\n"),
        Counter(plot_tsne=1, plot_professionals=1, plot_training=1, write_study_report=1),
    ),
    "another number of processes": (
        lambda p: p.edit(CONFIG, "processes: 2", "processes: 1"),
        Counter(),
    ),
    "an input touched, its bytes the same": (lambda p: os.utime(p.folder / ENCODER), Counter()),
    "another encoder to start from": (change_bytes, Counter(take_encoder=1) + TRAINED + MAP),
}


@pytest.mark.parametrize("change", CHANGES)
def test_exactly_what_changed(finished, change):
    edit, expected = CHANGES[change]
    edit(finished)
    assert finished.jobs() == dict(expected)


@pytest.mark.parametrize(
    ("package", "expected"), [("scikit-learn", SCORED), ("av", PER_CLIP_OF_14 + LISTS + TRAINED)]
)
def test_a_new_version_of_a_package(finished, monkeypatch, package, expected):
    finished.write(
        f"site/{package.replace('-', '_')}-99.dist-info/METADATA",
        f"Metadata-Version: 2.1\nName: {package}\nVersion: 99\n",
    )
    monkeypatch.setenv("PYTHONPATH", str(finished.folder / "site"))
    assert finished.jobs() == dict(expected)

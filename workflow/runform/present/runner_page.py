"""The report of one runner: what stands out, the metrics behind it, and how reliable they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runform.fewshot.labelled import SPACES, clip_vectors
from runform.fewshot.professionals import similar_professionals
from runform.files import read_json
from runform.gait import deficiencies
from runform.gait.metric_summary import STRIDES
from runform.limits import parts_of
from runform.present.charts import TITLES, CurveChart, curve_chart
from runform.present.course import CourseChart, DatedFilm, course_charts
from runform.present.coverage import is_simulated
from runform.present.metric_table import (
    COVERAGE,
    FormRead,
    change_rows,
    metric_rows,
    missing_metrics,
    read_form,
    stretch_rows,
)
from runform.present.overlay import STRIP_SHARE
from runform.present.pages import data_uri, write_page
from runform.present.stills import Still, draw_stills
from runform.present.verdicts import NONE, ranges_of, sources_of, verdicts_of, write_summary
from runform.present.words import count, percent, read_frame
from runform.sequence import OK, PoseSequence, load_sequence


@dataclass(frozen=True)
class RunnerFacts:
    """What the manifest says of the clip.

    url: as in the manifest, or the file of its keypoints where it has no video.
    professionals, corpus: ids of the clips of these sets.  space: of `labelled.SPACES`, in which
    similarities are computed.  in_study: whether the study has a page that this one belongs to.
    recorded_on: day, or empty.  others: the runner's other clips (`course.other_clips`).
    rules: the config's table of deficiencies.
    """

    clip: str
    runner: str
    url: str
    professionals: Sequence[str]
    corpus: Sequence[str] = ()
    space: str = "embedding"
    in_study: bool = True
    recorded_on: str = ""
    others: Sequence[Mapping] = ()
    rules: Mapping[str, Mapping] = field(default_factory=dict)


@dataclass(frozen=True)
class RunnerFiles:
    """Files of the clip, and those of the whole study, empty where the clip has no part in them.

    embeddings: of the study, or of a single video.  readings: of the encoder that embedded it.
    others: clip -> gait of the runner's other clips.
    """

    clip: str
    receipt: str
    pose: str
    gait: str
    overlay: str
    predictions: str = ""
    embeddings: str = ""
    readings: str = ""
    others: Mapping[str, str] = field(default_factory=dict)


def write_runner_report(facts: RunnerFacts, files: RunnerFiles, path: str | Path) -> None:
    """Write the page to `path`. A clip that is unavailable gets a page that says why."""
    receipt, gait = read_json(files.receipt), read_json(files.gait)
    sequence = load_sequence(files.pose)
    has_pose = sequence.ok and len(sequence.xy) > 0
    metrics = gait.get("metrics", {})
    verdicts = verdicts_of(gait) if gait["status"] == OK else []
    others = {clip: read_json(file) for clip, file in files.others.items()}
    stills = draw_stills(files.clip, sequence, gait) if has_pose else {}
    has_film = has_pose and Path(files.overlay).stat().st_size > 0
    # Of running alone: the encoder has learned from nothing else.
    readable = files.readings and gait["status"] == OK
    judged = {verdict.name for verdict in verdicts if verdict.kind != NONE}
    not_judged = {name: rule for name, rule in facts.rules.items() if name not in judged}
    encoder = (facts.clip, files.embeddings, files.readings)
    read = read_form(*encoder, sequence, gait, not_judged) if readable else FormRead()
    summary = write_summary(receipt, sequence, gait, verdicts)
    summary.caution.extend(contradicted(gait, read.apart))
    write_page(
        "runner.html.j2",
        path,
        style=f".film {{ --tall: {video_height(sequence):.4f}; }}" if has_film else "",
        clip=facts.clip,
        facts=_fact_line(facts, receipt, gait),
        simulated=is_simulated(receipt),
        summary=summary,
        has_film=has_film,
        begin_s=begin_s(sequence, stills),
        stills={
            side: [vars(still) | {"uri": data_uri(still.jpeg, "image/jpeg")} for still in row]
            for side, row in stills.items()
        },
        verdicts=verdicts,
        predictions=predictions_of(facts.clip, files.predictions) if files.predictions else {},
        metrics=metric_rows(metrics, ranges_of(gait)),
        stretches=stretch_rows(gait),
        changes=change_rows(gait),
        strides=STRIDES,
        error_note=error_note(sequence),
        charts=_charts(gait.get("curves", {})),
        runner=facts.runner,
        others=[other_row(other, others.get(other["clip"], {})) for other in facts.others],
        courses=courses_of(facts, gait, others),
        similar=most_similar(facts, files) if files.embeddings and facts.professionals else [],
        space=SPACES[facts.space],
        read=read,
        coverage=COVERAGE,
        not_measurable=missing_metrics(metrics),
        quality=quality_lines(receipt, sequence, gait),
        provenance=provenance_lines(facts, receipt, sequence),
        sources=sources_of(gait),
        in_study=facts.in_study and bool(files.embeddings),
    )


def begin_s(sequence: PoseSequence, stills: Mapping[str, Sequence[Still]]) -> float:
    """Where the overlay begins to play, s as played: at its first still, since nobody may be in
    view before it.
    """
    true_s = min((still.time_s for row in stills.values() for still in row), default=0.0)
    return true_s * sequence.true_fps / sequence.fps if true_s else 0.0


def contradicted(gait: Mapping, apart: Sequence[Mapping[str, str]]) -> list[str]:
    """A sentence for each metric that stands out or is watched and that the encoder reads
    otherwise.
    """
    named = {
        part["metric"]
        for entry in gait.get("verdicts", ())
        if entry["verdict"] in (deficiencies.FLAG, deficiencies.WATCH)
        for part in parts_of(entry)
    }
    return [
        f"{row['title']} was measured as {row['measured']}, and the encoder reads {row['value']}: "
        "look at the film before you rely on it."
        for row in apart
        if row["metric"] in named
    ]


def other_row(other: Mapping, gait: Mapping) -> dict[str, str]:
    """Another clip of the runner, with what its page and the comparison with it are called from
    this page's folder.
    """
    pair = other["pair"]
    words = f"from {other['clip']} to this clip"
    if pair and pair[1] == other["clip"]:
        words = f"from this clip to {other['clip']}"
    return {
        "clip": other["clip"],
        "recorded_on": other["recorded_on"],
        "view": gait.get("view", {}).get("used", ""),
        "page": f"../{other['clip']}/report.html" if other["has_page"] else "",
        "comparison": "/".join(("../../comparisons", *pair, "report.html")) if pair else "",
        "words": words,
    }


def courses_of(
    facts: RunnerFacts, gait: Mapping, others: Mapping[str, Mapping]
) -> list[CourseChart]:
    """The main metrics over the clips of the runner whose days are known, this one among them."""
    days = {facts.clip: facts.recorded_on}
    days |= {other["clip"]: other["recorded_on"] for other in facts.others}
    gaits = {facts.clip: gait, **others}
    films = [DatedFilm(clip, days[clip], gaits[clip]) for clip in gaits if days[clip]]
    return course_charts(films, facts.clip)


def error_note(sequence: PoseSequence) -> str:
    """Where the uncertainties of the page come from."""
    note = "the error on film like this one, from simulated film with this network"
    if sequence.source.get("backend") != "blazepose":
        note = "the error on simulated film with BlazePose, another network than this one"
    return f"{note}, and what the number of strides leaves open; on film of people it may be larger"


def video_height(sequence: PoseSequence) -> float:
    """Height of the overlay over its width."""
    width_px, height_px = sequence.size
    return round((1 + STRIP_SHARE) * height_px / width_px, 4)


def _charts(curves: Mapping) -> list[CurveChart]:
    names = [*(name for name in TITLES if name in curves), *sorted(set(curves) - set(TITLES))]
    return [
        curve_chart(name, curves[name])
        for name in names
        if any(side.get("mean") for side in curves[name].values())
    ]


def _fact_line(facts: RunnerFacts, receipt: Mapping, gait: Mapping) -> list[str]:
    line = [f"runner {facts.runner}"] if facts.runner != facts.clip else []
    view = gait.get("view", {}).get("used")
    if view:
        line.append("oblique view" if view == "oblique" else f"filmed from the {view}")
    if receipt["status"] == OK:
        line += [f"{receipt['duration_s']:.1f} s", f"{receipt['fps']:.0f} frames per second"]
    return line


def predictions_of(clip: str, predictions_csv: str | Path) -> dict[str, str]:
    """Deficiency -> prediction for this clip while it was held out, with its label."""
    table = read_frame(predictions_csv)
    rows = table[table["clip"] == clip]
    return {row.deficiency: f"{row.predicted} (label: {row.label})" for row in rows.itertuples()}


def most_similar(facts: RunnerFacts, files: RunnerFiles, most: int = 5) -> list[tuple[str, float]]:
    """The `most` similar professionals with their centred cosine similarity."""
    embeddings = clip_vectors(facts.space, files.embeddings, files.readings)
    rows = similar_professionals(facts.clip, facts.professionals, facts.corpus, embeddings)
    pairs = [(row["professional"], float(row["centred_similarity"])) for row in rows]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:most]


def quality_lines(receipt: Mapping, sequence: PoseSequence, gait: Mapping) -> list[tuple[str, str]]:
    """Quality of the picture and the pose, as (name, value)."""
    quality, view = sequence.quality, gait.get("view", {})
    lines = []
    if receipt["status"] == OK:
        size = f"{receipt['width_px']} × {receipt['height_px']} px"
        lines.append(("video", f"{size}, {receipt['frames']} frames"))
    for name, key in (("runner in view", "runner_share"), ("both legs in view", "legs_share")):
        if quality.get(key) is not None:
            lines.append((name, f"{percent(quality[key])} of the frames"))
    if quality.get("figure_height_px") is not None:
        lines.append(("height of the runner", f"{quality['figure_height_px']:.0f} px"))
    if quality.get("mean_score") is not None:
        lines.append(("mean confidence of the joints", f"{quality['mean_score']:.2f} of 1"))
    if view.get("estimated"):
        confidence = view.get("confidence")
        sure = "" if confidence is None else f", confidence {confidence:.2f}"
        manifest = f"; manifest: {view['manifest']}" if view.get("manifest") else ""
        lines.append(("view", f"{view['estimated']}{sure}{manifest}"))
    return [*lines, ("steps measured", count(len(gait.get("steps", []))))]


def provenance_lines(
    facts: RunnerFacts, receipt: Mapping, sequence: PoseSequence
) -> list[tuple[str, str]]:
    """Where the video and the keypoints come from, as (name, value)."""
    source = receipt.get("source", {})
    names = [name for name in ("title", "uploader", "sha256") if source.get(name)]
    lines = [("source", facts.url), *((name, str(source[name])) for name in names)]
    start_s, end_s = receipt.get("start_s"), receipt.get("end_s")
    if start_s is not None or end_s is not None:
        end = "the end" if end_s is None else f"{end_s:g} s"
        lines.append(("window", f"{start_s or 0:g} s to {end}"))
    return lines + [(f"pose {name}", str(value)) for name, value in sorted(sequence.source.items())]

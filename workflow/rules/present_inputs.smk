"""What the rules of the present stage ask of the config and the manifest."""

STUDY_SETS = ("professional", "labelled", "test", "corpus")
# A figure needs clips of its set.
FIGURE_SETS = {"professionals": "professional", "training": "corpus"}
STUDY_FIGURES = [
    name
    for name in config["present"]["figures"]
    if name not in FIGURE_SETS or clip_ids(FIGURE_SETS[name])
]


def main_sets():
    """Clip -> the one set it is drawn as, the first of `STUDY_SETS` that it is in."""
    return {
        clip: next(name for name in STUDY_SETS if name in CLIPS[clip].sets)
        for clip in clip_ids(*STUDY_SETS)
    }


def reported_clips():
    """Clips that get an overlay video and a page of their own."""
    return (
        clip_ids(*config["present"]["reports_for"])
        if config["present"]["reports_for"]
        else []
    )


def runner_facts(wildcards):
    """What the manifest says of this job's clip, for its page."""
    clip = clip_of(wildcards)
    return {
        "clip": clip.clip,
        "runner": clip.runner,
        "url": clip.url,
        "simulated": clip.kind == "sim",
        "professionals": clip_ids("professional"),
    }


def what_the_study_says(wildcards):
    """Results of the whole study for a clip that is part of it; none for a single video, which needs no study."""
    sets = set(clip_of(wildcards).sets)
    predictions = ["results/tables/predictions.csv"] if "labelled" in sets else []
    return predictions + (["results/embeddings.npz"] if sets & set(STUDY_SETS) else [])


def study_facts():
    """What the manifest and the config say of the study, for its page."""
    return {
        "clips": len(STUDY_CLIPS),
        "runners": len(set(runners_in().values())),
        "simulated": sum(clip.kind == "sim" for clip in STUDY_CLIPS),
        "sets": {
            name: len(clip_ids(name)) for name in reversed(STUDY_SETS) if clip_ids(name)
        },
        "pose_model": config["pose"]["model"],
        "pages": reported_clips(),
        "labels": labels_in("labelled"),
    }


def study_files():
    """What a whole study ends with, as far as the manifest's sets go: no few-shot table without labelled clips."""
    wanted = ["results/tables/coverage.csv", "results/tables/gait.csv"]
    if STUDY_CLIPS:
        wanted += ["results/embeddings.npz"]
    if clip_ids("labelled"):
        wanted += expand("results/tables/accuracy.{kind}", kind=("csv", "md", "tex"))
        wanted += expand(
            "results/figures/{name}.{kind}",
            name=STUDY_FIGURES,
            kind=("png", "pdf"),
        )
        wanted += ["results/report.html"]
    return wanted + expand("results/runners/{clip}/report.html", clip=reported_clips())

"""What people look at: tables, figures, overlay videos, the page of each runner and of the study."""

STUDY_SETS = ("professional", "labelled", "test", "corpus")
STUDY_FIGURES = ["tsne", "professionals", "confusion", "gait_cycle", "training"]
ARM_FIGURES = ["arms", "learning_curve"] if config["fewshot"]["encoder_arms"] else []


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
        "clips": len(CLIPS),
        "runners": len({clip.runner for clip in CLIPS.values()}),
        "simulated": sum(clip.kind == "sim" for clip in CLIPS.values()),
        "sets": {
            name: len(clip_ids(name)) for name in reversed(STUDY_SETS) if clip_ids(name)
        },
        "pose_model": config["pose"]["model"],
        "pages": reported_clips(),
        "labels": labels_in("labelled"),
    }


rule plot_tsne:
    input:
        embeddings="results/embeddings.npz",
    output:
        png=report(
            "results/figures/tsne.png",
            caption="../report/tsne.rst",
            category="Few-shot study",
        ),
        pdf="results/figures/tsne.pdf",
    log:
        "results/logs/plot_tsne.log",
    benchmark:
        "results/benchmarks/plot_tsne.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code_hash("present.tsne"),
        labels=labels_in("labelled"),
        sets=main_sets(),
        settings=config["present"]["tsne"],
    message:
        "draw the t-SNE map"
    script:
        "../scripts/plot_tsne.py"


rule plot_professionals:
    input:
        "results/tables/professionals.csv",
    output:
        png=report(
            "results/figures/professionals.png",
            caption="../report/professionals.rst",
            category="Few-shot study",
        ),
        pdf="results/figures/professionals.pdf",
    log:
        "results/logs/plot_professionals.log",
    benchmark:
        "results/benchmarks/plot_professionals.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=400,
        runtime=5,
    params:
        code=code_hash("present.professionals"),
    message:
        "draw the comparison with professionals"
    script:
        "../scripts/plot_professionals.py"


rule plot_training:
    input:
        "results/encoder/training.csv",
    output:
        png=report(
            "results/figures/training.png",
            caption="../report/training.rst",
            category="Encoder",
        ),
        pdf="results/figures/training.pdf",
    log:
        "results/logs/plot_training.log",
    benchmark:
        "results/benchmarks/plot_training.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=400,
        runtime=5,
    params:
        code=code_hash("present.training"),
    message:
        "draw the training curves"
    script:
        "../scripts/plot_training.py"


rule plot_confusion:
    input:
        "results/tables/predictions.csv",
    output:
        png=report(
            "results/figures/confusion.png",
            caption="../report/confusion.rst",
            category="Few-shot study",
        ),
        pdf="results/figures/confusion.pdf",
    log:
        "results/logs/plot_confusion.log",
    benchmark:
        "results/benchmarks/plot_confusion.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=400,
        runtime=5,
    params:
        code=code_hash("present.confusion"),
    message:
        "draw who was told wrongly"
    script:
        "../scripts/plot_confusion.py"


rule plot_arms:
    input:
        "results/tables/accuracy_by_arm.csv",
    output:
        png=report(
            "results/figures/arms.png", caption="../report/arms.rst", category="Arms"
        ),
        pdf="results/figures/arms.pdf",
    log:
        "results/logs/plot_arms.log",
    benchmark:
        "results/benchmarks/plot_arms.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=400,
        runtime=5,
    params:
        code=code_hash("present.arms"),
    message:
        "draw the accuracy of each arm"
    script:
        "../scripts/plot_arms.py"


rule plot_learning_curve:
    input:
        "results/tables/learning_curve.csv",
    output:
        png=report(
            "results/figures/learning_curve.png",
            caption="../report/learning_curve.rst",
            category="Arms",
        ),
        pdf="results/figures/learning_curve.pdf",
    log:
        "results/logs/plot_learning_curve.log",
    benchmark:
        "results/benchmarks/plot_learning_curve.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=400,
        runtime=5,
    params:
        code=code_hash("present.learning_curve"),
    message:
        "draw the learning curves"
    script:
        "../scripts/plot_learning_curve.py"


rule plot_gait_cycle:
    input:
        gaits=expand("results/gait/{clip}.json", clip=clip_ids("labelled")),
    output:
        png=report(
            "results/figures/gait_cycle.png",
            caption="../report/gait_cycle.rst",
            category="Gait",
        ),
        pdf="results/figures/gait_cycle.pdf",
    log:
        "results/logs/plot_gait_cycle.log",
    benchmark:
        "results/benchmarks/plot_gait_cycle.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=400,
        runtime=5,
    params:
        code=code_hash("present.gait_cycle"),
        clips=clip_ids("labelled"),
        labels=labels_in("labelled"),
    message:
        "draw the joint angles over the gait cycle"
    script:
        "../scripts/plot_gait_cycle.py"


rule tabulate_arms:
    input:
        "results/tables/accuracy_by_arm.csv",
    output:
        markdown="results/tables/accuracy_by_arm.md",
        latex="results/tables/accuracy_by_arm.tex",
    log:
        "results/logs/tabulate_arms.log",
    benchmark:
        "results/benchmarks/tabulate_arms.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_hash("present.arms"),
    message:
        "write the table of arms"
    script:
        "../scripts/tabulate_arms.py"


rule tabulate_accuracy:
    input:
        "results/tables/accuracy.csv",
    output:
        markdown="results/tables/accuracy.md",
        latex="results/tables/accuracy.tex",
    log:
        "results/logs/tabulate_accuracy.log",
    benchmark:
        "results/benchmarks/tabulate_accuracy.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=300,
        runtime=5,
    params:
        code=code_hash("present.accuracy"),
    message:
        "write the accuracy table"
    script:
        "../scripts/tabulate_accuracy.py"


rule tabulate_coverage:
    input:
        receipts=expand("results/clips/{clip}.json", clip=clip_ids()),
        poses=expand("results/pose/{clip}.npz", clip=clip_ids()),
        gaits=expand("results/gait/{clip}.json", clip=clip_ids()),
    output:
        "results/tables/coverage.csv",
    log:
        "results/logs/tabulate_coverage.log",
    benchmark:
        "results/benchmarks/tabulate_coverage.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=300,
        runtime=10,
    params:
        code=code_hash("present.coverage"),
        clips=clip_ids(),
        settings={"min_available": config["acquire"]["min_available"]},
    message:
        "list the clips that are missing"
    script:
        "../scripts/tabulate_coverage.py"


rule draw_overlay:
    input:
        clip="results/clips/{clip}.mp4",
        pose="results/pose/{clip}.npz",
        gait="results/gait/{clip}.json",
    output:
        "results/runners/{clip}/overlay.mp4",
    log:
        "results/logs/draw_overlay/{clip}.log",
    benchmark:
        "results/benchmarks/draw_overlay/{clip}.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=code_hash("present.overlay"),
        settings=config["present"]["overlay"],
    message:
        "draw the overlay of {wildcards.clip}"
    script:
        "../scripts/draw_overlay.py"


rule write_runner_report:
    input:
        clip="results/clips/{clip}.mp4",
        receipt="results/clips/{clip}.json",
        pose="results/pose/{clip}.npz",
        gait="results/gait/{clip}.json",
        overlay="results/runners/{clip}/overlay.mp4",
        study=what_the_study_says,
    output:
        report(
            "results/runners/{clip}/report.html",
            caption="../report/runner.rst",
            category="Runners",
        ),
    log:
        "results/logs/write_runner_report/{clip}.log",
    benchmark:
        "results/benchmarks/write_runner_report/{clip}.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code_hash("present.runner_page"),
        facts=runner_facts,
    message:
        "write the report of {wildcards.clip}"
    script:
        "../scripts/write_runner_report.py"


rule write_study_report:
    input:
        accuracy="results/tables/accuracy.csv",
        predictions="results/tables/predictions.csv",
        coverage="results/tables/coverage.csv",
        gaits=expand("results/gait/{clip}.json", clip=clip_ids("labelled")),
        figures=expand("results/figures/{name}.png", name=STUDY_FIGURES + ARM_FIGURES),
        captions=expand("workflow/report/{name}.rst", name=STUDY_FIGURES + ARM_FIGURES),
        arms=["results/tables/accuracy_by_arm.csv"] if ARM_FIGURES else [],
    output:
        report("results/report.html", caption="../report/study.rst", category="Study"),
    log:
        "results/logs/write_study_report.log",
    benchmark:
        "results/benchmarks/write_study_report.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=code_hash("present.study_page"),
        clips=clip_ids("labelled"),
        facts=study_facts(),
    message:
        "write the report of the study"
    script:
        "../scripts/write_study_report.py"


def study_files():
    """What a whole study ends with, as far as the manifest's sets go: no few-shot table without labelled clips."""
    wanted = ["results/tables/coverage.csv", "results/tables/gait.csv"]
    if CLIPS:
        wanted += ["results/embeddings.npz"]
    if clip_ids("labelled"):
        wanted += expand("results/tables/accuracy.{kind}", kind=("csv", "md", "tex"))
        wanted += expand(
            "results/figures/{name}.{kind}",
            name=config["present"]["figures"],
            kind=("png", "pdf"),
        )
        wanted += ["results/report.html"]
    return wanted + expand("results/runners/{clip}/report.html", clip=reported_clips())

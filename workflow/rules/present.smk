"""What people look at: tables, figures, overlay videos, the page of each runner and of the study."""


def labels_by_deficiency(*sets):
    """Deficiency -> clip -> yes or no, of the clips in any of `sets`; builtins only, sorted by clip."""
    return {
        name: {
            clip: CLIPS[clip].labels[name]
            for clip in clip_ids(*sets)
            if name in CLIPS[clip].labels
        }
        for name in config["deficiencies"]
    }


def main_sets():
    """Clip -> the one set it is drawn as: professional before labelled before corpus."""
    order = ("professional", "labelled", "corpus")
    return {
        clip: next(name for name in order if name in CLIPS[clip].sets)
        for clip in clip_ids(*order)
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
        labels=labels_by_deficiency("labelled"),
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

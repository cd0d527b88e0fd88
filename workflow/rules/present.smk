"""What people look at: tables, figures, overlay videos, the page of each runner and of the study."""


include: "present_inputs.smk"


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
        code=code_hash("present.encoder_figures"),
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
        code=code_hash("present.encoder_figures"),
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
        code=code_hash("present.encoder_figures"),
    message:
        "draw the training curves"
    script:
        "../scripts/plot_training.py"


rule plot_confusion:
    input:
        "results/tables/predictions.csv",
        "results/tables/accuracy.csv",
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
        code=code_hash("present.accuracy"),
    message:
        "draw who was told wrongly"
    script:
        "../scripts/plot_confusion.py"


rule plot_arms:
    input:
        "results/tables/accuracy_by_arm.csv",
        "results/tables/skipped.csv",
    output:
        png=report(
            "results/figures/feature_sets.png", caption="../report/feature_sets.rst", category="Feature sets"
        ),
        pdf="results/figures/feature_sets.pdf",
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
        code=code_hash("present.comparison"),
    message:
        "draw the accuracy of each arm"
    script:
        "../scripts/plot_arms.py"


rule plot_learning_curve:
    input:
        "results/tables/learning_curve.csv",
        "results/tables/skipped.csv",
    output:
        png=report(
            "results/figures/learning_curve.png",
            caption="../report/learning_curve.rst",
            category="Feature sets",
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
        code=code_hash("present.comparison"),
    message:
        "draw the learning curves"
    script:
        "../scripts/plot_learning_curve.py"


rule plot_selective:
    input:
        "results/tables/selective.csv",
        "results/tables/skipped.csv",
    output:
        png=report(
            "results/figures/abstention.png",
            caption="../report/abstention.rst",
            category="Feature sets",
        ),
        pdf="results/figures/abstention.pdf",
    log:
        "results/logs/plot_selective.log",
    benchmark:
        "results/benchmarks/plot_selective.tsv"
    conda:
        "../../envs/present.yaml"
    resources:
        mem_mb=400,
        runtime=5,
    params:
        code=code_hash("present.comparison"),
    message:
        "draw accuracy against coverage"
    script:
        "../scripts/plot_selective.py"


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
        code=code_hash("present.gait_figures"),
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
        code=code_hash("present.comparison"),
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
        figures=expand("results/figures/{name}.png", name=STUDY_FIGURES),
        captions=expand("workflow/report/{name}.rst", name=STUDY_FIGURES),
        arms=["results/tables/accuracy_by_arm.csv"] if "feature_sets" in STUDY_FIGURES else [],
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

"""Tables, figures, overlay videos, a page for each runner and one for the study."""

for figure, entry in FIGURES.items():

    rule:
        name:
            f"plot_{figure}"
        input:
            **{name: FIGURE_INPUTS[name] for name in entry.inputs},
        output:
            png=report(
                f"results/figures/{figure}.png",
                caption=f"../report/{figure}.rst",
                category=entry.category,
            ),
            pdf=f"results/figures/{figure}.pdf",
        log:
            f"results/logs/plot_{figure}.log",
        benchmark:
            f"results/benchmarks/plot_{figure}.tsv"
        conda:
            "../../envs/present.yaml"
        params:
            figure=figure,
            code=code_hash(f"present.{entry.module}"),
            settings={name: FIGURE_SETTINGS[name] for name in entry.settings},
        message:
            f"draw the figure {figure}"
        script:
            "../scripts/plot.py"


for table, module in TABLES.items():

    rule:
        name:
            f"tabulate_{table}"
        input:
            f"results/tables/{table}.csv",
        output:
            markdown=f"results/tables/{table}.md",
            latex=f"results/tables/{table}.tex",
        log:
            f"results/logs/tabulate_{table}.log",
        benchmark:
            f"results/benchmarks/tabulate_{table}.tsv"
        conda:
            "../../envs/present.yaml"
        params:
            table=table,
            code=code_hash(f"present.{module}"),
        message:
            f"write the table {table} for people"
        script:
            "../scripts/tabulate.py"


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
    params:
        code=code_hash("present.coverage"),
        clips=clip_ids(),
    message:
        "list the clips that are missing"
    script:
        "../scripts/tabulate_coverage.py"


rule draw_overlay:
    input:
        clip=film_of,
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
    params:
        code=code_hash("present.overlay"),
        settings=PRESENT["overlay"],
    message:
        "draw the overlay of {wildcards.clip}"
    script:
        "../scripts/draw_overlay.py"


rule write_runner_report:
    input:
        clip=film_of,
        receipt="results/clips/{clip}.json",
        pose="results/pose/{clip}.npz",
        gait="results/gait/{clip}.json",
        overlay="results/runners/{clip}/overlay.mp4",
        study=study_results,
        others=lambda wildcards: [
            f"results/gait/{other['clip']}.json" for other in others_of(wildcards)
        ],
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
    params:
        code=code_hash("present.runner_page"),
        facts=runner_facts,
    message:
        "write the report of {wildcards.clip}"
    script:
        "../scripts/write_runner_report.py"


rule share_study:
    input:
        receipts=expand("results/clips/{clip}.json", clip=clip_ids()),
        poses=expand("results/pose/{clip}.npz", clip=clip_ids()),
        tables=STUDY_TABLES,
        encoder=given(START.path) if is_own(ENCODER["pretrained"]) else [],
    output:
        directory("results/shared"),
    log:
        "results/logs/share_study.log",
    benchmark:
        "results/benchmarks/share_study.tsv"
    conda:
        "../../envs/present.yaml"
    params:
        code=code_hash("present.shared_study"),
        rows={clip: shared_row(CLIPS[clip]) for clip in clip_ids()},
        config=shared_config(config),
    message:
        "write the study without its videos into {output}"
    script:
        "../scripts/share_study.py"


rule write_references:
    input:
        poses=expand("results/pose/{clip}.npz", clip=clip_ids()),
        gaits=expand("results/gait/{clip}.json", clip=clip_ids()),
    output:
        "results/references.bib",
    log:
        "results/logs/write_references.log",
    benchmark:
        "results/benchmarks/write_references.tsv"
    conda:
        "../../envs/present.yaml"
    params:
        code=code_hash("present.references"),
        pretrained=ENCODER["pretrained"],
        labelled=bool(clip_ids("labelled")),
    message:
        "cite what the study used"
    script:
        "../scripts/write_references.py"


rule export_tables:
    input:
        tables=STUDY_TABLES,
    output:
        workbook="results/study.xlsx",
        clips="results/tables/gait.parquet",
        steps="results/tables/steps.parquet",
    log:
        "results/logs/export_tables.log",
    benchmark:
        "results/benchmarks/export_tables.tsv"
    conda:
        "../../envs/present.yaml"
    params:
        code=code_hash("present.workbook", packages=("openpyxl", "fastparquet")),
    message:
        "write the tables as a workbook and as Parquet"
    script:
        "../scripts/export_tables.py"


rule write_study_report:
    input:
        accuracy="results/tables/accuracy.csv",
        predictions="results/tables/predictions.csv",
        coverage="results/tables/coverage.csv",
        gaits=expand("results/gait/{clip}.json", clip=clip_ids("labelled")),
        figures=expand("results/figures/{name}.png", name=STUDY_FIGURES),
        captions=[given(f"workflow/report/{name}.rst") for name in STUDY_FIGURES],
        receipts=expand("results/clips/{clip}.json", clip=UNFILMED),
        feature_sets=(FIGURE_INPUTS["feature_sets"] if "feature_sets" in STUDY_FIGURES else []),
    output:
        report("results/report.html", caption="../report/study.rst", category="Study"),
    log:
        "results/logs/write_study_report.log",
    benchmark:
        "results/benchmarks/write_study_report.tsv"
    conda:
        "../../envs/present.yaml"
    params:
        code=code_hash("present.study_page"),
        clips=clip_ids("labelled"),
        facts=study_facts(),
    message:
        "write the report of the study"
    script:
        "../scripts/write_study_report.py"


rule write_comparison:
    input:
        receipt=compared("results/clips/{clip}.json"),
        pose=compared("results/pose/{clip}.npz"),
        gait=compared("results/gait/{clip}.json"),
        overlay=compared("results/runners/{clip}/overlay.mp4"),
    output:
        page="results/comparisons/{before}/{after}/report.html",
        before="results/comparisons/{before}/{after}/before.mp4",
        after="results/comparisons/{before}/{after}/after.mp4",
    log:
        "results/logs/write_comparison/{before}.{after}.log",
    benchmark:
        "results/benchmarks/write_comparison/{before}.{after}.tsv"
    conda:
        "../../envs/present.yaml"
    params:
        code=code_hash("present.compare_page"),
        facts=lambda wildcards: [page_facts(CLIPS[one], REPORTED_CLIPS) for one in wildcards],
    message:
        "compare {wildcards.before} with {wildcards.after}"
    script:
        "../scripts/write_comparison.py"


rule write_clip_map:
    input:
        embeddings="results/embeddings.npz",
        readings=READINGS,
        gait="results/tables/gait.csv",
        coverage="results/tables/coverage.csv",
    output:
        "results/map.html",
    log:
        "results/logs/write_clip_map.log",
    benchmark:
        "results/benchmarks/write_clip_map.tsv"
    conda:
        "../../envs/present.yaml"
    params:
        **settings_of("present", "tsne", "space"),
        code=code_hash("present.clip_map"),
        clips=mapped_clips(),
    message:
        "write the map and the roster of the clips"
    script:
        "../scripts/write_clip_map.py"

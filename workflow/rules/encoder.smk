"""The motion encoder: its first weights, fine-tuning on the corpus, one embedding per clip."""


wildcard_constraints:
    variant="|".join(VARIANTS),


rule pretrain_encoder:
    input:
        captured=[*map(given, files_in(ENCODER["pretrain"]["simulation"]["captured"], ".bvh"))],
    output:
        encoder=TRAINED,
        recipe="results/encoder/trained.json",
        curve="results/encoder/trained.csv",
    log:
        "results/logs/pretrain_encoder.log",
    benchmark:
        "results/benchmarks/pretrain_encoder.tsv"
    conda:
        "../../envs/encoder.yaml"
    threads: ENCODER["pretrain"]["training"]["torch_threads"]
    resources:
        mem_mb=1900,
        runtime=600,
    params:
        **ENCODER["pretrain"],
        view=VIEW,
        code=code_hash("encoder.pretrain", packages=("torch", "mmengine")),
    message:
        "encoder: pretrain on simulated runners"
    script:
        "../scripts/pretrain_encoder.py"


rule take_encoder:
    input:
        weights=given(START.path) if Path(START.path).is_file() else START.path,
    output:
        encoder=PRETRAINED,
    log:
        "results/logs/take_encoder.log",
    benchmark:
        "results/benchmarks/take_encoder.tsv"
    conda:
        "../../envs/encoder.yaml"
    resources:
        mem_mb=1000,
    params:
        code=code_hash("encoder.checkpoint"),
    message:
        "encoder: start from {input.weights}"
    script:
        "../scripts/take_encoder.py"


rule init_encoder:
    input:
        like=PRETRAINED,
    output:
        encoder="results/encoder/random.safetensors",
    log:
        "results/logs/init_encoder.log",
    benchmark:
        "results/benchmarks/init_encoder.tsv"
    conda:
        "../../envs/encoder.yaml"
    resources:
        mem_mb=1000,
    params:
        seed=ENCODER["finetune"]["seed"],
        code=code_hash("encoder.checkpoint"),
    message:
        "encoder: at random"
    script:
        "../scripts/init_encoder.py"


rule finetune_encoder:
    input:
        start=PRETRAINED,
        poses=expand("results/pose/{clip}.npz", clip=clip_ids("corpus")),
    output:
        encoder=FINETUNED,
        curve="results/encoder/training.csv",
    log:
        "results/logs/finetune_encoder.log",
    benchmark:
        "results/benchmarks/finetune_encoder.tsv"
    conda:
        "../../envs/encoder.yaml"
    threads: ENCODER["torch_threads"]
    resources:
        mem_mb=1900,
        runtime=600,
    params:
        training=ENCODER["finetune"] | settings_of("encoder", "torch_threads"),
        segments=ENCODER["segments"] | VIEW | settings_of("encoder", "rate_fps"),
        losses=lambda wildcards: LOSSES[variant_of(wildcards)],
        simulation=lambda wildcards: simulation_beside(variant_of(wildcards)),
        code=lambda wildcards: finetune_code(variant_of(wildcards)),
    message:
        "encoder: fine-tune on the corpus clips"
    script:
        "../scripts/finetune_encoder.py"


use rule finetune_encoder as finetune_variant with:
    output:
        encoder="results/encoder/{variant}.safetensors",
        curve="results/encoder/{variant}.csv",
    log:
        "results/logs/finetune_variant/{variant}.log",
    benchmark:
        "results/benchmarks/finetune_variant/{variant}.tsv"
    wildcard_constraints:
        variant="finetuned2d|anchored",
    message:
        "encoder: fine-tune, variant {wildcards.variant}"


rule film_runners:
    output:
        films="results/encoder/form_films.npz",
    log:
        "results/logs/film_runners.log",
    benchmark:
        "results/benchmarks/film_runners.tsv"
    conda:
        "../../envs/encoder.yaml"
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        settings=ENCODER["readings"] | VIEW | settings_of("encoder", "rate_fps"),
        code=code_hash("encoder.form_films"),
    message:
        "encoder: film simulated runners for readings of form"
    script:
        "../scripts/film_runners.py"


rule fit_readings:
    input:
        encoder=STUDY_ENCODER,
        films="results/encoder/form_films.npz",
    output:
        readings=READINGS,
    log:
        "results/logs/fit_readings.log",
    benchmark:
        "results/benchmarks/fit_readings.tsv"
    conda:
        "../../envs/encoder.yaml"
    threads: ENCODER["torch_threads"]
    resources:
        mem_mb=1900,
        runtime=60,
    params:
        one_direction=ENCODER["one_direction"],
        torch_threads=ENCODER["torch_threads"],
        code=code_hash("encoder.form_films", packages=("torch",)),
    message:
        "encoder: fit readings of form"
    script:
        "../scripts/fit_readings.py"


use rule fit_readings as fit_variant_readings with:
    input:
        encoder=lambda wildcards: WEIGHTS[wildcards.variant],
        films="results/encoder/form_films.npz",
    output:
        readings="results/encoder/readings/{variant}.safetensors",
    log:
        "results/logs/fit_variant_readings/{variant}.log",
    benchmark:
        "results/benchmarks/fit_variant_readings/{variant}.tsv"
    message:
        "encoder: fit readings of form, variant {wildcards.variant}"


rule embed_clips:
    input:
        encoder=STUDY_ENCODER,
        poses=expand("results/pose/{clip}.npz", clip=clip_ids()),
    output:
        embeddings="results/embeddings.npz",
    log:
        "results/logs/embed_clips.log",
    benchmark:
        "results/benchmarks/embed_clips.tsv"
    conda:
        "../../envs/encoder.yaml"
    threads: ENCODER["torch_threads"]
    resources:
        mem_mb=1900,
        runtime=120,
    params:
        clips=clip_ids(),
        keep_frames=clip_ids("labelled", "test"),
        settings=VIEW | settings_of("encoder", "rate_fps", "torch_threads"),
        code=code_hash("encoder.embed", packages=("torch",)),
    message:
        "encoder: embed the clips"
    script:
        "../scripts/embed_clips.py"


# One that shows nobody has none, and fails no job.
use rule embed_clips as embed_video with:
    input:
        encoder=given(SHIPPED),
        poses=["results/pose/{clip}.npz"],
    output:
        embeddings="results/runners/{clip}/embeddings.npz",
    log:
        "results/logs/embed_video/{clip}.log",
    benchmark:
        "results/benchmarks/embed_video/{clip}.tsv"
    threads: 1
    params:
        clips=lambda wildcards: [wildcards.clip],
        keep_frames=[],
        settings=SHIPPED_VIEW | {"min_available": 0.0},
    message:
        "encoder: embed {wildcards.clip}"


use rule embed_clips as embed_variant with:
    input:
        encoder=lambda wildcards: WEIGHTS[wildcards.variant],
        poses=expand("results/pose/{clip}.npz", clip=clip_ids()),
    output:
        embeddings="results/embeddings/{variant}.npz",
    log:
        "results/logs/embed_variant/{variant}.log",
    benchmark:
        "results/benchmarks/embed_variant/{variant}.tsv"
    message:
        "encoder: embed the clips, variant {wildcards.variant}"

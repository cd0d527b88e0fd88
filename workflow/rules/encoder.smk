"""The motion encoder: where it starts, fine-tuning on the corpus clips, and one embedding a clip."""

from runform.encoder.published import FOLDER as FETCHED_ENCODERS, find_start

ENCODER = config["encoder"]
VARIANTS = ("random", "pretrained", "finetuned2d", "anchored")
PRETRAINED = "results/encoder/pretrained.safetensors"
TRAINED = "results/encoder/trained.safetensors"
FINETUNED = "results/encoder/finetuned.safetensors"
# How both clips and simulated runners become the encoder's input.
VIEW = {key: ENCODER[key] for key in ("smooth_s", "one_direction")}
try:
    START = find_start(ENCODER["pretrained"], TRAINED)
except InputError as fault:
    print(fault, file=sys.stderr)
    sys.exit(1)
# Without a corpus nothing is fine-tuned.
STUDY_ENCODER = FINETUNED if clip_ids("corpus") else PRETRAINED
# The weights of each variant: the study's own is not trained a second time.
WEIGHTS = {
    variant: (
        STUDY_ENCODER
        if variant == ENCODER["variant"]
        else f"results/encoder/{variant}.safetensors"
    )
    for variant in VARIANTS
}
# The share of each loss in each variant that is fine-tuned.
LOSSES = {
    "finetuned2d": ENCODER["losses"],
    "anchored": ENCODER["losses"] | ENCODER["anchors"],
}


wildcard_constraints:
    variant="|".join(VARIANTS),


def simulation_beside(variant):
    """The simulated runners of a variant with losses of 3D joints; nothing with the 2D loss alone."""
    anchored = any(LOSSES[variant].get(loss) for loss in ENCODER["anchors"])
    return ENCODER["simulation"] | VIEW if anchored else {}


def finetune_code(variant):
    """Only a variant with simulated runners depends on the code of the simulator."""
    simulated = ["encoder.simulated_data"] if simulation_beside(variant) else []
    return code_hash("encoder.finetune", *simulated, packages=("torch", "mmengine"))


rule pretrain_encoder:
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
        model=ENCODER["pretrain"]["model"],
        training=ENCODER["pretrain"]["training"],
        simulation=ENCODER["pretrain"]["simulation"] | VIEW,
        losses=ENCODER["pretrain"]["losses"],
        code=code_hash("encoder.pretrain", packages=("torch", "mmengine")),
    message:
        "encoder: pretrain on simulated runners"
    script:
        "../scripts/pretrain_encoder.py"


localrules:
    fetch_encoder,


rule fetch_encoder:
    output:
        f"{FETCHED_ENCODERS}/{{weights}}",
    log:
        "results/logs/fetch_encoder/{weights}.log",
    benchmark:
        "results/benchmarks/fetch_encoder/{weights}.tsv"
    wildcard_constraints:
        weights=r"[A-Za-z0-9-]+[.][a-z]+",
    conda:
        "../../envs/encoder.yaml"
    resources:
        mem_mb=300,
        runtime=30,
        downloads=1,
    params:
        url=START.url,
        sha256=START.sha256,
        code=code_hash("acquire.weights"),
    message:
        "encoder: fetch {params.url}"
    script:
        "../scripts/fetch_encoder.py"


rule take_encoder:
    input:
        weights=START.path,
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
        runtime=5,
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
        runtime=5,
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
        training=ENCODER["finetune"] | {"torch_threads": ENCODER["torch_threads"]},
        segments=ENCODER["segments"] | VIEW | {"rate_fps": ENCODER["rate_fps"]},
        losses=LOSSES[ENCODER["variant"]],
        simulation=simulation_beside(ENCODER["variant"]),
        code=finetune_code(ENCODER["variant"]),
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
    params:
        training=ENCODER["finetune"] | {"torch_threads": ENCODER["torch_threads"]},
        segments=ENCODER["segments"] | VIEW | {"rate_fps": ENCODER["rate_fps"]},
        losses=lambda wildcards: LOSSES[wildcards.variant],
        simulation=lambda wildcards: simulation_beside(wildcards.variant),
        code=lambda wildcards: finetune_code(wildcards.variant),
    message:
        "encoder: fine-tune, variant {wildcards.variant}"


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
        rate_fps=ENCODER["rate_fps"],
        smooth_s=ENCODER["smooth_s"],
        one_direction=ENCODER["one_direction"],
        torch_threads=ENCODER["torch_threads"],
        code=code_hash("encoder.embed", packages=("torch",)),
    message:
        "encoder: embed the clips"
    script:
        "../scripts/embed_clips.py"


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

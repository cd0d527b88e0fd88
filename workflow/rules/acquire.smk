"""From an address or a local file to one clip of constant frame rate; files of weights."""


rule download_video:
    output:
        video=lasting(kept("results/videos/{source}.mp4")),
        receipt=lasting("results/videos/{source}.json"),
    log:
        "results/logs/download_video/{source}.log",
    benchmark:
        "results/benchmarks/download_video/{source}.tsv"
    wildcard_constraints:
        source=r"web-[0-9a-f]{16}",
    # For passing errors; a definite answer is no failure. Unfinished downloads wait in .partial.
    retries: 3
    # On a cluster it runs beside Snakemake: compute nodes seldom see the internet.
    localrule: True
    conda:
        "../../envs/acquire.yaml"
    resources:
        downloads=1,
        runtime=240,
    params:
        url=lambda wildcards: SOURCES[wildcards.source],
    message:
        "download {wildcards.source}"
    script:
        "../scripts/download_video.py"


rule import_video:
    input:
        lambda wildcards: given(SOURCES[wildcards.source]),
    output:
        video=kept("results/videos/{source}.mp4"),
        receipt="results/videos/{source}.json",
    log:
        "results/logs/import_video/{source}.log",
    benchmark:
        "results/benchmarks/import_video/{source}.tsv"
    wildcard_constraints:
        source=r"file-[0-9a-f]{16}",
    conda:
        "../../envs/acquire.yaml"
    params:
        code=code_hash("acquire.receipts"),
    message:
        "copy the local file {input}"
    script:
        "../scripts/import_video.py"


rule trim_clip:
    input:
        video=lambda wildcards: f"results/videos/{clip_of(wildcards).source}.mp4",
        receipt=lambda wildcards: f"results/videos/{clip_of(wildcards).source}.json",
    output:
        clip="results/clips/{clip}.mp4",
        receipt="results/clips/{clip}.json",
    log:
        "results/logs/trim_clip/{clip}.log",
    benchmark:
        "results/benchmarks/trim_clip/{clip}.tsv"
    wildcard_constraints:
        clip=WITH_VIDEO,
    # Clip by clip, not stage by stage: Snakemake weighs all jobs that wait before each start.
    priority: 1
    conda:
        "../../envs/acquire.yaml"
    resources:
        mem_mb=1000,
    params:
        **cells("start_s", "end_s", "capture_fps", "sha256"),
        code=code_hash("acquire.trim", packages=("imageio-ffmpeg",)),
        settings=config["acquire"]["trim"],
    message:
        "trim {wildcards.clip}"
    script:
        "../scripts/trim_clip.py"


rule fetch_file:
    output:
        lasting("resources/weights/{file}"),
    log:
        "results/logs/fetch_file/{file}.log",
    benchmark:
        "results/benchmarks/fetch_file/{file}.tsv"
    priority: 4
    localrule: True
    conda:
        "../../envs/acquire.yaml"
    resources:
        downloads=1,
    params:
        source=lambda wildcards: DOWNLOADED.get(wildcards.file, OPENMMLAB),
    message:
        "download {output}"
    script:
        "../scripts/fetch_file.py"

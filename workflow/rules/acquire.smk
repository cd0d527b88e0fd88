"""From an address or a local file to one evenly timed clip."""


rule download_video:
    output:
        video=kept("results/videos/{source}.mp4"),
        receipt="results/videos/{source}.json",
    log:
        "results/logs/download_video/{source}.log",
    benchmark:
        "results/benchmarks/download_video/{source}.tsv"
    wildcard_constraints:
        source=r"web-[0-9a-f]{16}",
    # Passing faults only: a definite answer is no failure. An unfinished download waits in results/videos/.partial.
    retries: 3
    conda:
        "../../envs/acquire.yaml"
    resources:
        downloads=1,
        mem_mb=500,
        runtime=240,
    params:
        code=code_hash("acquire.download"),
        url=lambda wildcards: SOURCES[wildcards.source],
        settings=config["acquire"]["download"],
    message:
        "download {wildcards.source}"
    script:
        "../scripts/download_video.py"


rule import_video:
    input:
        lambda wildcards: SOURCES[wildcards.source],
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
    resources:
        mem_mb=300,
        runtime=20,
    params:
        code=code_hash("acquire.receipts"),
    message:
        "take in the local file {input}"
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
    # Clip by clip rather than stage by stage: early results, and few jobs wait, all of which Snakemake weighs before each start.
    priority: 1
    conda:
        "../../envs/acquire.yaml"
    resources:
        mem_mb=1000,
        runtime=20,
    params:
        code=code_hash("acquire.trim", packages=("imageio-ffmpeg",)),
        start_s=cell("start_s"),
        end_s=cell("end_s"),
        capture_fps=cell("capture_fps"),
        sha256=cell("sha256"),
        settings=config["acquire"]["trim"],
    message:
        "trim {wildcards.clip}"
    script:
        "../scripts/trim_clip.py"

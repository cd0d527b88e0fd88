"""Videos of simulated runners, with the exact truth beside them."""


rule simulate_video:
    output:
        video=kept("results/videos/{source}.mp4"),
        receipt="results/videos/{source}.json",
        truth="results/videos/{source}.truth.npz",
    log:
        "results/logs/simulate_video/{source}.log",
    benchmark:
        "results/benchmarks/simulate_video/{source}.tsv"
    wildcard_constraints:
        source=r"sim-[0-9a-f]{16}",
    conda:
        "../../envs/simulate.yaml"
    params:
        code=code_hash("simulate.recording", packages=("opencv-python-headless", "imageio-ffmpeg")),
        url=lambda wildcards: SOURCES[wildcards.source],
    message:
        "simulate {wildcards.source}"
    script:
        "../scripts/simulate_video.py"

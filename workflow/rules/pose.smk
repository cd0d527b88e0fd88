"""Pose: 2D keypoints of one followed runner in each clip."""


rule estimate_pose:
    input:
        clip="results/clips/{clip}.mp4",
        receipt="results/clips/{clip}.json",
    output:
        "results/pose/{clip}.npz",
    log:
        "results/logs/estimate_pose/{clip}.log",
    benchmark:
        "results/benchmarks/estimate_pose/{clip}.tsv"
    conda:
        "../../envs/pose.yaml"
    resources:
        mem_mb=700,
        runtime=30,
    params:
        code=code_hash("pose.estimate", packages=("mediapipe",)),
        model=config["pose"]["model"],
        blazepose=config["pose"]["blazepose"],
        repair=config["pose"]["repair"],
        quality=config["pose"]["quality"],
    message:
        "estimate pose of {wildcards.clip}"
    script:
        "../scripts/estimate_pose.py"

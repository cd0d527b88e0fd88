"""Events, metrics and verdicts of each clip; tables of them; joints for other programs."""


rule measure_gait:
    input:
        "results/pose/{clip}.npz",
    output:
        "results/gait/{clip}.json",
    log:
        "results/logs/measure_gait/{clip}.log",
    benchmark:
        "results/benchmarks/measure_gait/{clip}.tsv"
    priority: 3
    conda:
        "../../envs/gait.yaml"
    params:
        **cells("view", "capture_fps", "height_m"),
        code=code_hash("gait.measure", packages=("numpy", "scipy")),
        settings=config["gait"],
        deficiencies=config["deficiencies"],
    message:
        "measure the gait of {wildcards.clip}"
    script:
        "../scripts/measure_gait.py"


rule tabulate_gait:
    input:
        expand("results/gait/{clip}.json", clip=clip_ids()),
    output:
        clips="results/tables/gait.csv",
        steps="results/tables/steps.csv",
    log:
        "results/logs/tabulate_gait.log",
    benchmark:
        "results/benchmarks/tabulate_gait.tsv"
    conda:
        "../../envs/gait.yaml"
    params:
        code=code_hash("gait.export"),
        clips=clip_ids(),
    message:
        "write the tables of gait"
    script:
        "../scripts/tabulate_gait.py"


rule export_joints:
    input:
        "results/pose/{clip}.npz",
    output:
        trc="results/gait/{clip}.trc",
        csv="results/gait/{clip}.csv",
    log:
        "results/logs/export_joints/{clip}.log",
    benchmark:
        "results/benchmarks/export_joints/{clip}.tsv"
    conda:
        "../../envs/gait.yaml"
    params:
        **cells("height_m"),
        code=code_hash("gait.export", packages=("numpy",)),
    message:
        "export the joints of {wildcards.clip}"
    script:
        "../scripts/export_joints.py"

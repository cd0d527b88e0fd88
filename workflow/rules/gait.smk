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
        **cells("view", "height_m", "speed_m_s"),
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


rule export_clip:
    input:
        pose="results/pose/{clip}.npz",
        gait="results/gait/{clip}.json",
    output:
        trc="results/gait/{clip}.trc",
        csv="results/gait/{clip}.csv",
        c3d="results/gait/{clip}.c3d",
        mot="results/gait/{clip}.mot",
        nc="results/pose/{clip}.nc",
    log:
        "results/logs/export_clip/{clip}.log",
    benchmark:
        "results/benchmarks/export_clip/{clip}.tsv"
    conda:
        "../../envs/gait.yaml"
    params:
        **cells("height_m"),
        code=code_hash("gait.clip_files", packages=("ezc3d", "numpy", "scipy")),
    message:
        "export {wildcards.clip} for other programs"
    script:
        "../scripts/export_clip.py"

"""What can be told from the labelled clips: the seed's protocol, the arms of the honest study, the professionals."""


def labels_in(*sets):
    """{deficiency: {clip: yes or no}} of the clips in any of `sets`, as builtins."""
    named = {deficiency: {} for deficiency in config["deficiencies"]}
    for clip in clip_ids(*sets):
        for deficiency, label in CLIPS[clip].labels.items():
            named[deficiency][clip] = label
    return named


def runners_in(*sets):
    """{clip: runner} of the clips in any of `sets`."""
    return {clip: CLIPS[clip].runner for clip in clip_ids(*sets)}


rule score_few_shot:
    input:
        embeddings="results/embeddings.npz",
    output:
        accuracy="results/tables/accuracy.csv",
        predictions="results/tables/predictions.csv",
    log:
        "results/logs/score_few_shot.log",
    benchmark:
        "results/benchmarks/score_few_shot.tsv"
    conda:
        "../../envs/fewshot.yaml"
    resources:
        mem_mb=600,
        runtime=10,
    params:
        code=code_hash("fewshot.seed_protocol", packages=("scikit-learn", "scipy")),
        labels=labels_in("labelled"),
        runners=runners_in("labelled"),
        folds=config["fewshot"]["folds"],
        shuffle_seed=config["fewshot"]["shuffle_seed"],
        permutations=config["fewshot"]["permutations"],
        stop_at=config["fewshot"]["stop_at"],
        random_seed=config["fewshot"]["random_seed"],
    message:
        "score the labelled clips as the seed study did"
    script:
        "../scripts/score_few_shot.py"


rule compare_professionals:
    input:
        embeddings="results/embeddings.npz",
    output:
        table="results/tables/professionals.csv",
    log:
        "results/logs/compare_professionals.log",
    benchmark:
        "results/benchmarks/compare_professionals.tsv"
    conda:
        "../../envs/fewshot.yaml"
    resources:
        mem_mb=600,
        runtime=10,
    params:
        code=code_hash("fewshot.professionals", packages=("scikit-learn",)),
        compare_clip=config["fewshot"]["compare_clip"],
        labelled=clip_ids("labelled"),
        professionals=clip_ids("professional"),
        corpus=clip_ids("corpus"),
        runners=runners_in(),
    message:
        "compare a runner with the professionals"
    script:
        "../scripts/compare_professionals.py"

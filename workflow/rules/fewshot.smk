"""What can be told from the labelled clips: the seed's protocol, the arms of the honest study, the professionals."""

FEWSHOT = config["fewshot"]
FEATURE_KEYS = ("phase_bins", "contact_s")
SEED_KEYS = ("folds", "shuffle_seed", "permutations", "stop_at", "random_seed")
TRIAL_KEYS = (
    "protocols",
    "repeats",
    "inner_folds",
    "inner_repeats",
    "final_inner_repeats",
    "permutations",
    "bootstrap_draws",
    "answer_from",
    "curve_sizes",
    "curve_draws",
    "random_seed",
)


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
        code=code_hash("fewshot.published_protocol", packages=("scikit-learn", "scipy")),
        labels=labels_in("labelled"),
        runners=runners_in("labelled"),
        seed={key: FEWSHOT[key] for key in SEED_KEYS},
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
        compare_clip=FEWSHOT["compare_clip"],
        labelled=clip_ids("labelled"),
        professionals=clip_ids("professional"),
        corpus=clip_ids("corpus"),
        runners=runners_in(),
    message:
        "compare a runner with the professionals"
    script:
        "../scripts/compare_professionals.py"


# The arms: everything that the labelled and the test clips are turned into, and how each is tried.
SCORED = clip_ids("labelled", "test")
ENCODER_ARMS = FEWSHOT["encoder_arms"]


rule score_arms:
    input:
        poses=expand("results/pose/{clip}.npz", clip=SCORED),
        gaits=expand("results/gait/{clip}.json", clip=SCORED),
        videos=expand("results/clips/{clip}.mp4", clip=SCORED),
        embeddings="results/embeddings.npz",
        arms=expand("results/embeddings/{variant}.npz", variant=ENCODER_ARMS),
    output:
        accuracy="results/tables/accuracy_by_arm.csv",
        predictions="results/tables/predictions_by_arm.csv",
        learning_curve="results/tables/learning_curve.csv",
        selective="results/tables/selective.csv",
        skipped="results/tables/skipped.csv",
    log:
        "results/logs/score_arms.log",
    benchmark:
        "results/benchmarks/score_arms.tsv"
    conda:
        "../../envs/fewshot.yaml"
    threads: FEWSHOT["processes"]
    resources:
        mem_mb=1800,
        runtime=60,
    params:
        code=code_hash("fewshot.study", packages=("scikit-learn", "scipy")),
        clips=SCORED,
        encoder_arms=[f"encoder_{arm}" for arm in ENCODER_ARMS],
        labels=labels_in("labelled"),
        test_labels=labels_in("test"),
        runners=runners_in("labelled", "test"),
        corpus=runners_in("corpus"),
        seed={key: FEWSHOT[key] for key in SEED_KEYS},
        features={key: FEWSHOT[key] for key in FEATURE_KEYS},
        trial={key: FEWSHOT[key] for key in TRIAL_KEYS},
    message:
        "try every arm of the few-shot study"
    script:
        "../scripts/score_arms.py"

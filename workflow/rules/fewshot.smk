"""What the labelled clips predict: the published protocol, all feature sets, professionals."""

FEWSHOT = config["fewshot"]
PUBLISHED_KEYS = ("folds", "shuffle_seed", "permutations", "stop_at", "random_seed")
EVALUATION_KEYS = """protocols repeats inner_folds inner_repeats final_inner_repeats permutations
    bootstrap_draws coverage curve_sizes curve_draws random_seed""".split()


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
    params:
        code=code_hash("fewshot.study", packages=("scikit-learn", "scipy")),
        labels=labels_in("labelled"),
        runners=runners_in("labelled"),
        published=settings_of("fewshot", *PUBLISHED_KEYS),
    message:
        "score the labelled clips by the published protocol"
    script:
        "../scripts/score_few_shot.py"


rule tabulate_readings:
    input:
        readings=READINGS,
        embeddings="results/embeddings.npz",
        poses=expand("results/pose/{clip}.npz", clip=clip_ids()),
        gaits=expand("results/gait/{clip}.json", clip=clip_ids()),
    output:
        table="results/tables/readings.csv",
    log:
        "results/logs/tabulate_readings.log",
    benchmark:
        "results/benchmarks/tabulate_readings.tsv"
    conda:
        "../../envs/fewshot.yaml"
    params:
        code=code_hash("fewshot.readings_table"),
        clips=clip_ids(),
    message:
        "read the form of every clip from its embedding"
    script:
        "../scripts/tabulate_readings.py"


rule compare_professionals:
    input:
        embeddings="results/embeddings.npz",
        readings=READINGS,
    output:
        table="results/tables/professionals.csv",
    log:
        "results/logs/compare_professionals.log",
    benchmark:
        "results/benchmarks/compare_professionals.tsv"
    conda:
        "../../envs/fewshot.yaml"
    params:
        code=code_hash("fewshot.professionals", packages=("numpy",)),
        space=config["present"]["space"],
        compare_clip=FEWSHOT["compare_clip"],
        labelled=clip_ids("labelled"),
        professionals=clip_ids("professional"),
        corpus=clip_ids("corpus"),
        runners=runners_in(),
    message:
        "compare a runner with the professionals"
    script:
        "../scripts/compare_professionals.py"


SCORED = clip_ids("labelled", "test")
FILMED = [clip for clip in SCORED if CLIPS[clip].url]
VARIANTS_BESIDE = FEWSHOT["encoders"]


rule score_feature_sets:
    input:
        poses=expand("results/pose/{clip}.npz", clip=SCORED),
        gaits=expand("results/gait/{clip}.json", clip=SCORED),
        videos=expand("results/clips/{clip}.mp4", clip=FILMED),
        embeddings="results/embeddings.npz",
        encoders=expand("results/embeddings/{variant}.npz", variant=VARIANTS_BESIDE),
        readings=[
            READINGS,
            *expand("results/encoder/readings/{variant}.safetensors", variant=VARIANTS_BESIDE),
        ],
    output:
        accuracy="results/tables/accuracy_by_feature_set.csv",
        predictions="results/tables/predictions_by_feature_set.csv",
        learning_curve="results/tables/learning_curve.csv",
        prediction_sets="results/tables/prediction_sets.csv",
        skipped="results/tables/skipped.csv",
    log:
        "results/logs/score_feature_sets.log",
    benchmark:
        "results/benchmarks/score_feature_sets.tsv"
    conda:
        "../../envs/fewshot.yaml"
    threads: FEWSHOT["processes"]
    resources:
        mem_mb=1800,
        runtime=60,
    params:
        code=code_hash("fewshot.study", packages=("scikit-learn", "scipy")),
        clips=SCORED,
        filmed=FILMED,
        encoders=[f"encoder_{variant}" for variant in VARIANTS_BESIDE],
        labels=labels_in("labelled"),
        test_labels=labels_in("test"),
        runners=runners_in("labelled", "test"),
        corpus=runners_in("corpus"),
        rules=config["deficiencies"],
        published=settings_of("fewshot", *PUBLISHED_KEYS),
        features=settings_of("fewshot", "phase_bins", "contact_s"),
        evaluation=settings_of("fewshot", *EVALUATION_KEYS),
    message:
        "evaluate every feature set"
    script:
        "../scripts/score_feature_sets.py"


rule tabulate_agreement:
    output:
        "results/tables/agreement.csv",
    log:
        "results/logs/tabulate_agreement.log",
    benchmark:
        "results/benchmarks/tabulate_agreement.tsv"
    conda:
        "../../envs/fewshot.yaml"
    params:
        code=code_hash("fewshot.agreement", packages=("scipy",)),
        opinions=opinions(),
    message:
        "tabulate how far the labellers agree"
    script:
        "../scripts/tabulate_agreement.py"

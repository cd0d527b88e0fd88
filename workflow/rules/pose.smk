"""Pose: 2D keypoints of one followed runner in each clip."""

POSE = config["pose"]


wildcard_constraints:
    network="rtmpose-[sml]-(coco|halpe26)",
    detector="rtmdet-(nano|m)",


# Clips that bring their own keypoints, where "(?!)" matches no clip at all, and the others: said by what they are not, since a
# list of thousands of names would be gone through for every job.
IMPORTED = "|".join(name for name, clip in CLIPS.items() if clip.keypoints) or "(?!)"
ESTIMATED = f"(?!({IMPORTED})(?![A-Za-z0-9_-]))[A-Za-z0-9][A-Za-z0-9_-]{{0,63}}"
# The ONNX file of the network that looks: none for BlazePose, the user's own, or one made from a checkpoint.
NETWORK = (
    POSE["weights"]
    if POSE["weights"].endswith(".onnx")
    else f"results/weights/{POSE['model']}.onnx"
)
# The ONNX file of the person detector: none, one made from a published checkpoint, one from the web, or the user's own.
DETECTOR_NAMES = ("rtmdet-nano", "rtmdet-m")
DETECTOR_URL = POSE["detector"] if "://" in POSE["detector"] else ""
DETECTOR = (
    f"results/weights/{POSE['detector']}.onnx"
    if POSE["detector"] in DETECTOR_NAMES
    else (
        f"resources/weights/{DETECTOR_URL.rsplit('/', 1)[1]}"
        if DETECTOR_URL
        else POSE["detector"]
    )
)


rule fetch_weights:
    output:
        "resources/weights/{model}.pth",
    log:
        "results/logs/fetch_weights/{model}.log",
    benchmark:
        "results/benchmarks/fetch_weights/{model}.tsv"
    wildcard_constraints:
        model="rtmpose-[sml]-(coco|halpe26)|rtmdet-(nano|m)",
    conda:
        "../../envs/pose.yaml"
    resources:
        mem_mb=300,
        runtime=30,
        downloads=1,
    params:
        code=code_hash("acquire.weights", "pose.mmpose_export", packages=("mmpose",)),
    message:
        "fetch the weights of {wildcards.model}"
    script:
        "../scripts/fetch_weights.py"


rule export_rtmpose:
    input:
        checkpoint=POSE["weights"] or "resources/weights/{network}.pth",
    output:
        "results/weights/{network}.onnx",
    log:
        "results/logs/export_rtmpose/{network}.log",
    benchmark:
        "results/benchmarks/export_rtmpose/{network}.tsv"
    conda:
        "../../envs/pose.yaml"
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        code=code_hash("pose.mmpose_export", packages=("mmpose", "torch")),
    message:
        "export {wildcards.network} to ONNX"
    script:
        "../scripts/export_rtmpose.py"


rule export_rtmdet:
    input:
        "resources/weights/{detector}.pth",
    output:
        "results/weights/{detector}.onnx",
    log:
        "results/logs/export_rtmdet/{detector}.log",
    benchmark:
        "results/benchmarks/export_rtmdet/{detector}.tsv"
    conda:
        "../../envs/pose.yaml"
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        code=code_hash(
            "pose.mmpose_export",
            "pose.mmpose_export",
            packages=("mmdet", "mmpose", "torch"),
        ),
    message:
        "export {wildcards.detector} to ONNX"
    script:
        "../scripts/export_rtmdet.py"


rule fetch_detector:
    output:
        "resources/weights/{detector}.onnx",
    log:
        "results/logs/fetch_detector/{detector}.log",
    benchmark:
        "results/benchmarks/fetch_detector/{detector}.tsv"
    wildcard_constraints:
        detector="[^/]+",
    conda:
        "../../envs/pose.yaml"
    resources:
        mem_mb=300,
        runtime=30,
        downloads=1,
    params:
        code=code_hash("acquire.weights"),
        url=DETECTOR_URL,
    message:
        "fetch the person detector {params.url}"
    script:
        "../scripts/fetch_detector.py"


rule import_pose:
    input:
        keypoints=lambda wildcards: clip_of(wildcards).keypoints,
        receipt="results/clips/{clip}.json",
    output:
        "results/pose/{clip}.npz",
    log:
        "results/logs/import_pose/{clip}.log",
    benchmark:
        "results/benchmarks/import_pose/{clip}.tsv"
    wildcard_constraints:
        clip=IMPORTED,
    priority: 2
    conda:
        "../../envs/pose.yaml"
    resources:
        mem_mb=400,
        runtime=10,
    params:
        code=code_hash("pose.import_keypoints"),
        settings=settings_of("pose", "repair", "quality"),
        subject=cell("subject"),
    message:
        "import the pose of {wildcards.clip}"
    script:
        "../scripts/import_pose.py"


rule estimate_pose:
    input:
        clip="results/clips/{clip}.mp4",
        receipt="results/clips/{clip}.json",
        weights=[] if POSE["model"] == "blazepose" else NETWORK,
        detector=DETECTOR or [],
    output:
        "results/pose/{clip}.npz",
    log:
        "results/logs/estimate_pose/{clip}.log",
    benchmark:
        "results/benchmarks/estimate_pose/{clip}.tsv"
    wildcard_constraints:
        clip=ESTIMATED,
    priority: 2
    conda:
        "../../envs/pose.yaml"
    resources:
        mem_mb=1000 if POSE["model"] != "blazepose" or POSE["detector"] else 400,
        runtime=30,
    params:
        code=code_hash("pose.estimate", packages=("mediapipe", "onnxruntime")),
        settings=settings_of(
            "pose", "model", "blazepose", "people", "repair", "quality"
        ),
        subject=cell("subject"),
    message:
        "estimate the pose in {wildcards.clip}"
    script:
        "../scripts/estimate_pose.py"

"""2D keypoints of one runner in each clip."""

POSE = config["pose"]
# Clips that bring their own keypoints; "(?!)" matches none.
IMPORTED = "|".join(name for name, clip in CLIPS.items() if clip.keypoints) or "(?!)"
# All others, said by what they are not: a list of thousands of names would be searched for each job.
ESTIMATED = f"(?!({IMPORTED})(?![A-Za-z0-9_-]))[A-Za-z0-9][A-Za-z0-9_-]{{0,63}}"


def network_file():
    """The pose network in ONNX: none for BlazePose, the user's own, or one that is exported here."""
    if POSE["model"] == "blazepose":
        return []
    own = POSE["weights"].endswith(".onnx")
    return POSE["weights"] if own else f"results/weights/{POSE['model']}.onnx"


def detector_file():
    """The person detector in ONNX: none, one that is exported here, a download, or the user's own."""
    detector = POSE["detector"]
    if detector in ("rtmdet-nano", "rtmdet-m"):
        return f"results/weights/{detector}.onnx"
    if "://" not in detector:
        return detector or []
    name = detector.rsplit("/", 1)[1]
    DOWNLOADED[name] = (detector, "", 'set pose.detector: "", which needs nothing')
    return f"resources/weights/{name}"


def checkpoint(wildcards):
    """The checkpoint of a network: the user's own pose weights, or the published one."""
    own = wildcards.network == POSE["model"] and POSE["weights"]
    return own or f"resources/weights/{wildcards.network}.pth"


rule export_network:
    input:
        checkpoint,
    output:
        "results/weights/{network}.onnx",
    log:
        "results/logs/export_network/{network}.log",
    benchmark:
        "results/benchmarks/export_network/{network}.tsv"
    wildcard_constraints:
        network="rtmpose-[sml]-(coco|halpe26)|rtmdet-(nano|m)",
    conda:
        "../../envs/pose.yaml"
    resources:
        mem_mb=1500,
    params:
        code=code_hash("pose.mmpose_export", packages=("mmdet", "mmpose", "torch")),
    message:
        "export {wildcards.network} to ONNX"
    script:
        "../scripts/export_network.py"


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
    params:
        code=code_hash("pose.import_keypoints"),
        settings=settings_of("pose", "repair", "quality"),
        **cells("subject"),
    message:
        "import the pose of {wildcards.clip}"
    script:
        "../scripts/import_pose.py"


rule estimate_pose:
    input:
        clip="results/clips/{clip}.mp4",
        receipt="results/clips/{clip}.json",
        weights=network_file(),
        detector=detector_file(),
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
        mem_mb=1000 if network_file() or detector_file() else 500,
    params:
        code=code_hash("pose.estimate", packages=("mediapipe", "onnxruntime")),
        settings=settings_of("pose", "model", "blazepose", "people", "repair", "quality"),
        **cells("subject"),
    message:
        "estimate the pose in {wildcards.clip}"
    script:
        "../scripts/estimate_pose.py"

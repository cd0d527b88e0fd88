"""2D keypoints of one runner in each clip."""

from snakemake_interface_executor_plugins.settings import DeploymentMethod

CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
# Programs are in no storage.
unstored = local if workflow.storage_settings.default_storage_provider else str


# mmpose wants old packages, which nobody needs who has no checkpoint to turn into ONNX.
rule make_mmpose_environment:
    input:
        make_venv=given("envs/make_venv.sh"),
        pins=[given(f"envs/mmpose/requirements{kind}.txt") for kind in ("", "-nodeps")],
    output:
        unstored(".venv-mmpose/pins.txt"),
    log:
        "results/logs/make_mmpose_environment.log",
    benchmark:
        "results/benchmarks/make_mmpose_environment.tsv"
    localrule: True
    conda:
        "../../envs/pose.yaml"
    message:
        "make .venv-mmpose, which takes minutes once"
    script:
        "../scripts/make_mmpose_environment.py"


rule export_network:
    input:
        checkpoint=checkpoint,
        # With `--sdm conda` the environment named below takes its place.
        environment=[] if CONDA else unstored(".venv-mmpose/pins.txt"),
    output:
        "results/weights/{network}.onnx",
    log:
        "results/logs/export_network/{network}.log",
    benchmark:
        "results/benchmarks/export_network/{network}.tsv"
    wildcard_constraints:
        network="rtmpose-[sml]-(coco|halpe26)|rtmdet-(nano|m)",
    conda:
        "../../envs/mmpose.yaml"
    resources:
        mem_mb=1500,
    params:
        code=code_hash("pose.mmpose_export"),
        library=str(WORKFLOW),
        python=mmpose_python,
    message:
        "export {wildcards.network} to ONNX"
    # The Python of another environment, with this workflow's library on its path.
    shell:
        "PYTHONPATH={params.library:q} {params.python:q} -W ignore -m runform.pose.mmpose_export"
        " {wildcards.network:q} {input.checkpoint:q} {output:q} {log:q}"


rule describe_keypoints:
    input:
        keypoints=lambda wildcards: given(clip_of(wildcards).keypoints),
        receipt=lambda w: given(clip_of(w).shared_receipt) if clip_of(w).shared_receipt else [],
    output:
        "results/clips/{clip}.json",
    log:
        "results/logs/describe_keypoints/{clip}.log",
    benchmark:
        "results/benchmarks/describe_keypoints/{clip}.tsv"
    wildcard_constraints:
        clip=WITHOUT_VIDEO,
    priority: 1
    conda:
        "../../envs/pose.yaml"
    params:
        **cells("fps", "width_px", "height_px", "capture_fps"),
        folder=lambda wildcards: folder_state(clip_of(wildcards).keypoints),
        code=code_hash("pose.import_keypoints", packages=("numpy",)),
    message:
        "describe {wildcards.clip}, which has no video"
    script:
        "../scripts/describe_keypoints.py"


rule import_pose:
    input:
        keypoints=lambda wildcards: given(clip_of(wildcards).keypoints),
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
        **cells("subject"),
        folder=lambda wildcards: folder_state(clip_of(wildcards).keypoints),
        code=code_hash("pose.import_keypoints", packages=("numpy", "scipy")),
        settings=settings_of("pose", "repair", "quality"),
    message:
        "import the pose of {wildcards.clip}"
    script:
        "../scripts/import_pose.py"


rule estimate_pose:
    input:
        clip="results/clips/{clip}.mp4",
        receipt="results/clips/{clip}.json",
        blazepose=blazepose_file(),
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
        **cells("subject"),
        code=code_hash("pose.estimate", packages="av mediapipe numpy onnxruntime scipy".split()),
        settings=settings_of("pose", "model", "blazepose", "people", "repair", "quality"),
    message:
        "estimate the pose in {wildcards.clip}"
    script:
        "../scripts/estimate_pose.py"

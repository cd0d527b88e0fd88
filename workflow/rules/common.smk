"""The checked config and manifest, and what every rule asks of them."""

import sys
from pathlib import Path

import yaml

# The folder workflow/, also where another workflow uses this one as a module.
WORKFLOW = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parent
sys.path.insert(0, str(WORKFLOW))

from runform.errors import InputError
from runform.files import files_in, folder_state
from runform.limits import check_limits
from runform.manifest import clip_of_video, read_manifest
from runform.manifest_labels import label_shortfalls
from runform.provenance import code_hash
from runform.settings import check_settings
from runform.simulate.parameters import parse_simulated

COMPARED_KEYS = ("before", "after")
# A download as an output: Snakemake does not remove it before its job. In a storage it must.
lasting = (lambda file: file) if workflow.storage_settings.default_storage_provider else update


def stop(error):
    """End with the lines of an InputError: status 1, nothing written."""
    print(error, file=sys.stderr)
    sys.exit(1)


def simulated_duration_s(url):
    """Length of a simulated video in seconds; ValueError when the URL is not one."""
    return parse_simulated(url).duration_s


def checked_inputs():
    """The clips of the manifest, and those of the videos that the config names beside them."""
    schema = yaml.safe_load((WORKFLOW / "schemas/config.schema.yaml").read_text())
    check_settings(config, schema, workflow.configfiles)
    check_limits(config["deficiencies"])
    clips = read_manifest(config["manifest"], tuple(config["deficiencies"]), simulated_duration_s)
    videos, taken = {}, [clip.clip for clip in clips]
    about = {name: config[f"video_{name}"] for name in ("capture_fps", "height_m", "speed_m_s")}
    for key in ("video", *COMPARED_KEYS):
        if not (name := config[key]) or name in videos or (key != "video" and name in taken):
            continue
        try:
            videos[name] = clip_of_video(name, taken, **about)
        except InputError as error:
            also = "" if key == "video" else ", or a clip of the manifest"
            raise InputError(f"{key}{str(error).removeprefix('video')}{also}") from None
        taken.append(videos[name].clip)
    return clips, videos


def compared_clips():
    """The two clips that the config compares, by their ids in the manifest or as videos."""
    named = [config[key] for key in COMPARED_KEYS]
    if any(named) and not all(named):
        raise InputError("before, after: expected two clips or videos (BEFORE=a AFTER=b)")
    return [VIDEOS[name].clip if name in VIDEOS else name for name in named if name]


try:
    STUDY_CLIPS, VIDEOS = checked_inputs()
    COMPARED = compared_clips()
except InputError as error:
    stop(error)
VIDEO_CLIPS = list(VIDEOS.values())
CLIPS = {clip.clip: clip for clip in STUDY_CLIPS + VIDEO_CLIPS}
SOURCES = {clip.source: clip.url for clip in CLIPS.values() if clip.url}


wildcard_constraints:
    clip=r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}",
    before=r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}",
    after=r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}",
    source=r"(sim|web|file)-[0-9a-f]{16}",


def kept(video):
    """A raw video as an output: removed after its last clip is cut, unless the config keeps it."""
    return video if config["acquire"]["keep_videos"] else temp(video)


def given(path, *configs):
    """A file of the user's, beside `configs` or of this workflow, as an input: it has no prefix."""
    folders = [".", *(Path(config).parent for config in configs), WORKFLOW.parent]
    return local(next((str(Path(one, path)) for one in folders if Path(one, path).is_file()), path))


def clip_of(wildcards):
    """The manifest's row of this job's clip."""
    return CLIPS[wildcards.clip]


def film_of(wildcards):
    """The trimmed video of this job's clip; none where the manifest has keypoints alone."""
    return f"results/clips/{wildcards.clip}.mp4" if clip_of(wildcards).url else []


def clip_ids(*sets):
    """Ids of the study's clips in any of `sets`, or of all; sorted: their order reruns nothing."""
    return sorted(clip.clip for clip in STUDY_CLIPS if not sets or set(sets) & set(clip.sets))


def cells(*columns):
    """Cells of this job's row, as params: a new column or another row reruns nothing."""
    return {column: cell(column) for column in columns}


def cell(column):
    """One cell of this job's row as a param. Builtins only: Snakemake drops other types silently.

    A column that is blank in all rows is no function: Snakemake calls those several times a job.
    """

    def value(wildcards):
        content = getattr(clip_of(wildcards), column)
        return list(content) if isinstance(content, tuple) else content

    blank = {getattr(clip, column) for clip in CLIPS.values()} <= {None, ""}
    return getattr(next(iter(CLIPS.values())), column) if blank and CLIPS else value


def settings_of(stage, *keys):
    """The named keys of a stage's section of the config, for a rule that depends on no others."""
    return {key: config[stage][key] for key in keys}


def labels_in(*sets):
    """Deficiency -> clip -> yes or no, of the clips in any of `sets`."""
    return {
        name: {
            clip: CLIPS[clip].labels[name] for clip in clip_ids(*sets) if name in CLIPS[clip].labels
        }
        for name in config["deficiencies"]
    }


def opinions():
    """Deficiency -> clip -> labeller -> opinion, of the clips with labels of labellers."""
    return {
        name: {
            clip: CLIPS[clip].opinions[name] for clip in clip_ids() if name in CLIPS[clip].opinions
        }
        for name in config["deficiencies"]
    }


def several_labellers():
    """Whether two labellers looked at the same clip for the same deficiency."""
    return any(len(said) > 1 for by_clip in opinions().values() for said in by_clip.values())


def runners_in(*sets):
    """Clip -> runner, of the clips in any of `sets`."""
    return {clip: CLIPS[clip].runner for clip in clip_ids(*sets)}

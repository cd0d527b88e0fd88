"""The checked config and manifest, and what every rule asks of them."""

import sys
from pathlib import Path

import yaml

WORKFLOW = Path(workflow.basedir) / "workflow"
sys.path.insert(0, str(WORKFLOW))

from runform.errors import InputError
from runform.manifest import label_gaps
from runform.manifest import clip_of_video, read_manifest
from runform.provenance import code_hash
from runform.settings import check_settings
from runform.simulate.parameters import parse_simulated


def simulated_duration_s(url):
    """Length of a simulated video in seconds; ValueError when the URL is not one."""
    return parse_simulated(url).duration_s


def checked_inputs():
    """The clips of the manifest, and that of the `video` of the config if it names one.

    On a fault: its lines on the screen, status 1, and nothing written.
    """
    try:
        schema = yaml.safe_load((WORKFLOW / "schemas/config.schema.yaml").read_text())
        check_settings(config, schema, workflow.configfiles)
        deficiencies, manifest = tuple(config["deficiencies"]), config["manifest"]
        clips = read_manifest(manifest, deficiencies, simulated_duration_s)
        taken = [clip.clip for clip in clips]
        known = config["video_capture_fps"], config["video_height_m"]
        return clips, (
            [clip_of_video(config["video"], taken, *known)] if config["video"] else []
        )
    except InputError as fault:
        print(fault, file=sys.stderr)
        sys.exit(1)


STUDY_CLIPS, VIDEO_CLIPS = checked_inputs()
CLIPS = {clip.clip: clip for clip in STUDY_CLIPS + VIDEO_CLIPS}
SOURCES = {clip.source: clip.url for clip in CLIPS.values()}


# Once a run, and not where one video is reported on, which needs no labels.
onstart:
    if not VIDEO_CLIPS:
        folds = config["fewshot"]["folds"]
        for gap in label_gaps(STUDY_CLIPS, tuple(config["deficiencies"]), folds):
            print(f"runform: {config['manifest']}: {gap}", file=sys.stderr)


wildcard_constraints:
    clip=r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}",
    source=r"(sim|web|file)-[0-9a-f]{16}",


# On a cluster too these run beside the driver: compute nodes seldom see the internet.
localrules:
    download_video,
    fetch_weights,
    fetch_encoder,


def kept(video):
    """A raw video as an output: removed after its last clip is cut, unless the config keeps it."""
    return video if config["acquire"]["keep_videos"] else temp(video)


def clip_of(wildcards):
    """The manifest's row of this job's clip."""
    return CLIPS[wildcards.clip]


def clip_ids(*sets):
    """Ids of the study's clips in any of `sets`, or of all; sorted, so that reordered rows rerun nothing."""
    return sorted(
        clip.clip for clip in STUDY_CLIPS if not sets or set(sets) & set(clip.sets)
    )


def cell(column):
    """One cell of this job's row as a param: a builtin, so that a new column or another row reruns nothing.

    A column that is blank from top to bottom is no function: Snakemake calls those several times a job.
    """

    def value(wildcards):
        found = getattr(clip_of(wildcards), column)
        return list(found) if isinstance(found, tuple) else found

    blank = {getattr(clip, column) for clip in CLIPS.values()} <= {None, ""}
    return getattr(next(iter(CLIPS.values())), column) if blank and CLIPS else value


def settings_of(stage, *groups):
    """The named groups of a stage's section of the config, for a rule that rests on no others."""
    return {group: config[stage][group] for group in groups}


def labels_in(*sets):
    """Deficiency -> clip -> yes or no, of the clips in any of `sets`."""
    return {
        name: {
            clip: CLIPS[clip].labels[name]
            for clip in clip_ids(*sets)
            if name in CLIPS[clip].labels
        }
        for name in config["deficiencies"]
    }


def runners_in(*sets):
    """Clip -> runner, of the clips in any of `sets`."""
    return {clip: CLIPS[clip].runner for clip in clip_ids(*sets)}

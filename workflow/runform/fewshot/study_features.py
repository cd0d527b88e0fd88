"""The feature sets of a study: what is the same for every deficiency, and all of one deficiency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import compress

from runform.fewshot.feature_sets import (
    GAIT,
    MAIN_ENCODER,
    RULE,
    Clips,
    FeatureSet,
    encoder_features,
    fused_features,
    gait_features,
    majority_features,
    nuisance_features,
    pose_features,
    rule_features,
)
from runform.fewshot.form_features import (
    NO_PRIOR,
    OWN_READINGS,
    ReadClips,
    form_feature_sets,
    read_clips,
    with_measurements,
)

NOT_THERE = "no clip has its features"


@dataclass(frozen=True)
class FeatureSettings:
    """phase_bins: of the pooling by phase.  contact_s: half width of the contact window, s."""

    phase_bins: int = 4
    contact_s: float = 0.05


@dataclass(frozen=True)
class SharedFeatureSets:
    """Baselines, encoders by name, and the clips as the readings of these encoders see them.

    rules: the config's table of deficiencies.
    """

    clips: Clips
    baselines: list[FeatureSet]
    encoders: dict[str, FeatureSet]
    read: dict[str, ReadClips] = field(default_factory=dict)
    rules: Mapping[str, Mapping] = field(default_factory=dict)

    def of(self, deficiency: str, skipped: list[dict]) -> list[FeatureSet]:
        """All feature sets of a deficiency; one without features gets a row in `skipped`."""
        rule = rule_features(self.clips, deficiency)
        gait = gait_features(self.clips, deficiency)
        for name, feature_set in {RULE: rule, GAIT: gait}.items():
            if feature_set is None:
                skipped.append({"deficiency": deficiency, "feature_set": name, "reason": NOT_THERE})
        form = self._form(deficiency, skipped)
        fused = self._fused(deficiency, gait)
        feature_sets = [*self.baselines, rule, gait, *self.encoders.values(), *form.values(), fused]
        return [feature_set for feature_set in feature_sets if feature_set is not None]

    def _fused(self, deficiency: str, gait: FeatureSet | None) -> FeatureSet | None:
        """Gait and encoder: metrics measured and read, or without a prior predictions added."""
        main, read = self.encoders.get(MAIN_ENCODER), self.read.get(MAIN_ENCODER)
        if gait is None or main is None:
            return None
        fused = None
        if read is not None and deficiency in self.rules:
            fused = with_measurements(read, self.clips.gaits, self.rules[deficiency], gait)
        return fused or fused_features(gait, main)

    def _form(self, deficiency: str, skipped: list[dict]) -> dict[str, FeatureSet]:
        """The feature sets of each encoder's readings by name; none without the rule."""
        if deficiency not in self.rules:
            return {}
        sets = {}
        for encoder, read in self.read.items():
            suffix = encoder.removeprefix(MAIN_ENCODER)
            of_encoder = form_feature_sets(read, self.rules[deficiency], not suffix, suffix)
            sets |= {one.name: one for one in of_encoder}
        if MAIN_ENCODER in self.read and OWN_READINGS not in sets:
            row = {"deficiency": deficiency, "feature_set": OWN_READINGS, "reason": NO_PRIOR}
            skipped.append(row)
        return sets


def build_shared(
    clips: Clips,
    embeddings: dict[str, str],
    features: FeatureSettings,
    skipped: list[dict],
    readings: Mapping[str, str] | None = None,
    rules: Mapping[str, Mapping] | None = None,
) -> SharedFeatureSets:
    """Baselines and encoders; an encoder or clip without features gets a row in `skipped`.

    embeddings, readings: of each encoder, its file.
    """
    if not clips.ids:
        return SharedFeatureSets(clips, [], {})
    encoders, read = {}, {}
    for name, path in embeddings.items():
        feature_set = encoder_features(name, path, clips, features.phase_bins, features.contact_s)
        if feature_set is None:
            skipped.append({"feature_set": name, "reason": NOT_THERE})
            continue
        encoders[name] = feature_set
        skipped.extend(
            {"feature_set": name, "clip": clip, "reason": "no embedding: filled inside the folds"}
            for clip in compress(clips.ids, feature_set.missing)
        )
        if readings and name in readings:
            read[name] = read_clips(readings[name], path, clips.ids, clips.poses)
    baselines = [make(clips) for make in (majority_features, nuisance_features, pose_features)]
    return SharedFeatureSets(clips, baselines, encoders, read, rules or {})

"""All arms that a study's clips allow: those shared by every deficiency, and those that read one deficiency's own metric."""

from dataclasses import dataclass

from runform.fewshot.arms import MAIN_ENCODER, Arm, Clips, encoder_arm, majority_arm, nuisance_arm, pose_arm
from runform.fewshot.gait_arms import gait_arm, joined_arm, rule_arm


@dataclass(frozen=True)
class FeatureSettings:
    """phase_bins: of the pooling by gait phase.  contact_s: half width of the window around initial contact, seconds."""

    phase_bins: int = 4
    contact_s: float = 0.05


@dataclass(frozen=True)
class SharedArms:
    """Arms that are the same for every deficiency: baselines, and encoders by name."""

    clips: Clips
    baselines: list[Arm]
    encoders: dict[str, Arm]

    def of(self, deficiency: str, skipped: list[dict]) -> list[Arm]:
        """All arms that the clips allow, in the order of the table; an arm without features gets a line in `skipped`."""
        named = {"rule": rule_arm(self.clips, deficiency), "gait": gait_arm(self.clips, deficiency)}
        for name, arm in named.items():
            if arm is None:
                skipped.append({"deficiency": deficiency, "arm": name, "reason": "no clip has its features"})
        gait, main = named["gait"], self.encoders.get(MAIN_ENCODER)
        joined = joined_arm(gait, main) if gait is not None and main is not None else None
        arms = [*self.baselines, *named.values(), *self.encoders.values(), joined]
        return [arm for arm in arms if arm is not None]


def build_shared(clips: Clips, embeddings: dict[str, str], features: FeatureSettings, skipped: list[dict]) -> SharedArms:
    """Baselines and encoders; an encoder without features, and a clip without an embedding, get a line in `skipped`."""
    if not clips.ids:
        return SharedArms(clips, [], {})
    encoders = {}
    for name, path in embeddings.items():
        arm = encoder_arm(name, path, clips, features.phase_bins, features.contact_s)
        if arm is None:
            skipped.append({"arm": name, "reason": "no clip has its features"})
            continue
        encoders[name] = arm
        lacking = [clip for clip, missing in zip(clips.ids, arm.missing, strict=True) if missing]
        skipped.extend({"arm": name, "clip": clip, "reason": "no embedding: filled inside the folds"} for clip in lacking)
    return SharedArms(clips, [majority_arm(clips), nuisance_arm(clips), pose_arm(clips)], encoders)

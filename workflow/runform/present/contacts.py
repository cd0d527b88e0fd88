"""Ground contacts as the gait file tells them, in the form that the overlay and the pages need."""

from collections.abc import Mapping

SIDES = ("left", "right")


def stances(gait: Mapping) -> dict[str, tuple[tuple[float, float], ...]]:
    """Side -> (initial contact, toe-off) of each step with both, s of true time, in order."""
    found = {side: [] for side in SIDES}
    for step in gait.get("steps", ()):
        if step.get("ic_s") is not None and step.get("to_s") is not None:
            found[step["side"]].append((step["ic_s"], step["to_s"]))
    return {side: tuple(sorted(pairs)) for side, pairs in found.items()}


def standing(contacts: Mapping[str, tuple[tuple[float, float], ...]], time_s: float) -> list[str]:
    """The sides whose foot is on the ground at `time_s`."""
    return [side for side in SIDES if any(start <= time_s < end for start, end in contacts.get(side, ()))]

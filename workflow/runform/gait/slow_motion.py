"""Is the clip played slower than it was run? Read from the cadence as played.

No runner takes fewer than about 120 steps a minute while both feet leave the ground; a walker does, but then one foot is always
on it (duty factor above a half).
"""

from dataclasses import dataclass

SLOWEST_RUN_STEPS_MIN = 120.0
USUAL_CADENCE_STEPS_MIN = 165.0
RUNNING_DUTY = 0.5
_USUAL_FACTORS = (2.0, 4.0, 5.0, 8.0, 10.0, 16.0, 20.0)


@dataclass(frozen=True)
class TimeScale:
    """slow_motion: whether time as measured is not true time.  factor: estimated, 1 when real.  warning: a line, or empty.

    source: `capture_fps` when the manifest told the rate, else `played`.
    """

    slow_motion: bool
    factor: float
    source: str
    warning: str


def judge_time_scale(stride_s: float, duty_factor: float | None, capture_fps: float | None) -> TimeScale:
    """stride_s: as measured on the clip's clock.  duty_factor: None when unknown.  capture_fps: where known, the clock is true."""
    cadence = 120.0 / stride_s
    if capture_fps:
        return TimeScale(False, 1.0, "capture_fps", "")
    walking = duty_factor is not None and duty_factor > RUNNING_DUTY
    if cadence >= SLOWEST_RUN_STEPS_MIN or walking:
        return TimeScale(False, 1.0, "played", "")
    raw = USUAL_CADENCE_STEPS_MIN / cadence
    factor = min(_USUAL_FACTORS, key=lambda usual: max(usual / raw, raw / usual))
    warning = (
        f"{cadence:.0f} steps a minute as played: slowed down about {factor:g} times; "
        "times cannot be told without capture_fps in the manifest"
    )
    return TimeScale(True, factor, "played", warning)

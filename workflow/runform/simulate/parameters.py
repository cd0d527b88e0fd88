"""What a simulated clip is asked to be: the fields, and the `simulated:` URL that spells them.

Light on purpose (no numpy): the workflow reads these URLs while it parses the manifest.
"""

import math
from dataclasses import dataclass, field, fields
from typing import Any

SCHEME = "simulated:"
DEFICIENCIES = (
    "overstriding", "bouncing", "trunk_lean", "stiff_knee", "low_cadence", "pelvic_drop",
    "crossover", "arm_crossing", "asymmetry",
)  # fmt: skip
VIEW_AZIMUTH_DEG = {"front": 0.0, "left": 90.0, "rear": 180.0, "right": 270.0, "oblique": 45.0}
SPEED_RANGE_M_S = {"run": (1.8, 6.5), "walk": (0.5, 2.2)}
DEFAULT_SPEED_M_S = {"run": 3.0, "walk": 1.3}
_CHOICES = {
    "view": tuple(VIEW_AZIMUTH_DEG), "camera": ("following", "fixed", "treadmill"),
    "gait": ("run", "walk"),
}  # fmt: skip
_RANGES = {
    "seed": (0, 2**63 - 1), "duration_s": (0.1, 600.0), "fps": (5.0, 1000.0),
    "width_px": (64, 4096), "height_px": (64, 4096), "azimuth_deg": (-360.0, 360.0),
    "height_m": (1.0, 2.3), "variability": (0.0, 3.0), "noise": (0.0, 1.0), "quality": (0.0, 1.0),
    "occlusion": (0.0, 1.0), **dict.fromkeys(DEFICIENCIES, (-1.5, 1.5)),
}  # fmt: skip


@dataclass(frozen=True)
class SimulationParameters:
    """One simulated clip.

    seed         of every random choice (body, habits, scene, noise)
    duration_s   length of the clip, s;  fps: frames a second;  width_px, height_px: of the frame
    view         side of the runner that the camera sees: left, right, front, rear or oblique
                 (from the front left)
    azimuth_deg  direction from the runner to the camera, 0 = ahead, 90 = on the runner's left;
                 None: as `view` says
    camera       following (moves with the runner), fixed (the runner crosses the frame) or
                 treadmill (the runner stays in place)
    gait         run or walk;  speed_m_s: running (or belt) speed, m/s
    height_m     the runner's height, m; None: random
    variability  scale of the step-to-step variation: 0 = none, 1 = as measured on runners
    noise        image noise, 0..1;  quality: video quality, 0 (heavily compressed) .. 1
    occlusion    share of the clip with something in front of the runner, 0..1
    severities   deficiency -> severity: 0 = a typical runner (the default), 1 = clearly deficient,
                 below 0 = the opposite
    """

    seed: int = 0
    duration_s: float = 2.0
    fps: float = 30.0
    width_px: int = 640
    height_px: int = 480
    view: str = "left"
    azimuth_deg: float | None = None
    camera: str = "following"
    gait: str = "run"
    speed_m_s: float = 3.0
    height_m: float | None = None
    variability: float = 1.0
    noise: float = 0.0
    quality: float = 0.8
    occlusion: float = 0.0
    severities: dict[str, float] = field(default_factory=dict)

    def __post_init__(self):
        unknown = sorted(set(self.severities) - set(DEFICIENCIES))
        if unknown:
            raise ValueError(f"deficiencies among {', '.join(DEFICIENCIES)}, not {unknown[0]!r}")
        severities = {name: float(self.severities.get(name, 0.0)) for name in DEFICIENCIES}
        object.__setattr__(self, "severities", severities)
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} among {', '.join(allowed)}, not {getattr(self, name)!r}")
        values = vars(self) | severities
        for name, (low, high) in (_RANGES | {"speed_m_s": SPEED_RANGE_M_S[self.gait]}).items():
            if values[name] is not None and not low <= values[name] <= high:
                raise ValueError(f"{name} from {low:g} to {high:g}, not {values[name]:g}")

    @property
    def camera_azimuth_deg(self) -> float:
        """Direction from the runner to the camera, deg in 0..360; 0 ahead, 90 on the left."""
        of_view_deg = VIEW_AZIMUTH_DEG[self.view]
        return (of_view_deg if self.azimuth_deg is None else self.azimuth_deg) % 360.0

    @property
    def frames(self) -> int:
        """Number of frames of the clip, at least 1."""
        return max(1, round(self.duration_s * self.fps))


_NOT_KEYS = ("width_px", "height_px", "severities")
_FIELD_KEYS = tuple(f.name for f in fields(SimulationParameters) if f.name not in _NOT_KEYS)
KEYS = (*_FIELD_KEYS, "size", *DEFICIENCIES)


def parse_simulated(url: str) -> SimulationParameters:
    """`simulated:key=value&key=value…` as parameters; keys left out keep their default.

    The default speed is that of the gait. ValueError, whose one line says what was expected, for
    an unknown or repeated key, a bad number, or one out of range.
    """
    if not url.startswith(SCHEME):
        raise ValueError(f"{SCHEME}key=value&key=value…, not {url!r}")
    chosen: dict[str, Any] = {}
    severities, keys = {}, set()
    for pair in filter(None, url.removeprefix(SCHEME).split("&")):
        key, equals, value = pair.partition("=")
        if not equals or key not in KEYS:
            raise ValueError(f"key=value with a key among {', '.join(KEYS)}, not {pair!r}")
        if key in keys:
            raise ValueError(f"{key} once, not twice")
        keys.add(key)
        if key in DEFICIENCIES:
            severities[key] = _number(key, value)
        elif key == "size":
            chosen["width_px"], chosen["height_px"] = _size(value)
        elif key in _CHOICES:
            chosen[key] = value
        else:
            chosen[key] = _whole(key, value) if key == "seed" else _number(key, value)
    if chosen.get("gait") in DEFAULT_SPEED_M_S:
        chosen.setdefault("speed_m_s", DEFAULT_SPEED_M_S[chosen["gait"]])
    return SimulationParameters(**chosen, severities=severities)


def format_simulated(parameters: SimulationParameters) -> str:
    """The URL that `parse_simulated` reads as `parameters`: the seed, then what is no default."""
    default = SimulationParameters()
    pairs = [f"seed={parameters.seed}"]
    for key in _FIELD_KEYS[1:]:
        value = getattr(parameters, key)
        usual = DEFAULT_SPEED_M_S[parameters.gait] if key == "speed_m_s" else getattr(default, key)
        if value != usual:
            pairs.append(f"{key}={value if key in _CHOICES else _shortest(value)}")
    if (parameters.width_px, parameters.height_px) != (default.width_px, default.height_px):
        pairs.append(f"size={parameters.width_px}x{parameters.height_px}")
    severities = parameters.severities.items()
    pairs += [f"{name}={_shortest(value)}" for name, value in severities if value]
    return SCHEME + "&".join(pairs)


def _shortest(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _number(key: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"a number for {key}, not {text!r}")
    return value


def _whole(key: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"a whole number, 0 or more, for {key}, not {text!r}")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not all(part.isascii() and part.isdigit() for part in (width, height)):
        raise ValueError(f"size as WIDTHxHEIGHT in pixels, such as 640x480, not {text!r}")
    return int(width), int(height)

"""How light a clip is, from a few of its frames."""

from itertools import islice
from pathlib import Path

import numpy as np

from runform.acquire.frames import read_frames
from runform.faults import Unavailable


def brightness_of(video: str | Path, every: int = 15, samples: int = 5) -> tuple[float, float]:
    """Mean and standard deviation of the grey level (0..255) over `samples` frames, one in `every`. NaN when unreadable."""
    try:
        frames = list(islice(read_frames(video), 0, every * samples, every))
    except Unavailable:
        return np.nan, np.nan
    grey = np.stack(frames).mean(axis=-1)
    return float(grey.mean()), float(grey.std())

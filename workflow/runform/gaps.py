"""Gaps in tracks of joints."""

import numpy as np


def bridged(tracks: np.ndarray) -> np.ndarray:
    """(T, ...) float64: NaN in `tracks` (T, ...) replaced, column by column, by straight lines from frame to frame.

    Before the first and after the last known value a column stays as it is there; a column without any is 0.
    """
    return np.apply_along_axis(_bridged_column, 0, tracks.astype(np.float64))


def _bridged_column(track: np.ndarray) -> np.ndarray:
    known = np.flatnonzero(np.isfinite(track))
    return np.interp(np.arange(len(track)), known, track[known]) if len(known) else np.zeros(len(track))

"""The strip below the overlay video: when each foot stands (a gait diagram), and the angles of the moment.

Legend: W, H width and height of the strip, px.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

from runform.present.drawing import CASING_RGB, MIDDLE_RGB, side_rgb, words_font
from runform.present.readings import in_words

SIDES = ("left", "right")
WINDOW_S = 2.0
_FAINT, _TRACK = (150, 158, 166), (46, 52, 58)


@dataclass(frozen=True)
class Strip:
    """What the strip shows.

    stances: side -> (start_s, end_s) of each ground contact.  duration_s: of the clip, in true time.
    readings: name -> (T,) values by frame in degrees; names end in ` L` or ` R` where they have a side.
    """

    stances: Mapping[str, tuple[tuple[float, float], ...]]
    duration_s: float
    readings: Mapping[str, np.ndarray] = field(default_factory=dict)

    def draw(self, frame: int, time_s: float, width: int, height: int) -> np.ndarray:
        """(H, W, 3) uint8 RGB of one moment: gait diagram on the left, angles on the right."""
        image = Image.new("RGB", (width, height), CASING_RGB)
        pen = ImageDraw.Draw(image)
        size_px = max(11, round(height / 6.5))
        split = round(width * (0.6 if self.readings else 0.98))
        self._draw_contacts(pen, time_s, (round(1.2 * size_px), split), height, size_px)
        self._draw_readings(pen, frame, (split + size_px, width - size_px // 2), height, size_px)
        return np.asarray(image)

    def _draw_contacts(self, pen, time_s, across, height, size_px) -> None:
        start_s = float(np.clip(time_s - WINDOW_S / 2, 0, max(0.0, self.duration_s - WINDOW_S)))
        span_s = min(WINDOW_S, self.duration_s) or 1.0
        x0, x1 = across[0] + size_px, across[1]

        def at(moment_s):
            return x0 + (x1 - x0) * float(np.clip((moment_s - start_s) / span_s, 0, 1))

        pen.text((across[0], size_px * 0.5), "foot on the ground", font=words_font(size_px), fill=_FAINT)
        for row, side in enumerate(SIDES):
            top = height * (0.36 + 0.24 * row)
            bottom = top + height * 0.17
            pen.text((across[0], (top + bottom) / 2), side[0].upper(), font=words_font(size_px), fill=side_rgb(side), anchor="lm")
            pen.rectangle((x0, top, x1, bottom), fill=_TRACK)
            for begin_s, end_s in self.stances.get(side, ()):
                if end_s > start_s and begin_s < start_s + span_s:
                    pen.rectangle((at(begin_s), top, at(end_s), bottom), fill=side_rgb(side))
        pen.line((at(time_s), height * 0.31, at(time_s), height * 0.82), fill=MIDDLE_RGB, width=max(2, size_px // 7))
        pen.text((x0, height * 0.97), f"{time_s:.2f} s", font=words_font(size_px), fill=_FAINT, anchor="ld")

    def _draw_readings(self, pen, frame, across, height, size_px) -> None:
        step = height / (len(self.readings) + 0.6)
        for row, (name, values) in enumerate(self.readings.items()):
            y = step * (row + 0.8)
            side = {"L": "left", "R": "right"}.get(name[-1], "middle") if name[-2:-1] == " " else "middle"
            pen.text((across[0], y), name, font=words_font(size_px), fill=_FAINT, anchor="lm")
            pen.text(
                (across[1], y), in_words(values[frame]), font=words_font(round(size_px * 1.15)), fill=side_rgb(side), anchor="rm"
            )

"""Manifests of simulated studies: who runs, how badly, and how the camera sees it. Nothing here looks at any result.

`python -m runform.simulate.study embedded` (in workflow/) prints config/manifest.tsv; `benchmark` prints the larger one.
"""

import sys

import numpy as np

from runform.simulate.parameters import DEFICIENCIES, SimulationParameters, format_simulated

COLUMNS = ("clip", "url", "sets", "runner", "view")

# Severity of a deficiency among runners who have it, those labelled free of it, and those nobody labelled (mean, SD):
# the first two overlap a little, as two raters' judgements do.
WITH, WITHOUT, UNLABELLED = (0.85, 0.25), (0.10, 0.22), (0.0, 0.3)


def _severity(rng, distribution) -> float:
    return round(float(np.clip(rng.normal(*distribution), -1.0, 1.5)), 2)


def _runner(rng, seed: int, views: tuple[str, ...], speed_m_s: tuple[float, float], severities: dict) -> SimulationParameters:
    others = {name: _severity(rng, UNLABELLED) for name in DEFICIENCIES}
    return SimulationParameters(
        seed=seed,
        view=str(rng.choice(views)),
        camera=str(rng.choice(("following", "treadmill"))),
        speed_m_s=round(float(np.clip(rng.normal(*speed_m_s), 2.2, 6.0)), 2),
        noise=round(float(rng.uniform(0.05, 0.4)), 2),
        quality=round(float(rng.uniform(0.5, 0.9)), 2),
        severities=others | severities,
    )


def _row(name: str, sets: str, parameters: SimulationParameters, **labels) -> dict:
    return {"clip": name, "url": format_simulated(parameters), "sets": sets, "runner": name, "view": parameters.view} | labels


def embedded_study(seed: int = 16) -> list[dict]:
    """Rows of the embedded study: 24 corpus, 18 labelled (9 overstriding, 9 not) and 18 professional clips of 2 s.

    Professionals run faster and overstride less; nothing but the severity differs between the two labelled groups.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(24):
        parameters = _runner(rng, 1000 + number, ("left", "right", "left", "right", "oblique"), (3.1, 0.4), {})
        rows.append(_row(f"corpus{number + 1:02d}", "corpus", parameters))
    for number in range(18):
        has_it = number % 2 == 0
        severity = {"overstriding": _severity(rng, WITH if has_it else WITHOUT)}
        parameters = _runner(rng, 2000 + number, ("left", "right"), (3.0, 0.3), severity)
        rows.append(_row(f"runner{number + 1:02d}", "labelled", parameters, overstriding="yes" if has_it else "no"))
    for number in range(18):
        severity = {"overstriding": _severity(rng, (-0.2, 0.2))}
        parameters = _runner(rng, 3000 + number, ("left", "right"), (4.8, 0.4), severity)
        rows.append(_row(f"pro{number + 1:02d}", "professional", parameters))
    return rows


def format_rows(rows: list[dict], columns: tuple[str, ...]) -> str:
    """Rows as the text of a manifest, tab-separated; a missing cell is blank."""
    lines = ["\t".join(columns)]
    lines += ["\t".join(str(row.get(column, "")) for column in columns) for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(format_rows(embedded_study(), (*COLUMNS, "overstriding")))

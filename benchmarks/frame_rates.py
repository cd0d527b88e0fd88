"""One runner filmed at several frame rates: how far the embedding strays, and whether the runner is
still known by it.

    .venv/bin/python benchmarks/frame_rates.py [--runners 16] [--folder FOLDER]

Simulated runners, 4 s each, the same run before the same camera at each rate, rendered, encoded and
seen by BlazePose; the shipped encoder, frozen. Stray: distance from the same runner's embedding at
30 frames a second over that between two runners, medians.
Known: share of runners whose own embedding at 30 is the nearest. With the frames as they are in one
film, and in films of 30 (`encoder.rate_fps`).
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "workflow"))

from filmed import film  # noqa: E402

from runform.encoder.checkpoint import load_encoder  # noqa: E402
from runform.encoder.embed import embed_motions  # noqa: E402
from runform.encoder.inputs import encoder_films  # noqa: E402

USUAL_FPS, RATES = 30.0, (24.0, 25.0, 50.0, 60.0, 120.0)
FIRST_SEED = 3000
SMOOTH_S, ONE_DIRECTION = 0.25, True  # as config/config.yaml


def embed(model, sequences, rate_fps: float) -> np.ndarray:
    """(N, 17*R): mean embedding of each sequence, in films of `rate_fps`; 0: as filmed."""
    films = [encoder_films(sequence, rate_fps, SMOOTH_S, ONE_DIRECTION) for sequence in sequences]
    return np.stack(
        [np.concatenate(embed_motions(model, parts, ONE_DIRECTION)).mean(axis=0) for parts in films]
    )


def stray_and_known(found: np.ndarray, usual: np.ndarray) -> tuple[float, float]:
    """Of embeddings (N, R) against those of the same runners at the usual rate: median stray, share
    that is known.
    """
    apart = np.linalg.norm(usual[:, None] - usual[None], axis=-1)[np.triu_indices(len(usual), 1)]
    distance = np.linalg.norm(found[:, None] - usual[None], axis=-1)
    return float(np.median(np.diag(distance)) / np.median(apart)), float(
        (distance.argmin(axis=1) == np.arange(len(usual))).mean()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runners", type=int, default=16)
    parser.add_argument(
        "--folder", type=Path, help="where filmed clips are kept; a temporary one by default"
    )
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    model = load_encoder(ROOT / "resources/encoders/runner-small.safetensors")
    seeds = range(FIRST_SEED, FIRST_SEED + chosen.runners)
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        seen = {
            fps: [film(seed, fps, "right", folder)[0] for seed in seeds]
            for fps in (USUAL_FPS, *RATES)
        }
    usual = embed(model, seen[USUAL_FPS], USUAL_FPS)
    print(
        "| frames a second | one film: stray | known | films of 30: stray | known"
        " |\n|---|---|---|---|---|"
    )
    for fps in RATES:
        whole, apart = (
            stray_and_known(embed(model, seen[fps], rate_fps), usual) for rate_fps in (0, USUAL_FPS)
        )
        print(
            f"| {fps:.0f} | {whole[0]:.2f} | {whole[1]:.0%} | {apart[0]:.2f} | {apart[1]:.0%} |",
            flush=True,
        )


if __name__ == "__main__":
    main()

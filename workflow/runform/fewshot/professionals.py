"""How similar a runner's movement is to each professional's: cosine similarity, rank in the corpus.

Legend: N clips, F features.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from runform.errors import InputError
from runform.fewshot.labelled import SPACES, clip_vectors
from runform.files import COUNT, SHARE, TEXT, write_table

log = logging.getLogger(__name__)

Embeddings = Mapping[str, np.ndarray]  # clip -> (F,)

COLUMNS = {
    "clip": TEXT,
    "professional": TEXT,
    "runner": TEXT,
    "space": TEXT,
    "similarity": SHARE,
    "rank": COUNT,
    "centred_similarity": SHARE,
    "centred_rank": COUNT,
    "corpus_percentile": SHARE,
    "n_corpus": COUNT,
    "note": TEXT,
}


def compare_professionals(
    embeddings_npz: str | Path,
    readings: str | Path,
    space: str,
    compare_clip: str,
    labelled: Sequence[str],
    professionals: Sequence[str],
    corpus: Sequence[str],
    runners: dict[str, str],
    table_csv: str | Path,
) -> None:
    """Write one row per professional: `similar_professionals` of the chosen clip.

    space: of `labelled.SPACES`.  compare_clip: id, or blank for the first available of `labelled`.
    corpus_percentile: share of the corpus clips that are less similar (centred) to the chosen clip
    than this professional is. Unavailable clips keep a row with a note.
    """
    embeddings = clip_vectors(space, embeddings_npz, readings)
    if compare_clip and compare_clip not in runners:
        raise InputError(f"fewshot.compare_clip: {compare_clip!r}: expected a clip of the manifest")
    chosen = compare_clip or next((clip for clip in labelled if clip in embeddings), "")
    if chosen not in embeddings:
        why = f"{chosen} is unavailable" if chosen else "no labelled clip is available"
        log.warning("no comparison: %s", why)
        write_table(table_csv, COLUMNS, [{"clip": chosen, "note": why}])
        return
    rows = similar_professionals(chosen, professionals, corpus, embeddings)
    for name in professionals:
        if name not in embeddings:
            log.warning("%s: left out of the comparison: unavailable", name)
            rows.append({"professional": name, "note": "unavailable"})
    write_table(
        table_csv,
        COLUMNS,
        [
            {**row, "clip": chosen, "runner": runners[row["professional"]], "space": SPACES[space]}
            for row in rows
        ],
    )


def similar_professionals(
    clip: str, professionals: Sequence[str], corpus: Sequence[str], embeddings: Embeddings
) -> list[dict]:
    """One row per available professional, the most similar (raw) first.

    Empty when `clip` has no embedding. Raw similarities of one kind of movement are all near 1;
    centred ones are taken after the mean of the corpus clips, or of all clips where there is no
    corpus, is subtracted.
    """
    others = [name for name in professionals if name in embeddings and name != clip]
    background = [name for name in corpus if name in embeddings and name != clip]
    if clip not in embeddings or not others:
        return []
    centre = np.mean([embeddings[name] for name in background or embeddings], axis=0)
    runner = embeddings[clip]
    raw = similarities(runner, [embeddings[name] for name in others])
    centred = similarities(runner - centre, [embeddings[name] - centre for name in others])
    crowd = similarities(runner - centre, [embeddings[name] - centre for name in background])
    rows = [
        {
            "professional": name,
            "similarity": raw[index],
            "rank": 1 + int(np.sum(raw > raw[index])),
            "centred_similarity": centred[index],
            "centred_rank": 1 + int(np.sum(centred > centred[index])),
            "corpus_percentile": float(np.mean(crowd < centred[index])) if background else None,
            "n_corpus": len(background),
        }
        for index, name in enumerate(others)
    ]
    return sorted(rows, key=lambda row: row["rank"])


def similarities(one: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
    """Cosine similarity of `one` (F,) to each of `others`, (len(others),)."""
    # Not scikit-learn's: its import alone would take a page a second.
    rows = np.stack([one, *others]).astype(float)
    lengths = np.linalg.norm(rows, axis=1)
    unit = rows / np.where(lengths > 0, lengths, 1)[:, None]
    return unit[1:] @ unit[0]

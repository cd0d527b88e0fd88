"""How alike a runner's movement is to each professional's, as the seed drew it and as a rank within
the corpus.

Legend: N clips, F features.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics.pairwise import cosine_similarity

from runform.errors import InputError
from runform.fewshot.labelled import load_mean_embeddings
from runform.files import COUNT, SHARE, TEXT, write_table

log = logging.getLogger(__name__)

COLUMNS = {
    "clip": TEXT,
    "professional": TEXT,
    "runner": TEXT,
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
    compare_clip: str,
    labelled: Sequence[str],
    professionals: Sequence[str],
    corpus: Sequence[str],
    runners: dict[str, str],
    table_csv: str | Path,
) -> None:
    """Write one row per professional: cosine similarity to the chosen clip, raw and after taking
    off the corpus mean.

    compare_clip: id, or blank for the first available of `labelled`. Raw similarities of embeddings
    of one kind of movement are all near 1; without the mean they tell runners apart.
    corpus_percentile: share of the corpus clips that are less alike (centred) to the chosen clip
    than this professional is. Unavailable clips keep a row with a note.
    """
    embeddings = load_mean_embeddings(embeddings_npz)
    if compare_clip and compare_clip not in runners:
        raise InputError(f"fewshot.compare_clip: {compare_clip!r}: expected a clip of the manifest")
    chosen = compare_clip or next((clip for clip in labelled if clip in embeddings), "")
    if chosen not in embeddings:
        why = f"{chosen} is unavailable" if chosen else "no labelled clip is available"
        log.warning("no comparison: %s", why)
        write_table(table_csv, COLUMNS, [{"clip": chosen, "note": why}])
        return
    rows = _rows(chosen, professionals, corpus, embeddings)
    write_table(
        table_csv,
        COLUMNS,
        [row | {"clip": chosen, "runner": runners[row["professional"]]} for row in rows],
    )


def _rows(chosen, professionals, corpus, embeddings) -> list[dict]:
    known = [clip for clip in professionals if clip in embeddings and clip != chosen]
    background = [clip for clip in corpus if clip in embeddings and clip != chosen]
    centre = np.mean([embeddings[clip] for clip in background or embeddings], axis=0)
    raw = similarities(embeddings[chosen], [embeddings[clip] for clip in known])
    centred = similarities(
        embeddings[chosen] - centre, [embeddings[clip] - centre for clip in known]
    )
    crowd = similarities(
        embeddings[chosen] - centre, [embeddings[clip] - centre for clip in background]
    )
    rows = [
        {
            "professional": clip,
            "similarity": raw[index],
            "rank": 1 + int(np.sum(raw > raw[index])),
            "centred_similarity": centred[index],
            "centred_rank": 1 + int(np.sum(centred > centred[index])),
            "corpus_percentile": float(np.mean(crowd < centred[index])) if background else None,
            "n_corpus": len(background),
        }
        for index, clip in enumerate(known)
    ]
    absent = [clip for clip in professionals if clip not in embeddings]
    for clip in absent:
        log.warning("%s: left out of the comparison: unavailable", clip)
    return sorted(rows, key=lambda row: row["rank"]) + [
        {"professional": clip, "note": "unavailable"} for clip in absent
    ]


def similarities(one: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
    """Cosine similarity of `one` (F,) to each of `others`, (len(others),)."""
    if not others:
        return np.zeros(0)
    return cosine_similarity(one[None].astype(float), np.stack(others).astype(float))[0]

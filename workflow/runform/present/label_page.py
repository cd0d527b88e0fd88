"""The page on which people label clips: films, keys, and the manifest to download.

It shows nothing that the program or another labeller thinks of a clip: only the order of the clips
comes from the study, and distances from a boundary do not say on which side of it a clip lies.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from runform.errors import InputError
from runform.fewshot.label_order import AS_LISTED, LEAST_SURE, MOST_DIFFERENT, label_order
from runform.fewshot.labelled import load_mean_embeddings
from runform.files import read_json
from runform.labellers import labeller_of
from runform.manifest import Clip
from runform.present.pages import write_page
from runform.sequence import OK

TEMPLATE = "resources/pages/label.html.j2"
SCRIPTS = ("resources/pages/manifest_text.js", "resources/pages/label.js")
ORDER = {
    LEAST_SURE: "The clips about which the study is least sure come first.",
    MOST_DIFFERENT: "There are too few labels to say about which clips the study is unsure, so the "
    "clips that differ most come first.",
    AS_LISTED: "The clips stand in the order of the manifest; after make run, those about which "
    "the study is least sure come first.",
}
NO_FILM = {True: "it was not made", False: "the manifest has keypoints alone"}
USED_SETS = {"labelled", "test"}


def write_label_page(
    manifest: str | Path,
    clips: Sequence[Clip],
    deficiencies: Mapping[str, Mapping[str, str]],
    results: str | Path,
    path: str | Path,
) -> None:
    """Write the page to `path`, beside the folder `clips` of `results` that holds the films.

    manifest: the file, whose text the page carries.  clips: its rows.  deficiencies: those to
    label, name -> title and definition.
    """
    manifest, results = Path(manifest), Path(results)
    text = manifest.read_bytes().decode("utf-8")
    labels = {name: _labels(clips, name) for name in deficiencies}
    embeddings_npz = results / "embeddings.npz"
    embeddings = load_mean_embeddings(embeddings_npz) if embeddings_npz.is_file() else {}
    order, how = label_order([clip.clip for clip in clips], embeddings, labels)
    by_id = {clip.clip: clip for clip in clips}
    entries = [_entry(by_id[clip], results) for clip in order]
    shown = [
        {"name": name, "title": about["title"], "definition": about.get("definition", "")}
        for name, about in deficiencies.items()
    ]
    write_page(
        TEMPLATE,
        path,
        scripts=SCRIPTS,
        name=manifest.name,
        deficiencies=shown,
        clips=entries,
        order=ORDER[how],
        said=_labels_so_far(clips, shown),
        study={
            "key": storage_key(manifest),
            "name": manifest.name,
            "manifest": text,
            "deficiencies": shown,
            "clips": entries,
        },
    )


def storage_key(manifest: Path) -> str:
    """Name under which a browser keeps the labels of this manifest; says nothing of its folder."""
    digest = hashlib.sha256(str(manifest.resolve()).encode("utf-8", "surrogateescape"))
    return f"runform-labels-{digest.hexdigest()[:16]}"


def choose_deficiencies(
    header: Sequence[str], names: Sequence[str], asked: Sequence[str] = ()
) -> list[str]:
    """The deficiencies to label: those asked for, else those with a column in the manifest, else
    all. InputError for one that is not among `names`.
    """
    for name in asked:
        if name not in names:
            raise InputError(f"DEFICIENCIES: {name!r}: expected some of {', '.join(names)}")
    if asked:
        return list(asked)
    named = {column.partition("@")[0] for column in header if labeller_of(column, names)}
    return [name for name in names if name in header or name in named] or list(names)


def header_of(manifest: str | Path) -> list[str]:
    """Names of a manifest's columns."""
    lines = Path(manifest).read_text(encoding="utf-8-sig").splitlines()
    return [name.strip() for name in lines[0].split("\t")] if lines else []


def _labels(clips: Sequence[Clip], deficiency: str) -> dict[str, bool]:
    return {clip.clip: clip.labels[deficiency] for clip in clips if deficiency in clip.labels}


def _labels_so_far(clips: Sequence[Clip], deficiencies: Sequence[Mapping[str, str]]) -> str:
    counts = [f"{one['title']} {len(_labels(clips, one['name']))}" for one in deficiencies]
    return f"Clips with a label so far: {', '.join(counts)}."


def _entry(clip: Clip, results: Path) -> dict:
    """What the page says of one clip. Films lie below the page's own folder."""
    receipt_json = results / "clips" / f"{clip.clip}.json"
    receipt = read_json(receipt_json) if receipt_json.is_file() else {}
    has_film = bool(clip.url) and receipt.get("status") == OK
    return {
        "clip": clip.clip,
        "runner": clip.runner,
        "view": clip.view,
        "film": f"clips/{clip.clip}.mp4" if has_film else "",
        "fps": float(receipt.get("fps") or 30.0),
        "reason": "" if has_film else receipt.get("reason") or NO_FILM[bool(clip.url)],
        "used": bool(USED_SETS & set(clip.sets)),
    }

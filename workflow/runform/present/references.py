"""references.bib: a citation of each network, data set and reference range that a study used, read
from what its files say they were made with.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from runform.files import read_json, write_text
from runform.metric_definitions import load_metrics
from runform.sequence import OK, PoseSequence, load_sequence

REFERENCES_FILE = "resources/references.bib"
ENTRY = re.compile(r"^@\w+\{(\w+),\n.*?^\}\n", re.MULTILINE | re.DOTALL)
# "Souza 2016", "Bramah et al. 2018", "Hamner and Delp 2013": the key is first name and year.
CITED = re.compile(r"([A-Z][a-z]+)(?: et al\.| and [A-Z][a-z]+)? (\d{4})")
# Networks and what they were trained on.
BLAZEPOSE, DETECTOR = ("bazarevsky2020",), ("lyu2022", "lin2014")
RTMPOSE = {"coco17": ("jiang2023", "lin2014"), "halpe26": ("jiang2023", "lin2014", "fang2023")}
ENCODER, MOTIONBERT_DATA, PUBLISHED_STUDY = "zhu2023", ("ionescu2014", "mahmood2019"), "labash"
NAMED = {"BMC-RIC running data": "bmcric"}
IMPORTED = "the network behind keypoints that were imported"


def write_references(
    poses: Iterable[str | Path],
    gaits: Iterable[str | Path],
    path: str | Path,
    pretrained: str,
    labelled: bool,
) -> None:
    """Write the entries that the files of the clips ask for, in the order of their keys.

    What was used and has no checked entry stands in a comment.
    pretrained: the encoder's first weights, as in the config.  labelled: whether the study has
    labelled clips, and so follows the published one.
    """
    entries = checked_entries()
    keys, missing = set(), set()
    for file in poses:
        sequence = load_sequence(file)
        if sequence.ok:
            networks = networks_of(sequence)
            keys |= set(networks)
            missing |= set() if networks else {IMPORTED}
    if keys or missing:
        keys |= {ENCODER} | set(MOTIONBERT_DATA if "MotionBERT" in pretrained else ())
    for source in sorted({source for file in gaits for source in sources_of(read_json(file))}):
        key = key_of(source)
        keys |= {key} & set(entries)
        missing |= set() if key in entries else {source}
    keys |= {PUBLISHED_STUDY} if labelled else set()
    lines = ["% The networks, data sets and reference ranges that this study used."]
    lines += [f"% Used, but without a checked entry: {name}" for name in sorted(missing)]
    write_text(path, "\n".join([*lines, "", *(entries[key] for key in sorted(keys))]))


def checked_entries() -> dict[str, str]:
    """Key -> entry of resources/references.bib."""
    text = (Path(__file__).parents[3] / REFERENCES_FILE).read_text(encoding="utf-8")
    return {match[1]: match[0] for match in ENTRY.finditer(text)}


def key_of(source: str) -> str:
    """Key of an entry for a source as metrics and config name it, empty for other words."""
    cited = CITED.search(source)
    return NAMED.get(source) or (f"{cited[1].lower()}{cited[2]}" if cited else "")


def networks_of(sequence: PoseSequence) -> tuple[str, ...]:
    """Keys of the networks behind a pose; none for keypoints from a file."""
    backend, detector = sequence.source.get("backend"), sequence.source.get("detector")
    if backend == "blazepose":
        return (*BLAZEPOSE, *(DETECTOR if detector else ()))
    if backend == "rtmpose":
        # Without a detector BlazePose finds the runner.
        return (*RTMPOSE[sequence.skeleton], *(DETECTOR if detector else BLAZEPOSE))
    return ()


def sources_of(gait: Mapping) -> set[str]:
    """Sources of the formulas and ranges of the metrics that a clip shows, and of its verdicts."""
    if gait["status"] != OK:
        return set()
    measured = {name for name, metric in gait["metrics"].items() if metric["value"] is not None}
    texts = {entry["source"] for entry in gait["verdicts"] if entry["value"] is not None}
    for name in measured & set(load_metrics()):
        definition = load_metrics()[name]
        texts |= {definition.source, definition.range.source if definition.range else ""}
    parts = {part.strip() for text in texts for part in text.split(";")}
    return {part for part in parts if part and not part.startswith("no ")}  # no agreed cut-off

"""Citations of what a study used, and of nothing else."""

import re

import numpy as np
import pytest
import yaml

from runform.files import write_json
from runform.metric_definitions import REPOSITORY, load_metrics
from runform.present.references import ENTRY, checked_entries, key_of, write_references
from runform.sequence import PoseSequence, empty_sequence, save_sequence

BLAZEPOSE = {"backend": "blazepose", "weights": "x"}
# Sources that no search confirmed, and words that are no publication.
UNCHECKED = {
    "Mo et al. 2023",
    "Hamner and Delp 2013",
    "one runner at 2.72 m/s (BMClab/BMC)",
    "running-form consensus",
}


def pose(path, source, skeleton="halpe26", joints=26):
    xy, score = np.zeros((3, joints, 2), np.float32), np.ones((3, joints), np.float32)
    box = np.zeros((3, 4), np.float32)
    sequence = PoseSequence(xy, score, box, xy, score, skeleton, 30.0, 30.0, (64, 48), source)
    save_sequence(sequence, path)
    return path


def gait(path, **values):
    metrics = {name: {"value": values.get(name)} for name in load_metrics()}
    verdicts = [{"source": "Souza 2016; no agreed cut-off", "value": values.get("verdict")}]
    content = {"status": "ok", "reason": "", "metrics": metrics, "verdicts": verdicts}
    write_json(path, content)
    return path


def written(tmp_path, poses, gaits, pretrained="resources/a.safetensors", labelled=False):
    write_references(poses, gaits, tmp_path / "references.bib", pretrained, labelled)
    text = (tmp_path / "references.bib").read_text()
    return [match[1] for match in ENTRY.finditer(text)], text


def test_the_network_and_the_ranges_that_were_used(tmp_path):
    keys, text = written(
        tmp_path,
        [pose(tmp_path / "a.npz", BLAZEPOSE)],
        [gait(tmp_path / "a.json", foot_angle_ic_deg=5.0, step_width_leg=0.02)],
    )
    assert keys == ["bazarevsky2020", "brindle2014", "zhu2023"]
    assert "% Used, but without a checked entry: Mo et al. 2023\n" in text


@pytest.mark.parametrize(
    ("source", "skeleton", "joints", "expected"),
    [
        ({"backend": "rtmpose"}, "coco17", 17, {"jiang2023", "lin2014", "bazarevsky2020"}),
        (
            {"backend": "rtmpose", "detector": "x"},
            "halpe26",
            26,
            {"jiang2023", "lin2014", "fang2023", "lyu2022"},
        ),
        (
            {"backend": "blazepose", "detector": "x"},
            "blazepose33",
            33,
            {"bazarevsky2020", "lyu2022", "lin2014"},
        ),
        ({"backend": "import"}, "coco17", 17, set()),
    ],
)
def test_each_backend(tmp_path, source, skeleton, joints, expected):
    keys, text = written(tmp_path, [pose(tmp_path / "a.npz", source, skeleton, joints)], [])
    assert set(keys) == expected | {"zhu2023"}
    assert ("keypoints that were imported" in text) == (source["backend"] == "import")


def test_verdicts_published_weights_and_the_published_study(tmp_path):
    files = [pose(tmp_path / "a.npz", BLAZEPOSE)], [gait(tmp_path / "a.json", verdict=3.0)]
    keys, text = written(tmp_path, *files, pretrained="MotionBERT-Lite", labelled=True)
    assert {"souza2016", "labash", "ionescu2014", "mahmood2019"} < set(keys)
    assert "no agreed cut-off" not in text


def test_a_clip_that_is_missing_cites_nothing(tmp_path):
    save_sequence(empty_sequence("removed"), tmp_path / "a.npz")
    write_json(tmp_path / "a.json", {"status": "unavailable", "reason": "removed"})
    assert written(tmp_path, [tmp_path / "a.npz"], [tmp_path / "a.json"])[0] == []


def test_every_source_of_metrics_and_config_has_an_entry():
    config = yaml.safe_load((REPOSITORY / "config/config.yaml").read_text())
    texts = [entry["source"] for entry in config["deficiencies"].values()]
    for metric in load_metrics().values():
        texts += [metric.source, metric.range.source if metric.range else ""]
    sources = {part.strip() for text in texts for part in text.split(";") if part.strip()}
    missing = {source for source in sources if key_of(source) not in checked_entries()}
    assert {source for source in missing if not source.startswith("no ")} <= UNCHECKED


def test_entries_are_whole_and_have_a_key_each():
    text = (REPOSITORY / "resources/references.bib").read_text()
    entries = checked_entries()
    assert len(entries) == len(re.findall("^@", text, re.MULTILINE)) > 15
    for key, entry in entries.items():
        assert entry.count("{") == entry.count("}") and "author" in entry and "title" in entry, key

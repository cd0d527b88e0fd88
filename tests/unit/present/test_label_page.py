import json
import re

import numpy as np
import pytest
from javascript import run_script

from runform.errors import InputError
from runform.files import write_json
from runform.manifest import Clip, read_manifest
from runform.present.label_page import choose_deficiencies, header_of, storage_key, write_label_page

ABOUT = {"overstriding": {"title": "Overstriding", "definition": "the foot lands far ahead"}}
HOSTILE = "<script>alert(1)</script>\"'&" + "x" * 10_000 + "\u202e\u05d0\0"
TEXT = (
    "clip\turl\tsets\toverstriding\tnotes\n"
    "# a comment\twith a tab\n"
    f"a\tsimulated:seed=1\tlabelled\tyes\t{HOSTILE}\n"
    "\n"
    "b\tsimulated:seed=2\tcorpus\t\t spaces stay \n"
)


def written(tmp_path, text=TEXT, clips=None):
    manifest = tmp_path / "my <b>.tsv"
    manifest.write_bytes(text.encode("utf-8"))
    rows = read_manifest(manifest, ["overstriding"]) if clips is None else clips
    write_label_page(manifest, rows, ABOUT, tmp_path, tmp_path / "label.html")
    return (tmp_path / "label.html").read_text(encoding="utf-8")


def study_of(page):
    return json.loads(re.search(r'id="study">(.*?)</script>', page, re.DOTALL)[1])


def test_the_page_carries_the_manifest_unchanged_and_runs_nothing_of_it(tmp_path):
    page = written(tmp_path)
    assert study_of(page)["manifest"] == TEXT
    assert "<script>alert" not in page
    assert "<b>.tsv" not in page
    assert "\0" not in page


def test_a_clip_without_film_says_why(tmp_path):
    write_json(tmp_path / "clips/a.json", {"status": "ok", "fps": 60.0})
    write_json(tmp_path / "clips/b.json", {"status": "unavailable", "reason": "removed <i>"})
    of_clip = {entry["clip"]: entry for entry in study_of(written(tmp_path))["clips"]}
    assert (of_clip["a"]["film"], of_clip["a"]["fps"]) == ("clips/a.mp4", 60)
    assert (of_clip["b"]["film"], of_clip["b"]["reason"]) == ("", "removed <i>")
    assert (of_clip["a"]["used"], of_clip["b"]["used"]) == (True, False)


def test_a_clip_of_keypoints_alone_has_no_film(tmp_path):
    write_json(tmp_path / "clips/a.json", {"status": "ok", "fps": 60.0})
    clips = [Clip("a", "", ("labelled",), "a", keypoints="a.json")]
    (entry,) = study_of(written(tmp_path, clips=clips))["clips"]
    assert (entry["film"], entry["reason"]) == ("", "the manifest has keypoints alone")


def test_nothing_that_anybody_said_is_in_the_page_beside_the_manifest(tmp_path):
    embeddings = {"clip": np.array(["a", "b"]), "status": np.array(["ok", "ok"])}
    np.savez(tmp_path / "embeddings.npz", mean=np.eye(2, dtype=np.float32), **embeddings)
    study = study_of(written(tmp_path))
    assert set(study) == {"key", "name", "manifest", "deficiencies", "clips"}
    assert set(study["clips"][0]) == {"clip", "runner", "view", "film", "fps", "reason", "used"}
    assert [entry["clip"] for entry in study["clips"]] == ["b", "a"]  # b has no label yet


def test_two_thousand_clips(tmp_path):
    rows = "".join(f"c{n}\tsimulated:seed={n}\tlabelled\t\t\n" for n in range(2000))
    page = written(tmp_path, TEXT.splitlines()[0] + "\n" + rows)
    assert len(study_of(page)["clips"]) == 2000
    assert len(page) < 2_000_000


def test_which_deficiencies_are_labelled():
    known = ("overstriding", "bouncing", "low_cadence")
    assert choose_deficiencies(["clip", "bouncing"], known) == ["bouncing"]
    assert choose_deficiencies(["clip", "bouncing@AB"], known) == ["bouncing"]
    assert choose_deficiencies(["clip"], known) == list(known)
    assert choose_deficiencies(["clip", "bouncing"], known, ["low_cadence"]) == ["low_cadence"]
    with pytest.raises(InputError, match="DEFICIENCIES: 'limping': expected some of overstriding"):
        choose_deficiencies(["clip"], known, ["limping"])


def test_header_and_storage_key(tmp_path):
    manifest = tmp_path / "m.tsv"
    manifest.write_text("\ufeffclip\t url \tsets\n", encoding="utf-8")
    assert header_of(manifest) == ["clip", "url", "sets"]
    assert storage_key(manifest) != storage_key(tmp_path / "other.tsv")
    assert str(tmp_path) not in storage_key(manifest)


def applied(text, *edits):
    return run_script(
        "manifest_text.js", "return manifestText.applied(manifestText.parse(text), edits)",
        text=text, edits=edits,
    )  # fmt: skip


def edit(clip, now, was="", column="overstriding@AB"):
    return {"clip": clip, "column": column, "was": was, "now": now}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_label_changes_its_own_cell_and_nothing_else(tmp_path, end, bom):
    text = bom + TEXT.replace("\n", end).removesuffix(end)
    assert applied(text) == text
    after = applied(text, edit("b", "unsure"))
    lines, before = after.split(end), text.split(end)
    assert lines[0] == before[0] + "\toverstriding@AB"
    assert lines[1] == before[1]
    assert lines[2] == before[2] + "\t"
    assert lines[3] == before[3]
    assert lines[4] == before[4] + "\tunsure"
    assert applied(after, edit("b", "", was="unsure"), edit("a", "no")) == after.replace(
        "\tunsure", "\t"
    ).replace(before[2] + "\t", before[2] + "\tno")
    (tmp_path / "m.tsv").write_bytes(after.encode("utf-8"))
    clips = read_manifest(tmp_path / "m.tsv", ["overstriding"])
    assert [clip.opinions for clip in clips] == [{}, {"overstriding": {"AB": "unsure"}}]


def test_a_cell_that_changed_meanwhile_is_a_conflict():
    text = "clip\toverstriding@AB\na\tyes\nb\tno\nc\t\n"
    edits = [
        edit("a", "no"),  # the file says yes by now
        edit("b", "no"),  # the file says the same by now
        edit("c", "yes"),
        edit("gone", "yes"),
    ]
    merged = run_script(
        "manifest_text.js",
        "const m = manifestText.parse(text);"
        "return [manifestText.merge(m, edits).conflicts, manifestText.applied(m, edits)]",
        text=text, edits=edits,
    )  # fmt: skip
    assert [(conflict["clip"], conflict["is"]) for conflict in merged[0]] == [
        ("a", "yes"),
        ("gone", None),
    ]
    assert merged[1] == text.replace("c\t", "c\tyes")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "line 1: expected a header with the column clip"),
        ("name\nx\n", "line 1: expected a header with the column clip"),
        ("clip\turl\na\n", "line 2: expected 2 cells with tabs between, found 1"),
        ("clip\turl\na\tx\na\ty\n", "line 3: the clip a stands twice"),
    ],
)
def test_a_file_that_is_no_manifest_is_refused(text, error):
    said = run_script(
        "manifest_text.js",
        "try { manifestText.parse(text); } catch (e) { return e.message; }",
        text=text,
    )
    assert said == error


def test_lines_end_where_python_ends_them():
    text = "clip\tnotes\na\tx\x0bb\ty\u2028c\tz\x85d\tw\rend\tv"
    rows = run_script(
        "manifest_text.js", "return [...manifestText.parse(text).rows.keys()]", text=text
    )
    assert rows == [line.split("\t")[0] for line in text.splitlines()[1:]]

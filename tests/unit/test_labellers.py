import pytest

from runform.errors import InputError
from runform.labellers import agreed_label, disagree, labeller_of, opinions_in
from runform.manifest import read_manifest

NAMES = ("overstriding", "low_cadence")


@pytest.mark.parametrize(
    ("column", "named"),
    [
        ("overstriding@AB", ("overstriding", "AB")),
        ("low_cadence@K2", ("low_cadence", "K2")),
        ("overstriding", None),
        ("overstriding@", None),
        ("overstriding@ab", None),
        ("overstriding@ABCDEFGHI", None),
        ("overstriding@A B", None),
        ("limping@AB", None),
        ("overstriding@A@B", None),
    ],
)
def test_columns_of_labellers(column, named):
    assert labeller_of(column, NAMES) == named


def test_opinions_and_cells_that_are_none():
    row = {
        "clip": "a", "overstriding": "yes", "overstriding@AB": "no", "overstriding@CD": "",
        "low_cadence@AB": "unsure", "low_cadence@CD": "maybe",
    }  # fmt: skip
    opinions, wrong = opinions_in(row, NAMES)
    assert opinions == {"overstriding": {"AB": "no"}, "low_cadence": {"AB": "unsure"}}
    assert wrong == {"low_cadence@CD": "maybe"}


@pytest.mark.parametrize(
    ("said", "label"),
    [
        (("yes",), True),
        (("no", "no"), False),
        (("yes", "unsure"), True),
        (("unsure",), None),
        (("yes", "no", "yes"), None),
        ((), None),
    ],
)
def test_what_labellers_agree_on(said, label):
    opinions = {f"L{number}": text for number, text in enumerate(said)}
    assert agreed_label(opinions) is label
    assert disagree(opinions) == ({"yes", "no"} <= set(said))


def manifest(tmp_path, *rows):
    header = "clip\turl\tsets\toverstriding\toverstriding@AB\toverstriding@CD"
    path = tmp_path / "manifest.tsv"
    lines = [f"{row[0]}\tsimulated:seed=1\tlabelled\t" + "\t".join(row[1:]) for row in rows]
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_the_manifest_s_own_column_decides_else_the_labellers(tmp_path):
    path = manifest(
        tmp_path,
        ("agreed", "", "yes", "yes"),
        ("torn", "", "yes", "no"),
        ("settled", "no", "yes", "no"),
        ("unsure", "", "unsure", ""),
    )
    clips = read_manifest(path, NAMES)
    assert [clip.labels for clip in clips] == [
        {"overstriding": True},
        {},
        {"overstriding": False},
        {},
    ]
    assert clips[1].opinions == {"overstriding": {"AB": "yes", "CD": "no"}}


def test_a_wrong_opinion_is_named(tmp_path):
    with pytest.raises(
        InputError, match=r"manifest.tsv:2: overstriding@CD: 'Yes': expected yes, no, unsure"
    ):
        read_manifest(manifest(tmp_path, ("a", "", "yes", "Yes")), NAMES)

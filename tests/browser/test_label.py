"""Somebody labels clips with the keyboard, in a browser."""

import pytest
from visits import Visit

from runform.files import write_json
from runform.manifest import read_manifest
from runform.present.label_page import write_label_page
from runform.simulate.recording import simulate_video

ABOUT = {
    "overstriding": {"title": "Overstriding", "definition": "the foot lands far ahead"},
    "bouncing": {"title": "Bouncing <script>alert(1)</script>", "definition": ""},
}
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'\u202e" + "x" * 10_000
ROWS = [f"c{n}\tsimulated:seed={n}\tlabelled\trunner{n}\t\t{HOSTILE}" for n in range(5)]
TEXT = "\n".join(["clip\turl\tsets\trunner\toverstriding\tnotes", "# mine", *ROWS]) + "\n"


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Two short films; the other clips have none."""
    folder = tmp_path_factory.mktemp("films") / "clips"
    folder.mkdir()
    for number in range(2):
        stem = folder / f"c{number}"
        simulate_video(
            f"simulated:seed={number}&duration_s=1&size=320x240",
            f"{stem}.mp4", f"{stem}.truth.npz", f"{stem}.json",
        )  # fmt: skip
    write_json(folder / "c2.json", {"status": "unavailable", "reason": f"gone {HOSTILE[:60]}"})
    return folder.parent


@pytest.fixture
def bench(films, tmp_path):
    """The page of a manifest, and the manifest."""
    manifest = tmp_path / "my.tsv"
    manifest.write_bytes(TEXT.encode())
    page = films / "label.html"
    write_label_page(manifest, read_manifest(manifest, [*ABOUT]), ABOUT, films, page)
    return page, manifest


def start(context, page, initials="ab"):
    visit = Visit(context, page)
    if visit.value("document.activeElement.id") == "initials":
        visit.page.keyboard.type(initials)
        visit.page.keyboard.press("Enter")
    return visit


def press(visit, *keys):
    for key in keys:
        visit.page.keyboard.press(key)


def downloaded(visit, path):
    with visit.page.expect_download() as download:
        visit.page.click("#download")
    download.value.save_as(path)
    assert download.value.suggested_filename == "my.tsv"
    return path.read_bytes().decode()


def opinions(text, tmp_path):
    path = tmp_path / "read.tsv"
    path.write_bytes(text.encode())
    return {clip.clip: clip.opinions for clip in read_manifest(path, [*ABOUT]) if clip.opinions}


def test_labels_by_keys_outlive_the_browser_and_are_downloaded(browse, bench, tmp_path):
    page, _ = bench
    with browse(tmp_path / "profile") as context:
        visit = start(context, page)
        press(visit, "1", "n", "1", "1", "2", "n", "1", "1", "1", "n")
        assert visit.text("#count") == "3 of 5 clips labelled by AB"
        assert visit.text("#clip") == "c3"
    with browse(tmp_path / "profile") as context:
        visit = start(context, page)
        assert visit.text("#count") == "3 of 5 clips labelled by AB"
        assert visit.text("#clip") == "c3"
        text = downloaded(visit, tmp_path / "my.tsv.new")
        assert visit.complaints == []
        assert visit.strangers() == []
    assert opinions(text, tmp_path) == {
        "c0": {"overstriding": {"AB": "yes"}},
        "c1": {"overstriding": {"AB": "no"}, "bouncing": {"AB": "yes"}},
        "c2": {"overstriding": {"AB": "unsure"}},
    }
    before, after = TEXT.split("\n"), text.split("\n")
    assert after[1] == before[1]
    assert all(new.startswith(old) for old, new in zip(before, after, strict=True))


def test_a_browser_that_refuses_to_save_loses_no_label_before_the_download(browse, bench, tmp_path):
    refuses = """Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
    };"""
    with browse(tmp_path / "profile") as context:
        visit = start(context, bench[0])
        press(visit, "1", "n")
        context.add_init_script(refuses)
        visit = start(context, bench[0])
        press(visit, "1", "1", "n", "1", "1", "u")
        assert visit.text("#count") == "3 of 5 clips labelled by AB"
        assert visit.page.is_visible("#unkept")
        text = downloaded(visit, tmp_path / "new.tsv")
    assert opinions(text, tmp_path) == {
        "c0": {"overstriding": {"AB": "yes"}},
        "c1": {"overstriding": {"AB": "no"}},
        "c2": {"overstriding": {"AB": "yes"}},
    }


def test_undo_goes_back_to_the_clip_of_the_last_label(browse, bench, tmp_path):
    with browse(tmp_path / "profile") as context:
        visit = start(context, bench[0])
        press(visit, "1", "n", "1", "1", "n", "u")
        assert visit.text("#clip") == "c1"
        assert visit.text("#of-overstriding b") == "yes"
        press(visit, "u", "u", "u")
        assert visit.text("#clip") == "c0"
        assert visit.text("#count") == "0 of 5 clips labelled by AB"
        assert visit.text("#status") == "Nothing to undo."


def test_the_film_loops_slows_and_steps_by_frames(browse, bench, tmp_path):
    with browse(tmp_path / "profile") as context:
        visit = start(context, bench[0])
        visit.until("film.readyState >= 2 && !film.paused")
        press(visit, "s")
        assert visit.value("film.playbackRate") == 0.5
        press(visit, ".")
        visit.until("film.paused && !film.seeking")
        first = visit.value("film.currentTime")
        press(visit, ".")
        visit.until("!film.seeking")
        second = visit.value("film.currentTime")
        press(visit, ",")
        visit.until("!film.seeking")
        assert visit.value("film.currentTime") == pytest.approx(first, abs=1e-3)
        assert (second - first) % 1 == pytest.approx(1 / 30, abs=2e-3)


def test_a_clip_without_film_can_be_labelled_and_says_why(browse, bench, tmp_path):
    with browse(tmp_path / "profile") as context:
        visit = start(context, bench[0])
        visit.page.select_option("#jump", label="c2")
        assert "There is no film of this clip: gone <script>" in visit.text("#no-film")
        visit.page.click("#of-overstriding")
        assert visit.text("#of-overstriding b") == "yes"
        assert visit.complaints == []


def test_two_labellers_do_not_see_each_other(browse, bench, tmp_path):
    with browse(tmp_path / "profile") as context:
        visit = start(context, bench[0])
        press(visit, "1")
        visit.page.fill("#initials", "cd")
        visit.page.keyboard.press("Enter")
        assert visit.text("#clip") == "c0"
        assert visit.text("#of-overstriding b") == "–"
        press(visit, "1", "1")
        text = downloaded(visit, tmp_path / "new.tsv")
    assert opinions(text, tmp_path) == {"c0": {"overstriding": {"AB": "yes", "CD": "no"}}}


def test_a_manifest_that_changed_meanwhile_merges_and_conflicts_are_listed(browse, bench, tmp_path):
    page, manifest = bench
    with browse(tmp_path / "profile") as context:
        visit = start(context, page)
        press(visit, "1", "n", "1", "1", "n", "1")
        lines = TEXT.replace("runner3", "another").split("\n")
        newer = [
            lines[0] + "\toverstriding@AB", lines[1],
            *(row + ("\tunsure" if row.startswith("c0") else "\t") for row in lines[2:6]), "",
        ]  # fmt: skip
        manifest.write_text("\n".join(newer), encoding="utf-8")  # c4 is gone
        visit.page.set_input_files("#newer", manifest)
        visit.until("!conflicts.hidden")
        assert visit.text("#conflict-rows").split("\t")[:2] == ["c0", "overstriding@AB"]
        text = downloaded(visit, tmp_path / "a.tsv")
        assert "another" in text
        assert opinions(text, tmp_path)["c0"] == {"overstriding": {"AB": "unsure"}}
        assert opinions(text, tmp_path)["c1"] == {"overstriding": {"AB": "no"}}
        visit.page.click("text=Keep mine")
        visit.until("conflicts.hidden")
        text = downloaded(visit, tmp_path / "b.tsv")
        assert opinions(text, tmp_path)["c0"] == {"overstriding": {"AB": "yes"}}
        no_manifest = tmp_path / "none.tsv"
        no_manifest.write_text("clip\turl\na\n")
        visit.page.set_input_files("#newer", no_manifest)
        visit.until("document.getElementById('status').textContent.startsWith('none.tsv: line 2')")


def test_a_page_made_again_from_a_newer_manifest_takes_what_is_unsaved(browse, bench, tmp_path):
    page, manifest = bench
    with browse(tmp_path / "profile") as context:
        visit = start(context, page)
        press(visit, "1", "n", "1")
        manifest.write_text(TEXT.replace("# mine\n", ""), encoding="utf-8")
        write_label_page(manifest, read_manifest(manifest, [*ABOUT]), ABOUT, page.parent, page)
        visit = start(context, page)
        assert visit.text("#count") == "2 of 5 clips labelled by AB"
        saved = downloaded(visit, manifest)
        write_label_page(manifest, read_manifest(manifest, [*ABOUT]), ABOUT, page.parent, page)
        visit = start(context, page)
        assert visit.text("#unsaved") == "my.tsv has every label of this browser."
        assert downloaded(visit, tmp_path / "again.tsv") == saved


def test_two_thousand_clips(browse, films, tmp_path):
    manifest = tmp_path / "my.tsv"
    rows = "".join(f"k{n}\tsimulated:seed={n}\tlabelled\n" for n in range(2000))
    manifest.write_text(f"clip\turl\tsets\n{rows}")
    page = films / "many.html"
    write_label_page(manifest, read_manifest(manifest, [*ABOUT]), ABOUT, films, page)
    with browse(tmp_path / "profile") as context:
        visit = start(context, page)
        press(visit, "1", "n")
        assert visit.text("#count") == "1 of 2000 clips labelled by AB"
        assert visit.text("#clip") == "k1"
        assert opinions(downloaded(visit, tmp_path / "d.tsv"), tmp_path) == {
            "k0": {"overstriding": {"AB": "yes"}}
        }

import pytest

from runform.errors import InputError
from runform.manifest import clip_of_video, read_manifest, source_kind
from runform.parsing import parse_time_s

COLUMNS = [
    *("clip", "url", "start_s", "end_s", "sets", "runner"),
    *("overstriding", "view", "capture_fps", "subject", "sha256", "height_m", "speed_m_s"),
]
HEADER = "\t".join(COLUMNS)


def write(tmp_path, *rows, header=HEADER):
    path = tmp_path / "manifest.tsv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def row(clip="a", **cells):
    known = {"clip": clip, "url": "https://example.org/v", "sets": "corpus"} | cells
    return "\t".join(known.get(column, "") for column in COLUMNS)


def faults(tmp_path, *rows, **more):
    with pytest.raises(InputError) as caught:
        read_manifest(write(tmp_path, *rows, **more), ["overstriding"])
    return str(caught.value).replace(f"{tmp_path}/", "").split("\n")


def test_a_full_row(tmp_path):
    line = (
        "a-1\thttps://youtu.be/x\t1:02.5\t65\tlabelled, corpus\tjo\tyes\tleft\t240\t0.2,0.8\t"
        + "AB" * 32
        + "\t1.75\t3.2"
    )
    (clip,) = read_manifest(write(tmp_path, line), ["overstriding"])
    assert (clip.start_s, clip.end_s, clip.sets, clip.runner) == (
        62.5,
        65.0,
        ("labelled", "corpus"),
        "jo",
    )
    assert (clip.labels, clip.view, clip.capture_fps, clip.subject) == (
        {"overstriding": True},
        "left",
        240.0,
        (0.2, 0.8),
    )
    assert (clip.sha256, clip.height_m, clip.speed_m_s) == ("ab" * 32, 1.75, 3.2)
    assert (clip.kind, clip.line) == ("web", 2)


def test_blank_cells_say_nothing(tmp_path):
    (clip,) = read_manifest(write(tmp_path, row()), ["overstriding"])
    assert (clip.start_s, clip.labels, clip.view, clip.runner) == (None, {}, "", "a")


def test_notes_may_be_long(tmp_path):
    header, cells = f"{HEADER}\tnotes", row() + "\t" + "a" * 200_000
    assert read_manifest(write(tmp_path, cells, header=header), ["overstriding"])


def keypoint_rows(tmp_path, **cells):
    columns = [*COLUMNS, "keypoints", "fps", "width_px", "height_px"]
    text = "\t".join({"clip": "a", "sets": "corpus", **cells}.get(name, "") for name in columns)
    return write(tmp_path, text, header="\t".join(columns))


def test_keypoints_need_no_video(tmp_path):
    (tmp_path / "a.csv").touch()
    stated = {"fps": "59.94", "width_px": "1280", "height_px": "720"}
    (clip,) = read_manifest(keypoint_rows(tmp_path, keypoints="a.csv", **stated), ["overstriding"])
    assert (clip.kind, clip.source, clip.shared_receipt) == ("none", "", "")
    assert (clip.fps, clip.width_px, clip.height_px) == (59.94, 1280, 720)
    assert clip.keypoints == str(tmp_path / "a.csv")  # a file beside the manifest is meant first


def test_what_a_keypoint_file_may_say_itself(tmp_path):
    for name, columns in (("a.npz", {}), ("a.trc", {"width_px": "640", "height_px": "480"})):
        (tmp_path / name).touch()
        assert read_manifest(keypoint_rows(tmp_path, keypoints=name, **columns), ["overstriding"])
    (tmp_path / "b.csv").touch()
    (tmp_path / "b.receipt.json").touch()
    (clip,) = read_manifest(keypoint_rows(tmp_path, keypoints="b.csv"), ["overstriding"])
    assert clip.shared_receipt == str(tmp_path / "b.receipt.json")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"width_px": "640", "height_px": "480"}, "fps: '': expected a value: the row has no vid"),
        ({"fps": "30", "width_px": "640"}, "height_px: '': expected a value"),
        ({"fps": "30", "width_px": "6.5", "height_px": "480"}, "width_px: '6.5': expected a numb"),
        ({"fps": "30", "width_px": "640.5", "height_px": "480"}, "expected a whole number from"),
        (
            {"fps": "30", "width_px": "640", "height_px": "480", "start_s": "1"},
            "start_s: '1.0': expected blank: the row has no video to cut",
        ),
        ({"url": "https://x.org/v", "fps": "30"}, "fps: '30': expected blank: the video says it"),
    ],
)
def test_keypoints_without_video_that_say_too_little_or_too_much(tmp_path, cells, expected):
    (tmp_path / "a.csv").touch()
    with pytest.raises(InputError) as caught:
        read_manifest(keypoint_rows(tmp_path, keypoints="a.csv", **cells), ["overstriding"])
    assert expected in str(caught.value)


def test_the_folder_of_the_manifest_as_keypoints_is_a_fault_like_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = keypoint_rows(tmp_path, keypoints=".").name
    with pytest.raises(InputError, match=r"manifest\.tsv:2: fps: '': expected a value"):
        read_manifest(path, ["overstriding"])


def test_clips_of_one_video_share_its_source(tmp_path):
    path = write(tmp_path, row("a"), row("b", start_s="2"), row("c", url="https://example.org/w"))
    one, two, other = read_manifest(path, ["overstriding"])
    assert one.source == two.source != other.source
    assert one.source.startswith("web-")


@pytest.mark.parametrize(
    ("text", "seconds"), [("12.5", 12.5), ("1:02.5", 62.5), ("1:00:01", 3601), ("0", 0)]
)
def test_times(text, seconds):
    assert parse_time_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "kind"), [("a/b.mp4", "file"), ("HTTPS://x.org", "web"), ("simulated:seed=1", "sim")]
)
def test_kinds(text, kind):
    assert source_kind(text) == kind


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (row(clip="../etc"), "manifest.tsv:2: clip: '../etc': expected letters, digits"),
        (row(clip="-rf"), "manifest.tsv:2: clip: '-rf': expected letters"),
        (row(clip="a" * 65), "at most 64"),
        (row(start_s="ten"), "manifest.tsv:2: start_s: 'ten': expected seconds"),
        (row(start_s="-1"), "start_s: '-1': expected seconds"),
        (row(start_s="nan"), "start_s: 'nan': expected seconds"),
        (
            row(start_s="5", end_s="4"),
            "manifest.tsv:2: end_s: '4': expected a time after start_s (5)",
        ),
        (
            row(sets="train"),
            (
                "manifest.tsv:2: sets: 'train': expected one or more of corpus, labelled, test,"
                " professional"
            ),
        ),
        (row(url="ftp://x.org/a"), "manifest.tsv:2: url: 'ftp://x.org/a': expected an http"),
        (row(url="file:///etc/passwd"), "url: 'file:///etc/passwd': expected an http"),
        (row(url="--exec=rm"), "url: '--exec=rm': expected an http"),
        (row(url="nowhere.mp4"), "url: 'nowhere.mp4': expected a file that exists"),
        (row(url=""), "url: '': expected an http"),
        (row(overstriding="maybe"), "overstriding: 'maybe': expected yes, no or blank"),
        (row(view="above"), "view: 'above': expected one of left"),
        (row(capture_fps="fast"), "capture_fps: 'fast': expected a number from 1"),
        (row(subject="2,0"), "subject: '2,0': expected x,y with both in 0..1"),
        (row(sha256="abc"), "sha256: 'abc': expected 64 hex digits"),
        (row(speed_m_s="30"), "speed_m_s: '30': expected a number from 0.5 to 13"),
        (row(height_m="9"), "height_m: '9': expected a number from 0.5 to 2.6"),
        ("a\tb", "expected 13 tab-separated cells, found 2"),
    ],
)
def test_a_bad_cell_is_one_line_that_says_where_and_what(tmp_path, cells, expected):
    (line,) = faults(tmp_path, cells)
    assert expected in line


def test_every_fault_is_reported_not_only_the_first(tmp_path):
    assert len(faults(tmp_path, row(start_s="x"), row("b", sets="none"), row("A"), row("c"))) == 3


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("clip\turl", "manifest.tsv:1: sets: '': expected this column"),
        ("clip\turl\tsets\tsetz", "manifest.tsv:1: setz: 'setz': expected a known column"),
        ("clip\turl\tsets\turl", "manifest.tsv:1: url: 'url': expected each column once"),
    ],
)
def test_bad_header(tmp_path, header, expected):
    assert expected in faults(tmp_path, header=header)[0]


def test_no_rows_and_no_file(tmp_path):
    assert "at least one row" in faults(tmp_path)[0]
    with pytest.raises(InputError, match=r"none\.tsv: no such manifest"):
        read_manifest(tmp_path / "none.tsv")


def test_a_window_beyond_a_simulated_video(tmp_path):
    path = write(tmp_path, row(url="simulated:seed=1", end_s="9"))
    with pytest.raises(InputError, match=r"end_s: '9': expected a time within the video's 2 s"):
        read_manifest(path, ["overstriding"], lambda url: 2.0)


def test_a_video_outside_the_manifest_gets_a_row(tmp_path):
    video = tmp_path / "my run (1).mp4"
    video.touch()
    clip = clip_of_video(str(video))
    assert (clip.clip, clip.sets, clip.kind) == ("my-run-1", (), "file")
    assert clip_of_video(str(video), ["My-Run-1"]).clip == "my-run-1-video"
    assert clip_of_video("https://example.org/watch?v=x").kind == "web"
    with pytest.raises(InputError, match=r"video: 'none\.mp4': expected a file that exists"):
        clip_of_video("none.mp4")

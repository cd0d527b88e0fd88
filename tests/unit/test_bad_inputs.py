"""Bad manifests, configs, addresses and cookies, and the one line of answer, walked through one by
one.
"""

from pathlib import Path

import pytest
import yaml
from one_line import answer

from runform.acquire.client import Connection, cookie_options
from runform.acquire.filtering_proxy import AddressRefused, check_scheme, resolve
from runform.errors import InputError
from runform.manifest import clip_of_video, read_manifest
from runform.settings import check_settings
from runform.simulate.parameters import parse_simulated

REPOSITORY = Path(__file__).parents[2]
HEADER = (
    "clip\turl\tsets\trunner\toverstriding\tstart_s\tend_s\tview\tcapture_fps\tsubject\tsha256\t"
    "height_m\tkeypoints\trecorded_on"
)
DEFICIENCIES = ("overstriding",)
SIM = "simulated:seed=1"


def row(clip="a", url=SIM, sets="corpus", **cells):
    """One row of a manifest under `HEADER`."""
    cells |= {"clip": clip, "url": url, "sets": sets}
    return "\t".join(cells.get(name, "") for name in HEADER.split("\t"))


ROWS = {
    "id with a space": (row(clip="bad id"), "clip: 'bad id': expected letters, digits, _ and -"),
    "id that leaves its folder": (row(clip="../x"), "clip: '../x': expected letters, digits"),
    "id that is an option": (row(clip="-rf"), "clip: '-rf': expected letters, digits"),
    "id for a shell": (row(clip="$(id)"), "clip: '$(id)': expected letters, digits"),
    "id of another alphabet": (row(clip="läufer"), "clip: 'läufer': expected letters, digits"),
    "id too long": (row(clip="a" * 65), "expected letters, digits, _ and - only, at most 64"),
    "no id": (row(clip=""), "clip: '': expected letters, digits"),
    "id twice": (row() + "\n" + row(clip="A"), "clip: 'A': expected a unique id; line 2 has it"),
    "no address": (row(url=""), "url: '': expected an http:// or https:// address"),
    "address that is an option": (row(url="--exec=id"), "url: '--exec=id': expected an http"),
    "address of another scheme": (row(url="gopher://x/y"), "url: 'gopher://x/y': expected an http"),
    "ffmpeg's protocol": (
        row(url="concat:/etc/passwd|x"),
        "url: 'concat:/etc/passwd|x': expected an http",
    ),
    "a file by its address": (
        row(url="file:///etc/passwd"),
        "url: 'file:///etc/passwd': expected an http",
    ),
    "no such file": (
        row(url="videos/none.mp4"),
        "url: 'videos/none.mp4': expected a file that exists",
    ),
    "a name that no file can have": (
        row(url="a" * 300),
        f"url: '{'a' * 300}': expected a file that exists",
    ),
    "keypoints that no file can have": (
        row(keypoints="a" * 300),
        f"keypoints: '{'a' * 300}': expected a file that exists",
    ),
    "a folder for a file": (row(url="/tmp"), "url: '/tmp': expected a file that exists"),
    "no sets of that name": (row(sets="train"), "sets: 'train': expected one or more of corpus"),
    "a label that is neither": (
        row(overstriding="perhaps"),
        "overstriding: 'perhaps': expected yes, no or blank",
    ),
    "a label in capitals": (
        row(overstriding="Yes"),
        "overstriding: 'Yes': expected yes, no or blank",
    ),
    "a view from above": (row(view="top"), "view: 'top': expected one of left, right"),
    "a negative start": (row(start_s="-1"), "start_s: '-1': expected seconds (12.5) or mm:ss.s"),
    "a start in words": (row(start_s="ten"), "start_s: 'ten': expected seconds (12.5)"),
    "an end before the start": (
        row(start_s="1.5", end_s="1"),
        "end_s: '1': expected a time after start_s (1.5)",
    ),
    "an end beyond the video": (
        row(end_s="9"),
        "end_s: '9': expected a time within the video's 2 s",
    ),
    "no capture rate": (
        row(capture_fps="0"),
        "capture_fps: '0': expected a number from 1 to 10000",
    ),
    "a capture rate that is none": (
        row(capture_fps="nan"),
        "capture_fps: 'nan': expected a number from 1",
    ),
    "a subject outside the picture": (
        row(subject="1.5,0.2"),
        "subject: '1.5,0.2': expected x,y with both in 0..1",
    ),
    "a subject of one number": (row(subject="0.5"), "subject: '0.5': expected x,y"),
    "half a hash": (row(sha256="abc123"), "sha256: 'abc123': expected 64 hex digits"),
    "a day in another order": (
        row(recorded_on="14.6.2026"),
        "recorded_on: '14.6.2026': expected a day as year-month-day (2026-06-14)",
    ),
    "a height in cm": (row(height_m="178"), "height_m: '178': expected a number from 0.5 to 2.6"),
    "keypoints that are not there": (
        row(keypoints="none.json"),
        "keypoints: 'none.json': expected a file that exists",
    ),
    "a cell too few": (
        "a\t" + SIM,
        "row: 'a\\tsimulated:seed=1': expected 14 tab-separated cells, found 2",
    ),
    "commas for tabs": ("a,b,c", "row: 'a,b,c': expected 14 tab-separated cells, found 1"),
    "no rows": ("", "clip: '': expected at least one row"),
    "simulated, unknown key": (row(url="simulated:pace=9"), "'pace=9'"),
    "simulated, no number": (
        row(url="simulated:seed=x"),
        "a whole number, 0 or more, for seed, not 'x'",
    ),
    "simulated, out of range": (row(url="simulated:fps=1e6"), "fps from 5 to 1000, not 1e+06"),
    "simulated, key twice": (row(url="simulated:seed=1&seed=2"), "seed once, not twice"),
    "simulated, size in words": (row(url="simulated:size=big"), "WIDTHxHEIGHT in pixels"),
    "simulated, no such view": (row(url="simulated:view=top"), "view among front, left"),
    "simulated, too clear": (row(url="simulated:crossover=9"), "crossover from"),
    "simulated, endless": (
        row(url="simulated:duration_s=inf"),
        "a number for duration_s, not 'inf'",
    ),
}


def read(path):
    return read_manifest(path, DEFICIENCIES, lambda url: parse_simulated(url).duration_s)


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_of_the_manifest(tmp_path, name):
    bad, expected = ROWS[name]
    path = tmp_path / "manifest.tsv"
    path.write_text(f"{HEADER}\n{bad}\n")
    with pytest.raises(InputError) as caught:
        read(path)
    assert answer(caught).startswith(f"{path}:")
    assert expected in answer(caught)


MANIFESTS = {
    "empty": (b"", "clip: '': expected this column, which is missing"),
    "a column missing": (
        b"clip\turl\na\tsimulated:seed=1\n",
        "sets: '': expected this column, which is missing",
    ),
    "an unknown column": (
        b"clip\turl\tsets\tspeed\n",
        "speed: 'speed': expected a known column: clip, url",
    ),
    "a column twice": (b"clip\turl\tsets\tclip\n", "clip: 'clip': expected each column once"),
    "a spreadsheet": (b"PK\x03\x04\xff\xfe\x00", "cannot be read as UTF-8 text"),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_bad_manifest(tmp_path, name):
    content, expected = MANIFESTS[name]
    path = tmp_path / "manifest.tsv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(path)
    assert expected in str(caught.value).split("\n")[0]


def test_no_manifest_and_a_folder_for_one(tmp_path):
    for path, expected in (
        (tmp_path / "none.tsv", "no such manifest"),
        (tmp_path, "cannot be read"),
    ):
        with pytest.raises(InputError) as caught:
            read(path)
        assert expected in answer(caught)


SETTINGS = {
    "a misspelt key": ("folds: 4 ", "flods: 4 ", "fewshot.flods"),
    "a word for a number": (
        "folds: 4 ",
        "folds: four ",
        'fewshot.folds: "four": expected a whole number',
    ),
    "a fraction for a count": (
        "folds: 4 ",
        "folds: 4.5 ",
        "fewshot.folds: 4.5: expected a whole number",
    ),
    "one fold": ("folds: 4 ", "folds: 1 ", "fewshot.folds: 1: expected a number of at least 2"),
    "one inner fold": ("inner_folds: 3", "inner_folds: 1", "fewshot.inner_folds: 1: expected a"),
    "no draw": ("curve_draws: 10 ", "curve_draws: 0 ", "curve_draws: 0: expected a number of at"),
    "no neighbours": ("perplexity: 5.0 ", "perplexity: 0 ", "perplexity: 0: expected a number abo"),
    "a share above one": (
        "min_available: 0.5 ",
        "min_available: 50 ",
        "acquire.min_available: 50: expected a number of at most 1",
    ),
    "a negative size": (
        "min_height_px: 40 ",
        "min_height_px: -40 ",
        "pose.quality.min_height_px: -40: expected a number of at least 0",
    ),
    "an unknown network": (
        "model: blazepose ",
        "model: openpose ",
        'pose.model: "openpose": expected one of blazepose',
    ),
    "a word for yes": (
        "unswap: true ",
        "unswap: maybe ",
        'pose.repair.unswap: "maybe": expected true or false',
    ),
    "a set that is none": (
        "reports_for: [labelled] ",
        "reports_for: [all] ",
        'present.reports_for.0: "all": expected one of corpus',
    ),
    "text for a list": (
        "encoders: []",
        "encoders: random",
        'fewshot.encoders: "random": expected a list',
    ),
    "an unknown variant": (
        "variant: finetuned2d",
        "variant: best",
        'encoder.variant: "best": expected one of finetuned2d, anchored',
    ),
    "a direction that is none": (
        "direction: below",
        "direction: beneath",
        '"beneath": expected one of above, below',
    ),
    "an unknown key": ("manifest: config/manifest.tsv", "manifests: x", "did you mean manifest?"),
    "rate of nothing": (
        "rate_limit_kb_s: null ",
        "rate_limit_kb_s: 0 ",
        "acquire.connection.rate_limit_kb_s: 0: expected a number above 0",
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_bad_config(tmp_path, name):
    old, new, expected = SETTINGS[name]
    text = (REPOSITORY / "config/config.yaml").read_text()
    assert old in text
    path = tmp_path / "config.yaml"
    path.write_text(text.replace(old, new, 1))
    schema = yaml.safe_load((REPOSITORY / "workflow/schemas/config.schema.yaml").read_text())
    with pytest.raises(InputError) as caught:
        check_settings(yaml.safe_load(path.read_text()), schema, [path])
    for line in str(caught.value).split("\n"):
        assert ": expected " in line
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        *("ftp://a/b", "http:///x", "javascript:alert(1)", "http://[::1", "-o/x"),
        *("https://www..example.org/x.mp4", f"https://{'a' * 64}.org/x.mp4"),
    ],
)
def test_an_address_that_is_none(address):
    with pytest.raises(AddressRefused):
        check_scheme(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "[::1]",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
    ],
)
def test_an_address_of_the_inner_network(host):
    with pytest.raises(AddressRefused):
        resolve(f"http://{host}/video.mp4", allow_private_hosts=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(b"a=b\n", "expected '# Netscape"), (b"# HTTP Cookie File\nsecret\n", "expected 7 cells")],
)
def test_cookies_that_are_none(tmp_path, text, expected):
    path = tmp_path / "cookies.txt"
    path.write_bytes(text)
    with pytest.raises(InputError) as caught:
        cookie_options(Connection(cookies_file=str(path)))
    assert expected in answer(caught)
    assert "secret" not in answer(caught)


@pytest.mark.parametrize("video", ["", "-i", "none.mp4", "rtmp://a/b", "a\nb"])
def test_a_video_to_report_on_that_is_none(video):
    with pytest.raises(InputError) as caught:
        clip_of_video(video)
    assert answer(caught).startswith("video: ")
    assert ": expected " in answer(caught)

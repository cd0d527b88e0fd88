"""The manifest: one checked row per clip. Every error is one line, before any job starts."""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runform.errors import InputError
from runform.labellers import Opinions, agreed_label, labeller_of, opinions_in
from runform.parsing import (
    parse_date,
    parse_existing,
    parse_number,
    parse_point,
    parse_sha256,
    parse_time_s,
    parse_whole,
)

SETS = ("corpus", "labelled", "test", "professional")
VIEWS = ("left", "right", "front", "rear", "oblique")
REQUIRED_COLUMNS = ("clip", "url", "sets")
OPTIONAL_COLUMNS = (
    "start_s",
    "end_s",
    "runner",
    "view",
    "capture_fps",
    "subject",
    "sha256",
    "height_m",
    "speed_m_s",
    "recorded_on",
    "keypoints",
    "fps",
    "width_px",
    "height_px",
    "notes",
)
SIMULATED, WEB, LOCAL, NO_VIDEO = "sim", "web", "file", "none"
# What must be known of a clip without video, and the kinds of keypoint files that may say it.
PICTURE = ("fps", "width_px", "height_px")
SAYS = {".npz": PICTURE, ".trc": ("fps",)}

_CLIP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LABELLERS = "overstriding@AB"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


@dataclass(frozen=True)
class Clip:
    """One row. Times in seconds of the source video; blank cells are None or empty.

    recorded_on: day, as in 2026-06-14.
    fps, width_px, height_px: of keypoints without a video.
    labels: deficiency -> yes or no, as the study uses it.  opinions: deficiency -> labeller -> what
    she said (`runform.labellers`).
    """

    clip: str
    url: str
    sets: tuple[str, ...]
    runner: str
    start_s: float | None = None
    end_s: float | None = None
    labels: dict[str, bool] = field(default_factory=dict)
    opinions: dict[str, Opinions] = field(default_factory=dict)
    view: str = ""
    capture_fps: float | None = None
    subject: tuple[float, float] | None = None
    sha256: str = ""
    height_m: float | None = None
    speed_m_s: float | None = None
    recorded_on: str = ""
    keypoints: str = ""
    fps: float | None = None
    width_px: int | None = None
    height_px: int | None = None
    line: int = 0

    @property
    def kind(self) -> str:
        """Where the video comes from: `sim`, `web` or `file`; `none` for keypoints alone."""
        return source_kind(self.url) if self.url else NO_VIDEO

    @property
    def shared_receipt(self) -> str:
        """The receipt beside the keypoints of a shared study, empty where there is none."""
        beside = f"{os.path.splitext(self.keypoints)[0]}.receipt.json"
        return beside if self.keypoints and os.path.isfile(beside) else ""

    @property
    def source(self) -> str:
        """Key of the raw video: kind and a hash of the URL; clips of one video share it. Empty
        without a video.
        """
        if not self.url:
            return ""
        return f"{self.kind}-{hashlib.sha256(self.url.encode()).hexdigest()[:16]}"


def source_kind(url: str) -> str:
    """`sim` for simulated:…, `web` for http(s), `file` for a local path; else ValueError."""
    scheme = _SCHEME.match(url)
    if scheme is None:
        return LOCAL
    kinds = {"simulated": SIMULATED, "http": WEB, "https": WEB}
    if scheme[1].lower() not in kinds:
        raise ValueError("an http:// or https:// address, a local path, or simulated:<parameters>")
    return kinds[scheme[1].lower()]


def check_url(url: str) -> None:
    """ValueError that says what was expected, unless `url` is of a known kind and valid."""
    if not url or url.startswith("-") or any(ord(letter) < 32 for letter in url):
        raise ValueError("an http:// or https:// address, a local path, or simulated:<parameters>")
    if source_kind(url) == LOCAL and not os.path.isfile(url):
        raise ValueError("a file that exists, relative to the folder snakemake runs in")


def clip_of_video(
    url: str,
    taken: Sequence[str] = (),
    capture_fps: float | None = None,
    height_m: float | None = None,
    speed_m_s: float | None = None,
) -> Clip:
    """A row for one video that stands in no manifest, in no set; its id is made from its name and
    is none of `taken`.

    InputError for a bad `url`.
    """
    try:
        check_url(url)
    except ValueError as error:
        raise InputError(f"video: {url!r}: expected {error}") from None
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(url.rstrip("/")).stem).strip("-_")[:48] or "video"
    while name.lower() in map(str.lower, taken):
        name += "-video"
    return Clip(
        clip=name,
        url=url,
        sets=(),
        runner=name,
        capture_fps=capture_fps,
        height_m=height_m,
        speed_m_s=speed_m_s,
    )


def read_manifest(
    path: str | Path,
    deficiencies: Sequence[str] = (),
    check_simulated: Callable[[str], float | None] | None = None,
) -> list[Clip]:
    """All rows of the TSV at `path`, in file order.

    deficiencies: names of the label columns that may stand in the file.
    check_simulated: given a `simulated:` URL, returns its length in s or raises ValueError whose
    message is what was expected.
    Raises InputError whose message has one line per error: file, line, column, value, what was
    expected.
    """
    reader = _Reader(Path(path), tuple(deficiencies), check_simulated)
    clips = reader.read()
    if reader.errors:
        raise InputError("\n".join(reader.errors))
    return clips


class _Reader:
    """Reads row by row and gathers errors instead of stopping at the first."""

    def __init__(self, path, deficiencies, check_simulated) -> None:
        self.path, self.deficiencies, self.check_simulated = path, deficiencies, check_simulated
        self.errors: list[str] = []
        self.line = 0

    def add_error(self, column: str, value: str, expected: str) -> None:
        self.errors.append(f"{self.path}:{self.line}: {column}: {value!r}: expected {expected}")

    def read(self) -> list[Clip]:
        """The clips; `errors` has the errors of their rows. InputError for an unreadable file."""
        try:
            text = self.path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise InputError(
                f"{self.path}: no such manifest: expected a TSV file, see config/README.md"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{self.path}: cannot be read as UTF-8 text ({error})") from None
        rows = (line.split("\t") for line in text.splitlines())
        header = [name.strip() for name in next(rows, [])]
        self.line = 1
        self._check_header(header)
        if self.errors:
            return []
        clips, lines = [], {}
        for self.line, cells in enumerate(rows, start=2):
            if not any(cell.strip() for cell in cells) or cells[0].startswith("#"):
                continue
            if len(cells) != len(header):
                self.add_error(
                    "row",
                    "\t".join(cells)[:60],
                    f"{len(header)} tab-separated cells, found {len(cells)}",
                )
                continue
            clip = self._clip(dict(zip(header, (cell.strip() for cell in cells), strict=True)))
            before = lines.setdefault(clip.clip.lower(), self.line)
            if before != self.line:
                self.add_error(
                    "clip", clip.clip, f"a unique id; line {before} has it (case does not count)"
                )
            clips.append(clip)
        self.line = 1
        if not clips and not self.errors:
            self.add_error("clip", "", "at least one row")
        return clips

    def _check_header(self, header: list[str]) -> None:
        columns = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS, *self.deficiencies)
        for name in REQUIRED_COLUMNS:
            if name not in header:
                self.add_error(name, "", "this column, which is missing")
        for position, name in enumerate(header):
            if name not in columns and not labeller_of(name, self.deficiencies):
                expected = (
                    f"a known column: {', '.join(columns)}, or a labeller's, such as {_LABELLERS}"
                )
                self.add_error(name, name, expected)
            elif name in header[:position]:
                self.add_error(name, name, "each column once")

    def _clip(self, row: dict[str, str]) -> Clip:
        window = [self._parse(row, column, parse_time_s) for column in ("start_s", "end_s")]
        labels, opinions = self._labels(row)
        clip = Clip(
            clip=row["clip"],
            url=row["url"],
            sets=self._sets(row["sets"]),
            runner=row.get("runner", "") or row["clip"],
            start_s=window[0],
            end_s=window[1],
            labels=labels,
            opinions=opinions,
            view=self._one_of(row, "view", VIEWS),
            capture_fps=self._parse(row, "capture_fps", lambda text: parse_number(text, 1, 10_000)),
            subject=self._parse(row, "subject", parse_point),
            sha256=self._parse(row, "sha256", parse_sha256) or "",
            height_m=self._parse(row, "height_m", lambda text: parse_number(text, 0.5, 2.6)),
            speed_m_s=self._parse(row, "speed_m_s", lambda text: parse_number(text, 0.5, 13)),
            recorded_on=self._parse(row, "recorded_on", parse_date) or "",
            keypoints=self._parse(row, "keypoints", self._existing) or "",
            fps=self._parse(row, "fps", lambda text: parse_number(text, 1, 1000)),
            width_px=self._parse(row, "width_px", lambda text: parse_whole(text, 16, 16384)),
            height_px=self._parse(row, "height_px", lambda text: parse_whole(text, 16, 16384)),
            line=self.line,
        )
        if not _CLIP_ID.fullmatch(clip.clip):
            self.add_error(
                "clip",
                clip.clip,
                "letters, digits, _ and - only, at most 64, starting with a letter or digit",
            )
        if clip.start_s is not None and clip.end_s is not None and clip.end_s <= clip.start_s:
            self.add_error("end_s", row["end_s"], f"a time after start_s ({row['start_s']})")
        if clip.url or not row.get("keypoints"):
            self._check_url(clip)
        elif clip.keypoints:
            self._check_without_video(clip)
        return clip

    def _existing(self, text: str) -> str:
        return parse_existing(text, self.path.parent)

    def _parse(self, row, column, parse):
        text = row.get(column, "")
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.add_error(column, text, str(error))
            return None

    def _sets(self, text: str) -> tuple[str, ...]:
        names = tuple(name for name in re.split(r"[,\s]+", text) if name)
        for name in names:
            if name not in SETS:
                expected = f"one or more of {', '.join(SETS)}, separated by commas"
                self.add_error("sets", name, expected)
        return names

    def _labels(self, row) -> tuple[dict[str, bool], dict[str, Opinions]]:
        """Labels and opinions of a row. A deficiency's own column decides; where it is blank,
        what the labellers agree on.
        """
        opinions, wrong = opinions_in(row, self.deficiencies)
        for column, text in wrong.items():
            self.add_error(column, text, "yes, no, unsure or blank")
        labels = {name: agreed_label(of_clip) for name, of_clip in opinions.items()}
        for name in self.deficiencies:
            text = row.get(name, "")
            if text not in ("", "yes", "no"):
                self.add_error(name, text, "yes, no or blank")
            elif text:
                labels[name] = text == "yes"
        return {name: label for name, label in labels.items() if label is not None}, opinions

    def _one_of(self, row, column, allowed) -> str:
        text = row.get(column, "")
        if text and text not in allowed:
            self.add_error(column, text, f"one of {', '.join(allowed)}, or blank")
        return text

    def _check_without_video(self, clip: Clip) -> None:
        for column in ("start_s", "end_s", "sha256"):
            if value := getattr(clip, column):
                self.add_error(column, f"{value}", "blank: the row has no video to cut")
        suffix = Path(clip.keypoints).suffix.lower()
        said = PICTURE if clip.shared_receipt else SAYS.get(suffix, ())
        for column in PICTURE:
            if getattr(clip, column) is None and column not in said:
                self.add_error(column, "", "a value: the row has no video that says it")

    def _check_url(self, clip: Clip) -> None:
        duration_s = None
        try:
            check_url(clip.url)
            if clip.kind == SIMULATED and self.check_simulated:
                duration_s = self.check_simulated(clip.url)
        except ValueError as error:
            self.add_error("url", clip.url, str(error))
        for column in PICTURE:
            if getattr(clip, column) is not None:
                self.add_error(column, f"{getattr(clip, column):g}", "blank: the video says it")
        for column in ("start_s", "end_s"):
            value = getattr(clip, column)
            if duration_s is not None and value is not None and value > duration_s + 1e-6:
                self.add_error(column, f"{value:g}", f"a time within the video's {duration_s:g} s")

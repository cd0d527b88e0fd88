"""Every page of a finished study in a browser: accessible, valid, asking for nothing but its own
files; and two films compared in step.
"""

import json
import re
import shutil
import subprocess
import sys

import pytest
from visits import Visit

from runform.present.pages import write_pdf, write_single_file

pytestmark = pytest.mark.xdist_group("study")

PAGES = (
    "report.html",
    "runners/runner01/report.html",
    "map.html",
    "label.html",
    "comparisons/runner01/runner03/report.html",
    "comparisons/runner01/pro01/report.html",
    "runners/runner01/single_file.html",
    "comparisons/runner01/runner03/single_file.html",
)
DAYS = {"runner01": "2026-05-01", "runner03": "2026-06-14"}  # of one runner, in `results`


@pytest.fixture(scope="module")
def results(study, tmp_path_factory):
    """Results of the small study, with the pages of `make label` and `make compare` and pages in
    one file; two of its clips are said to be of one runner, on two days.
    """
    folder = tmp_path_factory.mktemp("pages") / "project"
    shutil.copytree(study.folder, folder, symlinks=True)
    project = type(study).__new__(type(study))
    project.folder = folder
    manifest = folder / "config/manifest.tsv"
    header, *rows = [line.split("\t") for line in manifest.read_text().splitlines()]
    for row in rows:
        row.append(DAYS.get(row[0], ""))
        if row[-1]:
            row[header.index("runner")] = "anna"
    lines = ["\t".join(row) for row in [[*header, "recorded_on"], *rows]]
    manifest.write_text("\n".join(lines) + "\n")
    pages = [page for page in PAGES if page != "label.html" and "single_file" not in page]
    project.snakemake(*(f"results/{page}" for page in pages))
    tool = ["workflow/tools/write_label_page.py", "results", "config/config.yaml"]
    subprocess.run([sys.executable, *tool], cwd=folder, check=True)
    tool = ["workflow/tools/print_summary.py", "results", *DAYS, "--single-file"]
    subprocess.run([sys.executable, *tool], cwd=folder, check=True)
    runner = folder / "results/runners/runner01"
    write_single_file(runner / "report.html", runner / "single_file.html")
    return folder / "results"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_asks_for_nothing_else(browse, results, tmp_path, name, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with browse(tmp_path / "profile", color_scheme=scheme) as context:
        visit = Visit(context, results / name)
        for width in (390, 1300):
            visit.page.set_viewport_size({"width": width, "height": 800})
            visit.page.wait_for_timeout(300)
            violations = axe.run(visit.page).response["violations"]
            assert [
                (found["id"], [node["target"] for node in found["nodes"]]) for found in violations
            ] == []
        assert visit.strangers() == []
        assert visit.complaints == []


@pytest.mark.parametrize("width", [390, 1300])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_a_phone_and_a_screen(browse, results, tmp_path, name, width):
    size = {"width": width, "height": 800}
    with browse(tmp_path / "profile", viewport=size) as context:
        visit = Visit(context, results / name)
        assert visit.value("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_valid_html(results, name):
    html5lib = pytest.importorskip("html5lib")
    parser = html5lib.HTMLParser(strict=True)  # ends the test at the first fault
    parser.parse((results / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_foreign_runs_on_a_page(browse, results, tmp_path, name):
    with browse(tmp_path / "profile") as context:
        visit = Visit(context, results / name)
        visit.value(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.hacked = 1";
                document.body.append(script);
                document.body.insertAdjacentHTML("beforeend",
                    '<img src="data:image/png;base64,x" onerror="window.hacked = 1">');
                document.body.append(Object.assign(document.createElement("img"),
                    {src: "https://example.org/a.png"}));
            }"""
        )
        visit.page.wait_for_timeout(300)
        assert visit.value("window.hacked ?? null") is None
        assert sum("Content Security Policy" in line for line in visit.complaints) >= 3


def phases(visit):
    """Where each of the two films is in its strides."""
    return visit.value(
        """() => {
            const { films } = JSON.parse(document.getElementById("study").textContent);
            const videos = document.querySelectorAll(".pair video");
            return films.map(({ marks }, one) => strideClock.phaseAt(
                marks, videos[one].currentTime));
        }"""
    )


@pytest.mark.parametrize("file", ["report.html", "single_file.html"])
def test_two_films_step_and_play_in_phase(browse, results, tmp_path, file):
    with browse(tmp_path / "profile", viewport={"width": 1300, "height": 900}) as context:
        page = tmp_path / "elsewhere" / file
        shutil.copytree(results / "comparisons/runner01/runner03", page.parent)
        if file == "single_file.html":
            for film in page.parent.glob("*.mp4"):
                film.unlink()
        visit = Visit(context, page)
        settled = (
            "[...document.querySelectorAll('video')].every((v) => v.readyState > 1 && !v.seeking)"
        )
        visit.until(settled)
        for key in ("Period", "Period", "Comma", "ArrowRight", "ArrowRight"):
            visit.page.keyboard.press(key)
            visit.until(settled)
            one, other = phases(visit)
            assert one == pytest.approx(other, abs=0.02)
        assert one > 0
        visit.page.keyboard.press("Space")
        apart = []
        for _ in range(40):
            visit.page.wait_for_timeout(50)
            one, other = phases(visit)
            apart.append(abs(one - other))
        assert visit.value("[...document.querySelectorAll('video')].some((v) => !v.paused)")
        assert sorted(apart)[len(apart) // 2] < 0.06
        visit.page.keyboard.press("Space")
        visit.until(settled)
        one, other = phases(visit)
        assert one == pytest.approx(other, abs=0.02)
        assert visit.complaints == []


def test_a_point_of_the_map_shows_its_film_and_opens_its_report(browse, results, tmp_path):
    with browse(tmp_path / "profile", viewport={"width": 1300, "height": 900}) as context:
        visit = Visit(context, results / "map.html")
        assert visit.value("document.querySelectorAll('#map circle').length") >= 10
        point = visit.page.locator("#map a[href='runners/runner01/report.html'] circle")
        point.hover()
        assert "runner01" in visit.text("#shown")
        assert visit.value("film.getAttribute('src')") == "clips/runner01.mp4"
        visit.until("film.readyState > 1")
        before = visit.value("document.querySelector('#map circle').getAttribute('fill')")
        visit.page.select_option("#colour", "cadence_steps_min")
        inks = "[...document.querySelectorAll('#map circle')].map((c) => c.getAttribute('fill'))"
        assert len(set(visit.value(inks))) > 2
        assert before
        point.click()
        visit.page.wait_for_url("**/runners/runner01/report.html")
        assert visit.strangers() == []


def test_a_runner_s_page_leads_to_the_comparison_with_another_day_and_back(
    browse, results, tmp_path
):
    with browse(tmp_path / "profile") as context:
        visit = Visit(context, results / "runners/runner01/report.html")
        assert "Course over time" in visit.text("main")
        visit.page.click("text=from this clip to runner03")
        visit.page.wait_for_url("**/comparisons/runner01/runner03/report.html")
        assert "2026-06-14" in visit.text(".pair")
        visit.page.click(".pair >> text=runner01")
        visit.page.wait_for_url("**/runners/runner01/report.html")


def test_a_runner_s_page_prints_on_two_sheets_of_a4(browse, results, tmp_path):
    write_pdf(results / "runners/runner01/report.html", tmp_path / "report.pdf")
    printed = (tmp_path / "report.pdf").read_bytes()
    sheets = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", printed)
    assert [(round(float(w)), round(float(h))) for w, h in sheets] == [(595, 842)] * 2


def test_pages_of_clips_are_small(results):
    for page in (results / "runners").glob("*/report.html"):
        assert sum(file.stat().st_size for file in page.parent.iterdir()) < 8e6


def test_a_loop_on_the_map_chooses_clips(browse, results, tmp_path):
    with browse(tmp_path / "profile", viewport={"width": 1300, "height": 900}) as context:
        visit = Visit(context, results / "map.html")
        clips = "[...document.querySelectorAll('#rows th')].map((head) => head.textContent)"
        everyone = visit.value(clips)
        point = visit.page.locator("#map a[href='runners/runner01/report.html'] circle")
        box = point.bounding_box()
        x, y, reach = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"]
        visit.page.mouse.move(x - reach, y - reach)
        visit.page.mouse.down()
        for corner in ((1, -1), (1, 1), (-1, 1)):
            visit.page.mouse.move(x + reach * corner[0], y + reach * corner[1], steps=3)
        visit.page.mouse.up()
        chosen = visit.value(clips)
        assert "runner01" in chosen and len(chosen) < len(everyone)
        assert visit.value("list.value").split("\n") == chosen
        assert visit.page.url.endswith("map.html")  # a drag opens no report
        visit.page.fill("#search", "runner")
        kept = [clip for clip in chosen if clip.startswith("runner")]
        assert visit.value(clips) == kept
        visit.page.focus("#all")
        visit.page.keyboard.press("Enter")
        assert visit.value(clips) == everyone
        assert visit.value("list.value").split("\n") == everyone
        assert visit.complaints == []


def test_a_roster_of_many_clips_grows_as_it_is_scrolled(browse, results, tmp_path):
    page = (results / "map.html").read_text(encoding="utf-8")
    start, study, end = re.split(r'(?<=id="study">)(.*?)(?=</script>)', page, flags=re.DOTALL)
    study = json.loads(study)
    study["rows"] = [
        row | {"clip": f"{row['clip']}-{copy:02d}"} for copy in range(40) for row in study["rows"]
    ]
    many = tmp_path / "map.html"
    many.write_text(start + json.dumps(study) + end, encoding="utf-8")
    rows = "document.querySelectorAll('#rows tr').length"
    with browse(tmp_path / "profile", viewport={"width": 1300, "height": 900}) as context:
        visit = Visit(context, many)
        everyone = len(study["rows"])
        assert visit.text("#count") == f"{everyone} of {everyone} clips"
        assert visit.value(rows) < everyone
        assert len(visit.value("list.value").split("\n")) == everyone
        for _ in range(600):
            visit.value("document.querySelector('.roster').scrollTo(0, 1e6)")
            visit.page.wait_for_timeout(100)
            if visit.value(rows) == everyone:
                break
        assert visit.value(rows) == everyone
        assert visit.value("document.getElementById('more').hidden")
        assert visit.complaints == []


def test_the_roster_sorts_and_searches(browse, results, tmp_path):
    with browse(tmp_path / "profile", viewport={"width": 1300, "height": 900}) as context:
        visit = Visit(context, results / "map.html")
        clips = "[...document.querySelectorAll('#rows th')].map((head) => head.textContent)"
        assert visit.value(clips) == sorted(visit.value(clips))
        visit.page.click("th[data-key=clip] button")
        assert visit.value(clips) == sorted(visit.value(clips), reverse=True)
        assert visit.value("document.querySelector('[aria-sort]').dataset.key") == "clip"
        visit.page.fill("#search", "pro labelled")
        assert visit.value(clips) == []
        visit.page.fill("#search", "corpus0")
        assert all(clip.startswith("corpus0") for clip in visit.value(clips))
        assert visit.value("document.querySelectorAll('#map circle.faded').length") > 0
        visit.page.fill("#search", "")
        visit.page.click("th[data-key=cadence_steps_min] button")
        cells = visit.value(
            """() => {
                const heads = [...document.querySelectorAll("thead th")];
                const at = heads.findIndex((head) => head.dataset.key === "cadence_steps_min");
                return [...document.querySelectorAll("#rows tr")].map(
                    (row) => row.children[at].textContent);
            }"""
        )
        numbers = [float(cell) for cell in cells if cell != "–"]
        assert len(numbers) > 5
        assert numbers == sorted(numbers)

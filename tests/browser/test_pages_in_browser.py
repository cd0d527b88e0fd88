"""Every page of a finished study in a browser: accessible, valid, asking for nothing but its own
files; and two films compared in step.
"""

import shutil
import subprocess
import sys

import pytest
from visits import Visit

pytestmark = pytest.mark.xdist_group("study")

PAGES = (
    "report.html",
    "runners/runner01/report.html",
    "map.html",
    "label.html",
    "comparisons/runner01/runner03/report.html",
    "comparisons/runner01/pro01/report.html",
)


@pytest.fixture(scope="module")
def results(study, tmp_path_factory):
    """Results of the small study, with the pages of `make label` and `make compare`."""
    folder = tmp_path_factory.mktemp("pages") / "project"
    shutil.copytree(study.folder, folder, symlinks=True)
    project = type(study).__new__(type(study))
    project.folder = folder
    targets = [f"results/{page}" for page in PAGES if page.startswith("comparisons")]
    project.snakemake(*targets)
    tool = ["workflow/tools/write_label_page.py", "results", "config/config.yaml"]
    subprocess.run([sys.executable, *tool], cwd=folder, check=True)
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
    parser = html5lib.HTMLParser(strict=True)
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


def test_two_films_step_and_play_in_phase(browse, results, tmp_path):
    with browse(tmp_path / "profile", viewport={"width": 1300, "height": 900}) as context:
        visit = Visit(context, results / "comparisons/runner01/runner03/report.html")
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

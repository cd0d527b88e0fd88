"""Pages in a real browser: Debian's Chromium, driven by playwright; skipped where it is missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runform.present.pages import find_browser

MISSING = "no browser test: apt-get install chromium; pip install -r envs/requirements-browser.txt"


@pytest.fixture(scope="session")
def chromium():
    """Playwright's handle of Chromium, and the program to launch; a skip where there is none."""
    program = find_browser()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip(MISSING)
    if not program:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        yield playwright.chromium, program


@pytest.fixture
def browse(chromium):
    """Call with a folder for the browser's profile to get a context that lives in a `with`; what
    the pages keep stays in the profile. More: options of the context, such as `color_scheme`.
    """
    kind, program = chromium

    @contextmanager
    def opened(profile: Path, **more) -> Iterator:
        options = {"executable_path": program, "args": ["--no-sandbox"], "accept_downloads": True}
        context = kind.launch_persistent_context(profile, **options | more)
        try:
            yield context
        finally:
            context.close()

    return opened

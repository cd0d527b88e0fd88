"""A visit to a page: what somebody sees there, and what the page asks for."""

from pathlib import Path


class Visit:
    """One page, and all that it asked for and complained about."""

    def __init__(self, context, file: Path):
        self.folder = file.parent.resolve()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        self.page.goto(file.resolve().as_uri())

    def _hear(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector).strip()

    def value(self, script: str):
        return self.page.evaluate(script)

    def until(self, script: str) -> None:
        """Wait for it. Playwright's own wait_for_function needs eval, which the pages forbid."""
        for _ in range(600):
            if self.value(script):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never true: {script}")

    def strangers(self) -> list[str]:
        """Addresses that were asked for and do not lie in the page's own folder."""
        allowed = (f"{self.folder.as_uri()}/", "data:", f"blob:{self.folder.as_uri()[:4]}")
        return [url for url in self.requests if not url.startswith(allowed)]

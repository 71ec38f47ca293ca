"""What every part of `./run bench page` stands on: the real site, its scripted model, and Chromium."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

from tests.clients.catalog import chromium
from tests.databases import Template
from tests.serving import serving
from tests.site import Site, python
from tests.upstream import Upstream

_OBSERVE = """
window.longTasks = [];
new PerformanceObserver(list => {
    for (const task of list.getEntries()) window.longTasks.push([task.startTime, task.duration]);
}).observe({type: "longtask", buffered: true});
"""


@dataclass(frozen=True)
class Stage:
    """Each part comes as a person of its own, so that none finds what another left."""

    site: Site
    upstream: Upstream
    browser: Browser

    @contextmanager
    def page(self, name: str) -> Iterator[Page]:
        """The chat page, wide as a laptop's, in a fresh profile where `name` has signed in."""
        person = self.site.user(name)
        context = self.browser.new_context(viewport={"width": 1280, "height": 800}, locale="en")
        page = context.new_page()
        page.add_init_script(_OBSERVE)
        page.goto(f"{self.site.url}/accounts/login/")
        page.locator("[name=login]").fill(person.email)
        page.locator("[name=password]").fill(person.password)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(f"{self.site.url}/")
        settle(page)
        yield page
        context.close()

    def fill(self, module: str, name: str, count: int) -> str:
        """Rows straight into the database of `name`; what the module printed."""
        return python(self.site.env, "-m", module, self.site.user(name).email, str(count)).strip()


@contextmanager
def stage() -> Iterator[Stage]:
    """Until all parts are done."""
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as name, Upstream() as upstream:
        made = Path(name) / "template"
        made.mkdir()
        settings = {"CHATSITE_MODELS": "bench"}
        with (
            serving(Template(made), Path(name) / "data", upstream, settings=settings) as site,
            sync_playwright() as play,
        ):
            browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            try:
                yield Stage(site, upstream, browser)
            finally:
                browser.close()


def settle(page: Page) -> None:
    """Until everything that is fetched unasked is there."""
    expect(composer(page)).to_be_visible()
    page.wait_for_load_state("networkidle")


def composer(page: Page) -> Any:
    return page.locator(".composer textarea")


def metrics(chrome: CDPSession) -> dict[str, float]:
    """What Chromium counts of the page, after `Performance.enable`."""
    return {metric["name"]: metric["value"] for metric in chrome.send("Performance.getMetrics")["metrics"]}


def spelled(milliseconds: list[float]) -> str:
    return " ".join(f"{ms:.0f}" for ms in milliseconds) or "none"

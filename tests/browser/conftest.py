"""The page in a real Chromium, at a real site on SQLite, with the scripted upstream as its model.

A process of their own (`./run test` sees to it): pytest-playwright's event loop breaks asyncio tests that come after.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests import browsing
from tests.browser.tab import Tab
from tests.databases import Template
from tests.people import Person
from tests.site import Site
from tests.upstream import Upstream

NewTab = Callable[..., Tab]
SignedIn = dict[tuple[str, str], StorageState]

expect.set_options(timeout=45_000)  # on two busy cores

# What browsers say of connections that were cut on purpose, and of plain HTTP, is not a fault of the page, unless it
# goes on and on.
_EXPECTED = ("net::ERR_", "WebSocket connection to", "status of 4", "status of 5", "Cross-Origin-Opener-Policy")
_MOST_EXPECTED = 40

# Fixtures of both folders with a browser.
browser_type_launch_args, standing = browsing.browser_type_launch_args, browsing.standing


@pytest.fixture
def template(sqlite_template: Template) -> Template:
    """The page does not know which database is behind it: one is enough."""
    return sqlite_template


@pytest.fixture
def home(request: pytest.FixtureRequest, upstream: Upstream) -> Site:
    """The site of the test: its own when it takes `site`, else the standing one, without conversations."""
    if "site" in request.fixturenames:
        own: Site = request.getfixturevalue("site")
        return own
    standing: Site = request.getfixturevalue("standing")
    for name in ("alice", "charlie"):
        _delete_conversations(standing.url, standing.user(name))
    return standing


def _delete_conversations(url: str, person: Person) -> None:
    while rows := requests.get(f"{url}/api/conversations", headers=person.headers).json()["conversations"]:
        for row in rows:
            requests.delete(f"{url}/api/conversations/{row['convGroupId']}", headers=person.headers)


@pytest.fixture(scope="session")
def signed_in() -> SignedIn:
    """Cookies of who signed in before: the site rightly slows down who signs in sixty times."""
    return {}


@pytest.fixture
def new_tab(home: Site, browser: Browser, signed_in: SignedIn) -> Iterator[NewTab]:
    """Makes tabs: `new_tab("alice")` is signed in, in a browser profile of its own; `context=` shares one.

    At the end each tab must have been free of script errors and refused policies, and nobody have called in a loop.
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def make(name: str = "alice", context: BrowserContext | None = None, **options: Any) -> Tab:
        if context is None:
            options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US"} | options
            context = browser.new_context(storage_state=signed_in.get((home.url, name)), **options)
            contexts.append(context)
        page = context.new_page()
        _listen(page, said)
        tab = Tab(page, home.url)
        if (home.url, name) in signed_in:
            tab.open()
        elif name:
            tab.sign_in(home.user(name))
            signed_in[home.url, name] = context.storage_state()
        return tab

    yield make
    for context in contexts:
        context.close()
    assert [text for text in said if not any(words in text for words in _EXPECTED)] == []
    assert len(said) <= _MOST_EXPECTED, said


def _listen(page: Page, said: list[str]) -> None:
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)


@pytest.fixture
def tab(new_tab: NewTab) -> Tab:
    """Alice's, on a new conversation."""
    return new_tab()


@pytest.fixture
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of the states go: CHATSITE_SCREENSHOTS, to look at them, else a temporary folder."""
    folder = Path(os.environ.get("CHATSITE_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder

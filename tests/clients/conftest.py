"""A site that stands for all tests here, alice signed in at it with a browser, and readers for every client."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests import browsing
from tests.browser.tab import Tab
from tests.chat import Chat
from tests.clients.catalog import CLIENTS, FOLDER, Client
from tests.clients.lab import bundle
from tests.clients.stage import Stage
from tests.site import Site
from tests.upstream import Upstream

NO_PACKAGES = "The clients are not installed: `./run test`, or `npm ci` in tests/clients/"

# Fixtures of both folders with a browser.
browser_type_launch_args, standing = browsing.browser_type_launch_args, browsing.standing


@pytest.fixture(scope="session")
def stage(standing: Site, playwright: Playwright, browser_type_launch_args: dict[str, Any]) -> Iterator[Stage]:
    """Cookies know no ports: who is signed in at the site is so at a proxy before it."""
    if not (FOLDER / "node_modules").is_dir():
        pytest.fail(NO_PACKAGES)
    # Not the plugin's `browser`: its name would stand in every test's id, which __main__.py reads.
    with playwright.chromium.launch(**browser_type_launch_args) as browser:
        alice, nobody = browser.new_context(), browser.new_context()
        tab = Tab(alice.new_page(), standing.url)
        tab.sign_in(standing.user("alice"))
        tab.page.close()
        yield Stage(standing, alice, nobody, bundle())


@pytest.fixture(params=CLIENTS, ids=str)
def client(request: pytest.FixtureRequest) -> Client:
    """Each of them."""
    found: Client = request.param
    return found


@pytest.fixture
def alice(standing: Site, upstream: Upstream) -> Chat:
    """The same person with no client at all."""
    return Chat(standing.url, standing.user("alice"))

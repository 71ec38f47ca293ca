"""A site that stands for all tests here, alice signed in at it with a browser, and readers for every client."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.chat import Chat
from tests.clients.catalog import CLIENTS, FOLDER, Client, chromium
from tests.clients.lab import bundle
from tests.clients.stage import Stage
from tests.databases import Template
from tests.site import Site
from tests.upstream import Upstream

NO_PACKAGES = "The clients are not installed: `./run test`, or `npm ci` in tests/clients/"


@pytest.fixture(scope="session")
def own_browser(playwright: Playwright) -> Iterator[Browser]:
    """The machine's Chromium. Not the plugin's `browser`, which is as the first test of the process wants it."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # root has no sandbox
    running = playwright.chromium.launch(executable_path=chromium(), args=sandbox)
    yield running
    running.close()


@pytest.fixture(scope="session")
def site(
    sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory, upstream_process: Upstream
) -> Iterator[Site]:
    """The tests leave it standing."""
    data = tmp_path_factory.mktemp("clients") / "data"
    env = {"OPENAI_BASE_URL": upstream_process.base_url, "OPENAI_API_KEY": "sk-upstream"}
    with sqlite_template.copy(data) as url, Site(data, url, env, sqlite_template.people) as running:
        yield running


@pytest.fixture(scope="session")
def stage(site: Site, own_browser: Browser) -> Iterator[Stage]:
    """Cookies know no ports: who is signed in at the site is so at a proxy before it."""
    if not (FOLDER / "node_modules").is_dir():
        pytest.fail(NO_PACKAGES)
    alice, nobody = own_browser.new_context(), own_browser.new_context()
    _sign_in(alice, site)
    yield Stage(site, alice, nobody, bundle())
    alice.close()
    nobody.close()


def _sign_in(context: BrowserContext, site: Site) -> None:
    person, page = site.user("alice"), context.new_page()
    page.goto(f"{site.url}/accounts/login/")
    page.locator("[name=login]").fill(person.email)
    page.locator("[name=password]").fill(person.password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"{site.url}/")
    page.close()


@pytest.fixture(params=CLIENTS, ids=str)
def client(request: pytest.FixtureRequest) -> Client:
    """Each of them."""
    found: Client = request.param
    return found


@pytest.fixture
def alice(site: Site, upstream: Upstream) -> Chat:
    """The same person with no client at all."""
    return Chat(site.url, site.user("alice"))

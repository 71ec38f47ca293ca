"""WCAG 2.2 AA as axe-core judges it: every page and state, light and dark, wide and narrow."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.browser.test_settings import SECTIONS, as_new, visit
from tests.browser.test_states import PHONE, TEXT
from tests.people import Person
from tests.site import Site
from tests.upstream import Upstream

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
MENU = "[role=menu]:popover-open"  # alone: what it covers is too small for a finger as long as it is open
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone-light": {**PHONE, "color_scheme": "light"},
    "phone-dark": {**PHONE, "color_scheme": "dark"},
}


@pytest.fixture(params=LOOKS)
def options(request: pytest.FixtureRequest) -> dict[str, Any]:
    return LOOKS[request.param]


@pytest.fixture
def alice(home: Site) -> Person:
    return home.user("alice")


@pytest.fixture
def tab(new_tab: NewTab, options: dict[str, Any], alice: Person) -> Tab:
    return as_new(new_tab(**options), alice.key)


def violations(page: Page, within: str = "html") -> list[str]:
    """Each as "rule: the first element it is about"; what fades in is judged when it is there."""
    page.evaluate("""() => Promise.allSettled(document.getAnimations()
        .filter(one => Number.isFinite(one.effect?.getComputedTiming().endTime)).map(one => one.finished))""")
    page.evaluate(AXE)
    found = page.evaluate(
        "([within, tags]) => axe.run(within, {runOnly: tags, resultTypes: ['violations']})", [within, list(RULES)]
    )
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:160]} {violation['nodes'][0]['failureSummary'][:200]}"
        for violation in found["violations"]
    ]


def answered(tab: Tab, upstream: Upstream) -> None:
    """A long answer with everything Markdown has."""
    upstream.default(text=TEXT, reasoning=4)
    tab.composer.fill("周末去苏州，两个人。")
    tab.send_button.click()
    tab.wait_until_ended()


PAGES = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nowhere")


@pytest.mark.parametrize("path", PAGES)
def test_pages_before_sign_in(path: str, home: Site, new_tab: NewTab, options: dict[str, Any]) -> None:
    page = new_tab("", **options).page
    page.goto(f"{home.url}{path}")
    assert violations(page) == []
    if "accounts/login" in path:
        page.locator("[name=login]").fill("nobody@example.org")
        page.locator("[name=password]").fill("not their password")
        page.locator("button.primary").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert violations(page) == []


@pytest.mark.parametrize("path", ["/accounts/password/change/", "/accounts/logout/", "/connect"])
def test_pages_of_the_account(path: str, home: Site, new_tab: NewTab, options: dict[str, Any]) -> None:
    page = new_tab("admin", **options).page
    page.goto(f"{home.url}{path}")
    assert violations(page) == []


def test_the_empty_page(tab: Tab) -> None:
    assert violations(tab.page) == []


def test_an_answer_and_all_that_opens_from_it(tab: Tab, upstream: Upstream, options: dict[str, Any]) -> None:
    answered(tab, upstream)
    assert violations(tab.page) == []
    for button in tab.page.locator("main button[aria-haspopup=menu]:visible").all():
        button.click()
        expect(tab.page.get_by_role("menu")).to_be_visible()
        assert violations(tab.page, MENU) == []
        tab.page.keyboard.press("Escape")
    tab.answer.locator("summary").first.click()
    assert violations(tab.page) == []


def test_the_sidebar_its_menus_and_its_dialogs(tab: Tab, upstream: Upstream, options: dict[str, Any]) -> None:
    answered(tab, upstream)
    if options.get("is_mobile"):
        tab.button("Show conversations").click()
    expect(tab.rows.first).to_be_visible()
    assert violations(tab.page) == []
    tab.rows.first.focus()
    for button in tab.page.locator("nav button[aria-haspopup=menu]").all():
        button.click(force=True)
        expect(tab.page.get_by_role("menu")).to_be_visible()
        assert violations(tab.page, MENU) == []
        tab.page.keyboard.press("Escape")


def test_an_answer_that_failed(tab: Tab, upstream: Upstream) -> None:
    upstream.default(status=429)
    tab.composer.fill("Are you there?")
    tab.send_button.click()
    expect(tab.answer.locator(".ending.failed")).to_be_visible()
    assert violations(tab.page) == []


def test_an_answer_under_way(tab: Tab, upstream: Upstream) -> None:
    upstream.default(text=TEXT, gate="middle", after=60)
    tab.composer.fill("周末去苏州")
    tab.send_button.click()
    expect(tab.text).to_contain_text("arrive")
    assert violations(tab.page) == []
    upstream.open("middle")
    tab.wait_until_ended()


def test_without_a_network_and_signed_out(tab: Tab) -> None:
    tab.page.route("**/api/chat", lambda route: route.fulfill(status=401, json={"code": 40103, "msg": "no"}))
    tab.composer.fill("These words are kept.")
    tab.send_button.click()
    expect(tab.page.locator(".warn")).to_be_visible()
    assert violations(tab.page) == []


def test_a_conversation_that_there_is_not(tab: Tab) -> None:
    tab.page.goto(f"{tab.url}/c/00000000-0000-7000-8000-000000000009")
    expect(tab.page.get_by_role("alert")).to_be_visible()
    assert violations(tab.page) == []


@pytest.mark.parametrize("section", SECTIONS)
def test_the_settings(section: str, tab: Tab) -> None:
    found = visit(tab, section)
    for state in _STATES.get(section, []):
        assert violations(tab.page) == []
        state(found)
    assert violations(tab.page) == []


def _open(section: Any) -> None:
    section.locator("button.primary").click()
    expect(section.locator("form")).to_be_visible()


def _refused(section: Any) -> None:
    section.locator("button.primary").click()
    expect(section.get_by_role("alert")).to_be_visible()


def _made(section: Any) -> None:
    section.locator("input").first.fill("laptop")
    section.locator("button.primary").click()
    expect(section.locator(".secret")).to_be_visible()


def _revoking(section: Any) -> None:
    section.locator("li button").first.click()
    expect(section.page.get_by_role("dialog")).to_be_visible()


_STATES: dict[str, list[Callable[[Any], None]]] = {
    "prompts": [_open, _refused],
    "keys": [_open, _refused, _made, _revoking],
}

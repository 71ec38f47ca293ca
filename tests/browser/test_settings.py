"""The settings: every section does what it says, and what it changes is true on every device."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.browser.test_states import LOOKS, PHONE, Look
from tests.site import Site
from tests.upstream import prompt

SECTIONS = ("profile", "language", "appearance", "model", "prompts", "keys", "data")
PLAIN = {"name": "alice", "language": "", "theme": "system", "defaultModel": None}


def call(tab: Tab, method: str, path: str, body: Any = None) -> Any:
    """What the API says to who is signed in there."""
    token = next(cookie["value"] for cookie in tab.page.context.cookies() if cookie["name"] == "csrftoken")
    headers = {"X-CSRFToken": token}
    answer = tab.page.request.fetch(f"{tab.url}/api{path}", method=method, data=body, headers=headers)
    assert answer.ok, answer.text()
    return answer.json() if answer.body() else None


def as_new(tab: Tab, key: str) -> Tab:
    """The standing site remembers what other tests had her like; the key of the tests stays."""
    call(tab, "PATCH", "/me", PLAIN)
    for row in call(tab, "GET", "/prompts")["prompts"]:
        call(tab, "DELETE", f"/prompts/{row['id']}")
    for row in call(tab, "GET", "/keys")["keys"]:
        if not key.startswith(row["prefix"]):
            call(tab, "DELETE", f"/keys/{row['id']}")
    tab.open()
    return tab


@pytest.fixture
def tab(home: Site, new_tab: NewTab) -> Tab:
    return as_new(new_tab(), home.user("alice").key)


def visit(tab: Tab, section: str) -> Locator:
    """The section, once it shows what there is."""
    tab.page.goto(f"{tab.url}/settings/{section}")
    found = tab.page.locator("main.settings section").first
    expect(found.locator(".lead")).to_be_visible()
    expect(tab.page.locator("main.settings")).to_be_visible()
    return found


def saved(page: Page) -> None:
    expect(page.locator("main.settings").get_by_text("Saved", exact=True)).to_be_visible()


def test_the_account_menu_leads_there_and_back(tab: Tab) -> None:
    tab.ask(prompt(text="words"))
    tab.wait_until_ended()
    conversation = tab.page.url
    tab.button("Account").click()
    tab.page.get_by_role("menuitem", name="Settings").click()
    expect(tab.page).to_have_url(f"{tab.url}/settings")
    expect(tab.page.get_by_role("heading", name="Profile")).to_be_visible()
    tab.page.get_by_role("link", name="API keys").click()
    expect(tab.page).to_have_url(f"{tab.url}/settings/keys")
    expect(tab.page.get_by_role("heading", name="API keys")).to_be_focused()
    expect(tab.page).to_have_title("API keys · Settings · chatsite")
    tab.page.go_back()
    expect(tab.page.get_by_role("heading", name="Profile")).to_be_visible()
    tab.button("Back to the chat").click()
    expect(tab.page).to_have_url(conversation)
    expect(tab.text).to_have_text("words")


def test_a_section_that_there_is_not_is_said_to_be_none(tab: Tab) -> None:
    tab.page.goto(f"{tab.url}/settings/teapot")
    expect(tab.page.get_by_role("heading", name="There is no such page in the settings.")).to_be_visible()


def test_the_settings_are_loaded_when_they_are_wanted(tab: Tab) -> None:
    def scripts() -> list[str]:
        found: list[str] = tab.page.evaluate("performance.getEntriesByType('resource').map(({name}) => name)")
        return [name for name in found if "/Settings-" in name]

    assert scripts() == []
    visit(tab, "profile")
    assert scripts() != []


def test_a_new_name_greets(tab: Tab) -> None:
    section = visit(tab, "profile")
    expect(section.get_by_text("alice@example.org")).to_be_visible()
    section.get_by_label("Name").fill("  ")
    section.get_by_role("button", name="Save").click()
    expect(section.get_by_role("alert")).to_have_text("Write a name first.")
    section.get_by_label("Name").fill("Alice B.")
    section.get_by_role("button", name="Save").click()
    saved(tab.page)
    expect(tab.button("Account")).to_contain_text("Alice B.")
    tab.open()
    expect(tab.page.locator(".welcome")).to_contain_text("Alice B.")


def test_the_password_is_changed_on_a_page_of_its_own(tab: Tab) -> None:
    visit(tab, "profile").get_by_role("link", name="Change password").click()
    expect(tab.page).to_have_url(f"{tab.url}/accounts/password/change/")


def test_the_language_is_that_of_the_user_on_every_device(tab: Tab, new_tab: NewTab) -> None:
    other = new_tab()
    section = visit(tab, "language")
    expect(section.get_by_label("Same as the browser")).to_be_checked()
    expect(section.get_by_text("Here that is English.")).to_be_visible()
    with tab.page.expect_navigation():
        section.get_by_label("简体中文").click()
    expect(tab.page.get_by_role("heading", name="语言")).to_be_visible()
    expect(tab.page.get_by_label("简体中文")).to_be_checked()
    other.page.reload()
    expect(other.page.locator("html")).to_have_attribute("lang", "zh-hans")
    other.page.goto(f"{other.url}/accounts/password/change/")
    expect(other.page.get_by_role("heading", name="修改密码")).to_be_visible()
    visit(tab, "language")
    with tab.page.expect_navigation():
        tab.page.get_by_label("跟随浏览器").click()
    expect(tab.page.get_by_role("heading", name="Language")).to_be_visible()


def test_another_language_ends_no_temporary_chat(tab: Tab) -> None:
    tab.button("Temporary chat").click()
    tab.ask(prompt(text="Secret."))
    tab.wait_until_ended()
    there = tab.wait_until_named()
    tab.button("Account").click()
    tab.page.get_by_role("menuitem", name="Settings").click()
    tab.page.get_by_role("link", name="Language").click()
    with tab.page.expect_navigation():
        tab.page.get_by_label("English", exact=True).click()
    expect(tab.page.get_by_role("heading", name="Language")).to_be_visible()
    tab.button("Back to the chat").click()
    expect(tab.page).to_have_url(f"{tab.url}/c/{there}")
    expect(tab.text).to_have_text("Secret.")
    expect(tab.page.get_by_text("Temporary chat: in no list")).to_be_visible()


def test_the_theme_is_seen_at_once_in_this_browser_and_without_a_flash_elsewhere(tab: Tab, new_tab: NewTab) -> None:
    beside, elsewhere = new_tab(context=tab.page.context), new_tab()
    with tab.page.expect_response("**/api/me"):
        visit(tab, "appearance").get_by_label("Dark").check()
    for page in (tab.page, beside.page):
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(page.locator("body")).to_have_css("background-color", "rgb(25, 24, 22)")
    saved(tab.page)
    expect(elsewhere.page.locator("html")).to_have_attribute("data-theme", "system")
    # As it is served, before any script: there is no moment of other colours.
    served = elsewhere.page.request.get(elsewhere.url).text()
    assert 'data-theme="dark"' in served.partition("<body")[0]
    elsewhere.page.reload()
    expect(elsewhere.page.locator("body")).to_have_css("background-color", "rgb(25, 24, 22)")
    # Signing out leaves it to the browser.
    elsewhere.page.context.clear_cookies()
    elsewhere.page.goto(f"{elsewhere.url}/accounts/login/")
    expect(elsewhere.page.locator("body")).to_have_css("background-color", "rgb(25, 24, 22)")


def test_a_theme_that_the_server_cannot_keep_is_undone_and_said(tab: Tab) -> None:
    section = visit(tab, "appearance")
    tab.page.route("**/api/me", lambda route: route.fulfill(status=503, json={"code": 50301, "msg": "no"}))
    section.get_by_text("Dark").click()
    expect(section.get_by_role("alert")).to_contain_text("cannot store anything")
    expect(tab.page.locator("html")).to_have_attribute("data-theme", "system")


def test_new_conversations_begin_with_the_default_model(tab: Tab, home: Site) -> None:
    mine = requests.get(f"{home.url}/api/models", headers=home.user("alice").headers).json()["models"]
    theirs = {"id": "gone", "name": "Another one", "provider": "p", "description": "", "demo": False, "default": False}
    models = {"models": [*mine, theirs | {"capabilities": []}]}
    tab.page.route("**/api/models", lambda route: route.fulfill(json=models))
    section = visit(tab, "model")
    expect(section.get_by_label("Whatever this site suggests")).to_be_checked()
    section.get_by_text("Another one").click()
    # The server knows what it offers.
    expect(section.get_by_role("alert")).to_contain_text("not available any more")
    section.locator(f"[value='{mine[0]['id']}']").check()
    saved(tab.page)
    # What was used last in this browser.
    tab.page.evaluate("localStorage.setItem(`model:${document.querySelector('meta[name=user]').content}`, 'gone')")
    tab.open()
    expect(tab.page.locator(".model-choice")).to_contain_text(mine[0]["name"])


class TestPrompts:
    def test_one_is_made_changed_deleted_and_brought_back(self, tab: Tab) -> None:
        section = visit(tab, "prompts")
        expect(section.get_by_text("No prompts yet.")).to_be_visible()
        section.get_by_role("button", name="New prompt").click()
        expect(section.get_by_label("Name")).to_be_focused()
        section.get_by_role("button", name="Save the prompt").click()
        expect(section.get_by_role("alert")).to_have_text("Write a name and a text first.")
        section.get_by_label("Name").fill("review")
        section.get_by_label("Text").fill("Read this as a strict reviewer:\n\n")
        section.get_by_role("button", name="Save the prompt").click()
        expect(section.get_by_text("/review")).to_be_visible()
        expect(section.get_by_role("button", name="New prompt")).to_be_focused()

        section.get_by_role("button", name="Edit “review”").click()
        section.get_by_label("Name").fill("strict review")
        section.get_by_role("button", name="Save the prompt").click()
        expect(section.get_by_text("/strict review")).to_be_visible()

        section.get_by_role("button", name="New prompt").click()
        section.get_by_label("Name").fill("strict review")
        section.get_by_label("Text").fill("another")
        section.get_by_role("button", name="Save the prompt").click()
        expect(section.get_by_role("alert")).to_have_text("You already have a prompt of this name.")
        section.get_by_role("button", name="Cancel").click()

        section.get_by_role("button", name="Delete “strict review”").click()
        expect(section.get_by_text("No prompts yet.")).to_be_visible()
        tab.button("Undo").click()
        expect(section.get_by_text("/strict review")).to_be_visible()
        tab.page.reload()
        expect(section.get_by_text("/strict review")).to_be_visible()

    def test_what_cannot_be_loaded_can_be_tried_again(self, tab: Tab) -> None:
        tab.page.route("**/api/prompts", lambda route: route.abort())
        section = visit(tab, "prompts")
        expect(section.get_by_role("alert")).to_contain_text("The site cannot be reached.")
        tab.page.unroute("**/api/prompts")
        section.get_by_role("button", name="Try again").click()
        expect(section.get_by_text("No prompts yet.")).to_be_visible()


class TestKeys:
    def test_a_new_one_is_shown_once_and_its_example_works_until_it_is_revoked(self, tab: Tab) -> None:
        tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        section = visit(tab, "keys")
        section.get_by_role("button", name="New key").click()
        section.get_by_role("button", name="Create the key").click()
        expect(section.get_by_role("alert")).to_have_text("Write a name and tick what the key may do.")
        expect(section.get_by_label("Administer")).to_have_count(0)
        section.get_by_label("Name").fill("nightly report")
        section.get_by_label("Expires").select_option(label="In 30 days")
        section.get_by_role("button", name="Create the key").click()

        expect(section.get_by_role("heading", name="Your new key")).to_be_focused()
        section.get_by_role("button", name="Copy the key").click()
        secret = tab.page.evaluate("navigator.clipboard.readText()")
        assert secret == section.locator(".secret").inner_text()
        section.get_by_role("button", name="Copy the command").click()
        command = tab.page.evaluate("navigator.clipboard.readText()")
        assert "[DONE]" in run(command)

        section.get_by_role("button", name="Done").click()
        row = section.locator("li", has_text="nightly report")
        expect(row).to_contain_text(secret[:10])
        expect(row).to_contain_text("Read + Chat")
        assert secret not in tab.page.content()
        tab.page.reload()
        expect(row).to_contain_text("Last used this minute")
        row.get_by_role("button", name="Revoke “nightly report”").click()
        tab.page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(row).to_have_count(0)
        assert "40103" in run(command)

    def test_a_key_to_read_has_an_example_that_reads_and_may_last(self, tab: Tab) -> None:
        section = visit(tab, "keys")
        section.get_by_role("button", name="New key").click()
        section.get_by_label("Name").fill("reader")
        section.get_by_label("Chat").uncheck()
        section.get_by_label("Expires").select_option(label="Never")
        section.get_by_role("button", name="Create the key").click()
        assert '"conversations"' in run(section.locator("pre").inner_text())
        made = next(key for key in call(tab, "GET", "/keys")["keys"] if key["name"] == "reader")
        assert (made["scopes"], made["expires"]) == (["read"], None)

    def test_it_expires_when_it_was_said_to(self, tab: Tab) -> None:
        section = visit(tab, "keys")
        section.get_by_role("button", name="New key").click()
        section.get_by_label("Name").fill("short")
        section.get_by_label("Expires").select_option(label="In 7 days")
        section.get_by_role("button", name="Create the key").click()
        expect(section.locator("li", has_text="short")).to_be_visible()
        made = next(key for key in call(tab, "GET", "/keys")["keys"] if key["name"] == "short")
        days = (datetime.fromisoformat(made["expires"]) - datetime.now(UTC)).total_seconds() / 86400
        assert 6.9 < days < 7.1


def run(command: str) -> str:
    """Output of what a person pastes into a terminal."""
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def test_one_sees_how_much_is_kept(tab: Tab) -> None:
    tab.ask(prompt(text="words"))
    tab.wait_until_ended()
    section = visit(tab, "data")
    expect(section.locator("dd")).to_have_text(["1", "0", "2"])


@pytest.fixture(params=LOOKS, ids=lambda look: look.name)
def look(request: pytest.FixtureRequest) -> Look:
    found: Look = request.param
    return found


def test_every_section_is_designed(look: Look, home: Site, new_tab: NewTab, screenshots: Path) -> None:
    tab = as_new(new_tab(**look.options), home.user("alice").key)
    chinese = "zh" in look.name
    for name, content in _PROMPTS[chinese]:
        call(tab, "POST", "/prompts", {"name": name, "content": content})

    def shot(state: str) -> None:
        tab.wait_until_still()
        tab.page.screenshot(path=screenshots / f"{look.name}-settings-{state}.png")
        assert tab.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert tab.page.locator("main .primary:visible").count() <= 1
        assert tab.page.evaluate(_SMALL) == []

    if look.options.get("is_mobile"):
        tab.page.goto(f"{tab.url}/settings")
        expect(tab.page.locator("main.settings nav")).to_be_visible()
        shot("list")
    for section in SECTIONS:
        found = visit(tab, section)
        for awaited in _AWAITED.get(section, ()):
            expect(found.locator(awaited).first).to_be_visible()
        shot(section)
    _open_forms(tab, shot, chinese)


_AWAITED = {"model": ("label + label",), "prompts": ("li",), "keys": ("li",), "data": ("dd",)}
_PROMPTS = {
    False: [("review", "Read this as a strict reviewer. List what is wrong, worst first, and what to do about it.")],
    True: [("审稿", "请以严格审稿人的眼光阅读下面的文字，按严重程度列出问题，并给出修改建议。")],
}


def _open_forms(tab: Tab, shot: Callable[[str], None], chinese: bool) -> None:
    section = visit(tab, "prompts")
    section.locator("button.primary").click()
    shot("prompt-new")
    section = visit(tab, "keys")
    section.locator("button.primary").click()
    shot("key-new")
    section.locator("input").first.fill("每日报告" if chinese else "nightly report")
    section.locator("button.primary").click()
    expect(section.locator(".secret")).to_be_visible()
    shot("key-made")
    section.locator("li button").first.click()
    expect(tab.page.get_by_role("dialog")).to_be_visible()
    tab.wait_until_still()


# What a finger points at and is smaller than 44 px; a radio or a box has its label.
_SMALL = """() => !matchMedia("(pointer: coarse)").matches ? [] :
    [...document.querySelectorAll("main button, main a, main label:has(input), main input:not([type]), main select")]
        .filter(node => node.checkVisibility({visibilityProperty: true}))
        .map(node => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
        .map(([html]) => html)"""


def test_on_a_phone_the_list_leads_to_a_section_and_back(new_tab: NewTab) -> None:
    tab = new_tab(**PHONE)
    tab.page.goto(f"{tab.url}/settings")
    expect(tab.page.get_by_role("heading", name="Profile")).to_be_hidden()
    tab.page.get_by_role("link", name="API keys").tap()
    expect(tab.page.get_by_role("heading", name="API keys")).to_be_visible()
    expect(tab.page.get_by_role("link", name="Language")).to_be_hidden()
    tab.page.get_by_role("link", name="All settings").tap()
    expect(tab.page.get_by_role("link", name="Language")).to_be_visible()

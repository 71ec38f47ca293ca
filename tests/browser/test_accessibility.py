"""WCAG 2.2 AA as axe-core judges it: every page and state, wide and narrow, light and dark.

A test goes through the states of one tab and calls `judge` in each.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Locator, expect

from tests.browser.axe import COLOURS, SCHEMES, Judge, dialog, menus, violations
from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.browser.test_outbox import offline
from tests.browser.test_plug import doctor, panel, pull
from tests.browser.test_settings import SECTIONS, as_new, call, visit
from tests.browser.test_states import NOBODYS, PHONE, RICH, TEXT, limit, stop_a_story
from tests.browser.test_writing import Drag, attach, chips, png
from tests.people import Person
from tests.site import Site
from tests.upstream import Upstream, prompt

WIDTHS: dict[str, dict[str, Any]] = {"wide": {}, "phone": PHONE}


@pytest.fixture(params=WIDTHS)
def options(request: pytest.FixtureRequest) -> dict[str, Any]:
    return WIDTHS[request.param]


@pytest.fixture
def alice(home: Site) -> Person:
    return home.user("alice")


@pytest.fixture
def tab(new_tab: NewTab, options: dict[str, Any], alice: Person) -> Tab:
    return as_new(new_tab(**options), alice.key)


@pytest.fixture
def judge() -> Iterator[Judge]:
    judge = Judge()
    yield judge
    assert judge.found == []


def close(tab: Tab) -> None:
    tab.page.keyboard.press("Escape")
    expect(tab.page.get_by_role("dialog")).to_have_count(0)


def answered(tab: Tab, upstream: Upstream, text: str = TEXT) -> None:
    """A long answer."""
    upstream.default(text=text, reasoning=4, size=40, usage=True)
    tab.composer.fill("周末去苏州，两个人。")
    tab.send_button.click()
    expect(tab.text).to_be_visible()
    tab.wait_until_ended()


def sidebar(tab: Tab) -> None:
    """Shown, also where it is a sheet."""
    show = tab.button("Show conversations")
    if show.is_visible():
        show.click()
    expect(tab.page.locator("nav").first).to_be_visible()


# --- Pages of the server ---

OUTSIDE = (
    *("/accounts/login/", "/accounts/signup/", "/accounts/inactive/", "/nowhere"),
    *("/accounts/password/reset/", "/accounts/password/reset/key/1-nothing/", "/accounts/password/reset/key/done/"),
)


def test_pages_before_sign_in(home: Site, new_tab: NewTab, options: dict[str, Any], judge: Judge) -> None:
    page = new_tab("", **options).page
    for path in OUTSIDE:
        page.goto(f"{home.url}{path}")
        judge(page, path)
    page.goto(f"{home.url}/accounts/login/")
    page.locator("[name=login]").fill("nobody@example.org")
    page.locator("[name=password]").fill("not their password")
    page.locator("button.primary").click()
    expect(page.get_by_role("alert")).to_be_visible()
    judge(page, "sign-in refused")


def test_pages_of_the_account(home: Site, new_tab: NewTab, options: dict[str, Any], judge: Judge) -> None:
    page = new_tab("admin", **options).page
    for path in ("/accounts/password/change/", "/accounts/logout/", "/connect"):
        page.goto(f"{home.url}{path}")
        judge(page, path)


def test_the_first_visit(tmp_path: Path, browser: Browser, options: dict[str, Any], judge: Judge) -> None:
    site = Site(tmp_path / "data")
    site.manage("migrate --verbosity=0")
    with site, browser.new_context(**options, locale="en-US") as context:
        page = context.new_page()
        page.goto(f"{site.url}/setup")
        judge(page, "/setup")
        page.locator("[name=email]").fill("first@example.org")
        page.locator("[name=password]").fill("123")
        page.locator("button.primary").click()
        expect(page.locator(".field .error").first).to_be_visible()
        judge(page, "/setup refused")


def test_pages_of_a_provider(
    site: Site, new_tab: NewTab, options: dict[str, Any], upstream: Upstream, judge: Judge
) -> None:
    page = new_tab("admin", **options).page
    upstream.default(text="It works.")
    page.goto(f"{site.url}/connect?preset=own")
    page.locator("summary").click()
    judge(page, "connect")
    page.locator("[name=base_url]").fill("http://127.0.0.1:9")
    page.locator("button.primary").click()
    expect(page.get_by_role("alert")).to_be_visible()
    judge(page, "connect refused")
    page.locator("[name=base_url]").fill(upstream.base_url)
    page.locator("button.primary").click()
    page.wait_for_url(f"{site.url}/connect/*")
    for more in page.locator("summary").all():
        more.click()
    judge(page, "connected")
    page.locator("[data-test] button.primary").click()
    expect(page.locator("[data-test] .text")).to_have_text("It works.")
    expect(page.locator("[data-test] .summary")).not_to_be_empty()
    judge(page, "tried")
    upstream.default(status=401)
    page.locator("[data-test] button.primary").click()
    expect(page.locator("[data-test] .problem")).to_be_visible()
    judge(page, "tried in vain")
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("button", name="Switch on")).to_be_visible()
    judge(page, "switched off")
    page.locator("[name=base_url]").fill("no address")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".field .error").first).to_be_visible()
    judge(page, "change refused")


# --- The empty page, and what opens from it ---


def test_the_empty_page_and_what_opens_over_it(tab: Tab, judge: Judge) -> None:
    judge(tab.page, "empty")
    tab.button("Temporary chat").click()
    judge(tab.page, "a temporary chat is about to begin")
    menus(tab, judge, tab.page.locator(".model-choice"))
    tab.button("System prompt and parameters").click()
    dialog(tab, judge, "parameters")
    close(tab)
    tab.page.keyboard.press("Shift+Escape")
    tab.page.keyboard.press("Control+k")
    dialog(tab, judge, "palette")
    tab.page.get_by_role("combobox").fill("nothing is called like this")
    expect(tab.page.get_by_text("Nothing of that name.")).to_be_visible()
    judge(tab.page, "palette without a hit")
    tab.page.get_by_role("combobox").fill("keyboard")
    tab.page.get_by_role("combobox").press("Enter")
    expect(tab.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    dialog(tab, judge, "help")


# --- The conversation ---


def test_an_answer_and_all_that_opens_from_it(tab: Tab, upstream: Upstream, judge: Judge) -> None:
    answered(tab, upstream, RICH)
    for drawn in ("math mfrac", "iframe.drawn", "table", ".hljs-keyword"):
        expect(tab.text.locator(drawn).first).to_be_visible()
    judge(tab.page, "answer")
    for scheme, _ in SCHEMES:
        tab.page.emulate_media(color_scheme=scheme)
        expect(tab.text.frame_locator("iframe").locator(f":root[style*='{scheme}'] svg")).to_be_visible()
        assert violations(tab.page.frames[-1], "html", COLOURS) == []
    menus(tab, judge, tab.page.locator("main button[aria-haspopup=menu]:visible"))
    tab.answer.locator("summary").first.click()
    judge(tab.page, "reasoning")
    tab.answer.get_by_role("button", name="More actions").click()
    tab.page.get_by_role("menuitem", name="Details").click()
    dialog(tab, judge, "details")


def test_a_rating_and_its_reasons(tab: Tab, upstream: Upstream, judge: Judge) -> None:
    answered(tab, upstream, "Words.")
    tab.button("Bad answer").click()
    tab.button("Too long").click()
    judge(tab.page, "reasons")
    tab.button("Send the reason").click()
    expect(tab.page.get_by_text("Thank you.")).to_be_visible()
    judge(tab.page, "rated")


@pytest.mark.parametrize("harmed", [False, True], ids=["nothing lost", "something lost"])
def test_the_plug(tab: Tab, upstream: Upstream, judge: Judge, harmed: bool) -> None:
    upstream.default(text=TEXT, gate="end", after=30)
    if harmed:
        doctor(tab, lambda text: text[:9])
    pull(tab)
    judge(tab.page, "plug")
    upstream.open("end")
    expect(panel(tab).locator("dl")).to_be_visible()
    judge(tab.page, "receipt")


def test_branches(tab: Tab, upstream: Upstream, judge: Judge) -> None:
    answered(tab, upstream, "One way.")
    question = tab.page.locator("article.question")
    question.get_by_role("button", name="Edit").click(force=True)
    field = question.get_by_role("textbox", name="Edit the message")
    expect(field).to_be_focused()
    judge(tab.page, "editing")
    field.fill("Another way, please.")
    tab.button("Save and send").click()
    expect(tab.button("All branches")).to_be_visible()
    tab.wait_until_ended()
    judge(tab.page, "branches")
    tab.button("All branches").click()
    dialog(tab, judge, "overview")
    close(tab)
    question.get_by_role("button", name="More actions").click(force=True)
    tab.page.get_by_role("menuitem", name="Delete").click()
    expect(tab.button("Undo")).to_be_visible()
    tab.button("Undo").focus()  # so that it stays
    judge(tab.page, "deleted")


def test_an_answer_under_way(tab: Tab, upstream: Upstream, judge: Judge) -> None:
    upstream.default(text=TEXT, reasoning=4, gate="middle", after=60)
    tab.composer.fill("周末去苏州")
    tab.send_button.click()
    expect(tab.text).to_contain_text("arrive")
    judge(tab.page, "streaming")
    upstream.open("middle")
    tab.wait_until_ended()


# --- The composer ---


def test_files_in_the_composer_and_in_a_message(
    tab: Tab, tmp_path: Path, judge: Judge, options: dict[str, Any]
) -> None:
    notes, picture, film = tmp_path / "notes.txt", tmp_path / "a picture.png", tmp_path / "film.mp4"
    notes.write_text("Seven swans swam.")
    picture.write_bytes(png())
    film.write_bytes(b"film")
    if options:  # nobody drags files over a phone
        attach(tab, notes)
    else:
        drag = Drag(tab.page, notes)
        drag.over()
        expect(tab.page.get_by_text("Drop to attach")).to_be_visible()
        judge(tab.page, "files held over the page")
        drag.send("drop")
    expect(tab.page.get_by_text("Drop to attach")).to_be_hidden()
    attach(tab, picture, film)
    expect(chips(tab)).to_have_count(3)
    expect(tab.page.locator(".composer progress")).to_have_count(0)
    judge(tab.page, "files, of which one is refused and one cannot be seen")
    for name in ("a picture.png", "film.mp4"):
        tab.button(f"Remove {name}").click()
    tab.composer.fill(prompt(text="Read."))
    tab.send_button.click()
    tab.wait_until_ended()
    judge(tab.page, "a message with a file")


def test_saved_prompts_in_the_composer(tab: Tab, judge: Judge) -> None:
    tab.composer.type("/")
    expect(tab.page.get_by_text("No saved prompts yet.")).to_be_visible()
    judge(tab.page, "no prompts")
    tab.composer.fill("")
    for name in ("review", "translate"):
        call(tab, "POST", "/prompts", {"name": name, "content": f"{name} {{{{what}}}}"})
    tab.open()
    tab.composer.type("/")
    expect(tab.page.get_by_role("option")).to_have_count(2)
    judge(tab.page, "prompts")


# --- The sidebar ---


def started(home: Site, person: Person, title: str, **fields: Any) -> None:
    """A conversation of that title, made by a program."""
    body: dict[str, Any] = {"request": prompt(text="The harbour at dawn."), "stream": False}
    made = requests.post(f"{home.url}/api/chat", json=body, headers=person.headers, timeout=60).json()
    address = f"{home.url}/api/conversations/{made['convGroupId']}"
    version = requests.get(address, headers=person.headers, timeout=60).json()["version"]
    changed = {"version": version, "title": title, **fields}
    assert requests.patch(address, json=changed, headers=person.headers, timeout=60).ok


@pytest.fixture
def library(home: Site, alice: Person, tab: Tab) -> Tab:
    """Conversations of every kind, on view."""
    folder = call(tab, "POST", "/folders", {"name": "Work"})["id"]
    kinds: dict[str, dict[str, Any]] = {
        "pinned one": {"pinned": True},
        "filed one": {"folder": folder},
        "archived one": {"archived": True},
        "plain one": {},
    }
    for title, fields in kinds.items():
        started(home, alice, title, **fields)
    tab.open()
    sidebar(tab)
    expect(tab.rows.first).to_be_visible()
    return tab


def test_the_sidebar_and_its_menus(library: Tab, judge: Judge) -> None:
    nav = library.page.locator("nav")
    nav.locator(".folder-head .name").click()
    expect(nav.get_by_text("filed one")).to_be_visible()
    judge(library.page, "list with pins and an open folder")
    menus(library, judge, nav.locator("button[aria-haspopup=menu]"))
    library.button("Archive").click()
    expect(nav.get_by_text("archived one")).to_be_visible()
    judge(library.page, "archive")
    menus(library, judge, nav.locator("li button[aria-haspopup=menu]"))


def test_the_dialogs_of_the_sidebar(library: Tab, judge: Judge) -> None:
    nav = library.page.locator("nav")

    def act(on: str, action: str) -> None:
        library.button(f"Actions for {on}").click(force=True)
        library.page.get_by_role("menuitem", name=action, exact=True).click()

    library.button("New folder").click()
    dialog(library, judge, "new folder")
    close(library)
    act("plain one", "Move to folder")
    dialog(library, judge, "move")
    close(library)
    act("Work", "Delete folder")
    dialog(library, judge, "delete the folder")
    close(library)
    act("plain one", "Rename")
    expect(nav.get_by_label("Title")).to_be_focused()
    judge(library.page, "rename")
    library.page.keyboard.press("Escape")
    act("plain one", "Delete")
    expect(library.button("Undo")).to_be_visible()
    library.button("Undo").focus()
    judge(library.page, "deleted")


def test_search(library: Tab, judge: Judge) -> None:
    field = library.page.get_by_role("textbox", name="Search all conversations")
    field.fill("harbour")
    expect(library.page.locator("#search-results mark").first).to_be_visible()
    judge(library.page, "hits")
    field.fill("nothing is called like this")
    expect(library.page.locator("#search-results").get_by_text("Nothing found")).to_be_visible()
    judge(library.page, "no hit")
    library.page.keyboard.press("Control+k")
    library.page.get_by_role("combobox").fill("harbour")
    expect(library.page.get_by_role("option").locator("mark").first).to_be_visible()
    judge(library.page, "hits in the palette")


def test_answers_that_ended_early(tab: Tab, upstream: Upstream, judge: Judge) -> None:
    stop_a_story(tab, upstream)
    expect(tab.answer.locator(".ending")).to_be_visible()
    judge(tab.page, "stopped")
    upstream.default(status=429)
    tab.answer.get_by_role("button", name="Regenerate", exact=True).click()
    expect(tab.answer.locator(".ending.failed")).to_be_visible()
    judge(tab.page, "failed")
    limit(tab)
    tab.composer.fill("one more")
    tab.send_button.click()
    expect(tab.answer.get_by_text("Not sent")).to_be_visible()
    judge(tab.page, "refused")


def test_without_a_network(tab: Tab, judge: Judge) -> None:
    offline(tab, True)
    tab.composer.fill("written in a tunnel")
    tab.send_button.click()
    expect(tab.page.locator(".warn")).to_be_visible()
    expect(tab.answer.locator(".waiting")).to_have_css("opacity", "1")
    judge(tab.page, "offline")


def test_signed_out(tab: Tab, judge: Judge) -> None:
    tab.page.route("**/api/chat", lambda route: route.fulfill(status=401, json={"code": 40103, "msg": "no"}))
    tab.composer.fill("These words are kept.")
    tab.send_button.click()
    expect(tab.page.locator(".warn")).to_be_visible()
    judge(tab.page, "signed out")


def test_conversations_that_do_not_open(tab: Tab, judge: Judge) -> None:
    tab.page.goto(f"{tab.url}/c/{NOBODYS}")
    expect(tab.page.get_by_role("alert")).to_be_visible()
    judge(tab.page, "not found")
    error = {"code": 50001, "msg": "Something went wrong."}
    tab.page.route("**/api/conversations/*", lambda route: route.fulfill(status=500, json=error))
    tab.page.reload()
    expect(tab.page.get_by_role("alert").get_by_role("button")).to_be_visible()
    judge(tab.page, "broken")


def test_the_settings(tab: Tab, judge: Judge) -> None:
    for section in SECTIONS:
        found = visit(tab, section)
        judge(tab.page, section)
        for state in _STATES.get(section, []):
            state(found)
            judge(tab.page, f"{section} {state.__name__}")


def _open(section: Locator) -> None:
    section.locator("button.primary").click()
    expect(section.locator("form")).to_be_visible()


def _refused(section: Locator) -> None:
    section.locator("button.primary").click()
    expect(section.get_by_role("alert")).to_be_visible()


def _written(section: Locator) -> None:
    section.locator("input").first.fill("review")
    section.locator("textarea").fill("Read this as a strict reviewer.")
    section.locator("button.primary").click()
    expect(section.locator("li")).to_have_count(1)


def _made(section: Locator) -> None:
    section.locator("input").first.fill("laptop")
    section.locator("button.primary").click()
    expect(section.locator(".secret")).to_be_visible()


def _revoking(section: Locator) -> None:
    section.locator("li button").first.click()
    expect(section.page.get_by_role("dialog")).to_be_visible()


_STATES: dict[str, list[Callable[[Locator], None]]] = {
    "prompts": [_open, _refused, _written],
    "keys": [_open, _refused, _made, _revoking],
}

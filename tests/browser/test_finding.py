"""Everything is found again: pins, folders, archive, undo, search, palette, keys, and lists of any length."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.site import Site, python
from tests.upstream import prompt

Write = Callable[[str, str], str]
_MANY = 230  # five pages

# The page's clock a day later.
_TOMORROW = """() => {
    const now = () => RealDate.now() + 86_400_000;
    const RealDate = Date;
    Date = class extends RealDate {
        constructor(...given) { given.length ? super(...given) : super(now()); }
        static now() { return now(); }
    };
}"""


@pytest.fixture
def write(home: Site) -> Write:
    """Starts a conversation of alice's as a program would: `write(question, answer)` waits for the end; its id."""

    def start(question: str, answer: str) -> str:
        body: dict[str, Any] = {"request": prompt(text=answer), "stream": False}
        done = requests.post(f"{home.url}/api/chat", json=body, headers=home.user("alice").headers, timeout=60).json()
        name = str(done["convGroupId"])
        _change(home, name, title=question)
        return name

    return start


def _change(site: Site, name: str, **fields: Any) -> None:
    """As another device of alice's does it, again when something else came in between."""
    address, headers = f"{site.url}/api/conversations/{name}", site.user("alice").headers
    status = 409
    while status == 409:
        version = requests.get(address, headers=headers, timeout=60).json()["version"]
        status = requests.patch(address, json={"version": version, **fields}, headers=headers, timeout=60).status_code
    assert status == 200


def _row(tab: Tab, title: str) -> Locator:
    return tab.page.locator("nav li", has_text=title)


def _choose(tab: Tab, title: str, action: str) -> None:
    """From the menu of a row."""
    _row(tab, title).hover()
    tab.button(f"Actions for {title}").click()
    tab.page.get_by_role("menuitem", name=action, exact=True).click()


def _section(tab: Tab, heading: str) -> Locator:
    return tab.page.locator("nav").get_by_role("region", name=heading, exact=True)


def test_a_pinned_conversation_stands_on_top_in_every_tab(tab: Tab, new_tab: NewTab, write: Write) -> None:
    second = new_tab(context=tab.page.context)
    write("keep this", "yes")
    write("newer", "no")
    _choose(tab, "keep this", "Pin")
    for one in (tab, second):
        expect(_section(one, "Pinned").locator("li a")).to_have_text(["keep this"])
        expect(_section(one, "Today").locator("li a")).to_have_text(["newer"])
    _choose(second, "keep this", "Unpin")
    expect(_section(tab, "Today").locator("li a")).to_have_count(2)


def test_folders_hold_conversations_and_give_them_back(tab: Tab, new_tab: NewTab, write: Write) -> None:
    second = new_tab(context=tab.page.context)
    write("quarter report", "done")
    _choose(tab, "quarter report", "Move to folder")
    dialog = tab.page.get_by_role("dialog")
    dialog.get_by_label("New folder").fill("Work")
    dialog.get_by_role("button", name="Create").click()
    for one in (tab, second):
        expect(one.rows).to_have_count(0)
        one.page.locator(".folder-head .name", has_text="Work").click()
        expect(_section(one, "Work").locator("li a")).to_have_text(["quarter report"])
    tab.page.locator(".folder-head").hover()
    tab.button("Actions for Work").click()
    tab.page.get_by_role("menuitem", name="Rename folder").click()
    dialog.get_by_label("Name of the folder").fill("Office")
    dialog.get_by_role("button", name="Rename").click()
    expect(_section(second, "Office")).to_be_visible()
    second.page.locator(".folder-head").hover()
    second.button("Actions for Office").click()
    second.page.get_by_role("menuitem", name="Delete folder").click()
    second.page.get_by_role("dialog").get_by_role("button", name="Delete folder").click()
    for one in (tab, second):
        expect(_section(one, "Today").locator("li a")).to_have_text(["quarter report"])


def test_a_conversation_is_dragged_into_a_folder_and_out_of_it(tab: Tab, write: Write) -> None:
    write("dragged", "here")
    write("stays", "there")
    tab.button("New folder").click()
    dialog = tab.page.get_by_role("dialog")
    dialog.get_by_label("Name of the folder").fill("Target")
    dialog.get_by_label("Name of the folder").press("Enter")
    folder = tab.page.locator(".folder-head", has_text="Target")
    _row(tab, "dragged").locator("a").drag_to(folder)
    expect(folder.locator(".count")).to_contain_text("1")
    folder.locator(".name").click()
    _section(tab, "Target").locator("li a").drag_to(_section(tab, "Today").locator("li a"))
    expect(_section(tab, "Today").locator("li a")).to_have_count(2)


def test_the_archive_keeps_what_is_out_of_the_way(tab: Tab, write: Write) -> None:
    write("old story", "long ago")
    _choose(tab, "old story", "Archive")
    expect(tab.rows).to_have_count(0)
    tab.button("Archive").click()
    expect(tab.rows).to_have_text(["old story"])
    _choose(tab, "old story", "Take out of the archive")
    expect(tab.rows).to_have_count(0)
    tab.button("Archive").click()
    expect(tab.rows).to_have_text(["old story"])


def test_the_keyboard_goes_into_the_archive_and_out_of_it(tab: Tab) -> None:
    tab.button("Archive").press("Enter")
    empty = tab.page.get_by_text("What you archive is kept here")
    expect(empty).to_be_visible()
    way_out = tab.button("Archive")
    expect(way_out).to_be_focused()
    way_out.press("Enter")
    expect(empty).to_have_count(0)
    expect(tab.button("Archive")).to_be_focused()


@pytest.mark.parametrize("way", ["button", "key"])
def test_what_was_deleted_comes_back_with_undo(tab: Tab, new_tab: NewTab, write: Write, way: str) -> None:
    second = new_tab(context=tab.page.context)
    name = write("deleted by mistake", "luckily kept")
    second.rows.first.click()
    expect(second.text).to_have_text("luckily kept")
    tab.page.goto(f"{tab.url}/c/{name}")
    expect(tab.text).to_have_text("luckily kept")
    _choose(tab, "deleted by mistake", "Delete")
    for one in (tab, second):
        expect(one.rows).to_have_count(0)
    tab.page.wait_for_url(f"{tab.url}/")
    if way == "button":
        tab.button("Undo").click()
    else:
        tab.button("Hide conversations").focus()
        tab.page.keyboard.press("Control+z")
    for one in (tab, second):
        expect(one.rows).to_have_text(["deleted by mistake"])
    tab.page.wait_for_url(f"{tab.url}/c/{name}")
    expect(tab.text).to_have_text("luckily kept")


def test_a_search_opens_at_the_message_on_its_branch(tab: Tab, write: Write) -> None:
    tab.ask(prompt(text="the harbour at dawn, 渔港的清晨"))
    tab.wait_until_ended()
    tab.button("Regenerate").click()
    expect(tab.button("Previous branch")).to_be_visible()
    tab.wait_until_ended()
    tab.open()
    field = tab.page.get_by_role("textbox", name="Search all conversations")
    field.fill("港的")
    hits = tab.page.locator("#search-results li a")
    expect(hits.locator("mark").first).to_have_text("港的")
    expect(hits).to_have_count(2)  # both answers; the script that asked for them escapes what is not ASCII
    for at in range(2):
        message = (hits.nth(at).get_attribute("href") or "").rsplit("=", 1)[1]
        hits.nth(at).click()
        expect(tab.page.locator(f"[data-message='{message}']")).to_be_in_viewport()
    field.press("Escape")
    expect(tab.rows).to_have_count(1)


def test_a_hit_in_a_conversation_seen_before_waits_for_newer_messages(tab: Tab, home: Site, write: Write) -> None:
    seen = write("seen before", "first")
    write("on view", "second")
    for title, text in (("seen before", "first"), ("on view", "second")):
        _row(tab, title).get_by_role("link").click()
        expect(tab.text).to_have_text(text)
    for text in ("a needle", "and more"):
        _proceed(home, seen, text)
    tab.page.get_by_role("textbox", name="Search all conversations").fill("needle")
    hit = tab.page.locator("#search-results li a").first
    message = (hit.get_attribute("href") or "").rsplit("=", 1)[1]
    hit.click()
    expect(tab.page.locator(f"[data-message='{message}']")).to_be_focused()
    tab.page.wait_for_url(f"{tab.url}/c/{seen}")


def _proceed(site: Site, name: str, answer: str) -> None:
    """Another device of alice's asks on."""
    headers = site.user("alice").headers
    end = requests.get(f"{site.url}/api/conversations/{name}", headers=headers, timeout=60).json()["currentNode"]
    body = {"convGroupId": name, "parentConvId": end, "request": prompt(text=answer), "stream": False}
    requests.post(f"{site.url}/api/chat", json=body, headers=headers, timeout=60).raise_for_status()


def test_a_word_that_an_input_method_is_at_is_searched_when_it_is_done(tab: Tab, write: Write) -> None:
    write("渔港", "清晨")
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url) if "q=" in request.url else None)
    tab.page.get_by_role("textbox", name="Search all conversations").focus()
    chrome = tab.page.context.new_cdp_session(tab.page)
    for letters in ("y", "yu", "yug", "yugang"):
        chrome.send(
            "Input.imeSetComposition", {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
        )
    chrome.send("Input.insertText", {"text": "渔港"})
    expect(tab.page.locator("#search-results li a").first).to_contain_text("渔港")
    assert not [url for url in asked if "yu" in url]


def test_the_palette_finds_conversations_messages_and_actions(tab: Tab, write: Write) -> None:
    name = write("harbour plans", "bring the blue lantern")
    write("something else", "nothing of the kind")
    tab.page.keyboard.press("Control+k")
    field = tab.page.get_by_role("combobox")
    expect(field).to_be_focused()
    field.fill("harbour")
    expect(tab.page.get_by_role("option").first).to_contain_text("harbour plans")
    field.press("Enter")
    tab.page.wait_for_url(f"{tab.url}/c/{name}")
    tab.page.keyboard.press("Control+k")
    field.fill("lantern")
    expect(tab.page.get_by_role("option").filter(has_text="blue lantern").first).to_be_visible()
    field.fill("appearance: dark")
    expect(tab.page.get_by_role("option")).to_have_count(1)
    field.press("Enter")
    expect(tab.page.locator("html")).to_have_attribute("data-theme", "dark")
    tab.page.keyboard.press("Control+k")
    field.fill("temporary")
    field.press("Enter")
    expect(tab.page.get_by_role("button", name="Temporary chat")).to_have_attribute("aria-pressed", "true")
    tab.page.keyboard.press("Control+k")
    field.fill("appearance: same")
    field.press("Enter")
    expect(tab.page.locator("html")).to_have_attribute("data-theme", "system")


def test_a_temporary_chat_is_in_no_list(tab: Tab, new_tab: NewTab, write: Write) -> None:
    second = new_tab(context=tab.page.context)
    tab.page.get_by_role("button", name="Temporary chat").click()
    tab.ask(prompt(text="between us"))
    tab.wait_until_ended()
    write("an ordinary one", "listed")
    for one in (tab, second):
        expect(one.rows).to_have_text(["an ordinary one"])


def test_keys_do_what_their_help_says(tab: Tab, write: Write) -> None:
    older, newer = write("older", "first"), write("newer", "second")
    expect(tab.rows).to_have_count(2)
    keyboard = tab.page.keyboard
    keyboard.press("Alt+ArrowDown")
    tab.page.wait_for_url(f"{tab.url}/c/{newer}")
    keyboard.press("Alt+ArrowDown")
    tab.page.wait_for_url(f"{tab.url}/c/{older}")
    expect(tab.text).to_have_text("first")
    keyboard.press("Control+Shift+C")
    expect(tab.page.locator(".toast")).to_contain_text("Copied")
    keyboard.press("Alt+ArrowUp")
    tab.page.wait_for_url(f"{tab.url}/c/{newer}")
    keyboard.press("Control+Shift+S")
    expect(tab.button("Show conversations")).to_be_visible()
    keyboard.press("Control+Shift+S")
    expect(tab.button("Hide conversations")).to_be_visible()
    tab.button("Hide conversations").focus()
    keyboard.press("?")
    expect(tab.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    keyboard.press("Escape")
    keyboard.press("/")
    expect(tab.composer).to_be_focused()
    keyboard.press("?")
    expect(tab.composer).to_have_value("?")
    keyboard.press("Control+Shift+O")
    tab.page.wait_for_url(f"{tab.url}/")
    expect(tab.composer).to_be_focused()


def test_the_list_is_worked_by_keyboard_alone(tab: Tab, write: Write) -> None:
    for title in ("third", "second", "first"):
        write(title, "text")
    expect(tab.rows).to_have_text(["first", "second", "third"])
    keyboard = tab.page.keyboard
    tab.button("New folder").focus()
    keyboard.press("Tab")
    expect(tab.rows.first).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("F2")
    field = tab.page.get_by_role("textbox", name="Title")
    expect(field).to_be_focused()
    keyboard.type("renamed")
    keyboard.press("Enter")
    expect(tab.rows.nth(1)).to_have_text("renamed")
    expect(tab.rows.nth(1)).to_be_focused()
    keyboard.press("Delete")
    expect(tab.rows).to_have_text(["first", "third"])
    expect(tab.rows.nth(1)).to_be_focused()
    keyboard.press("Enter")
    expect(tab.rows.nth(1)).to_have_attribute("aria-current", "page")


def test_headings_move_on_at_midnight(new_tab: NewTab, write: Write) -> None:
    tab = new_tab()
    write("of today", "text")
    expect(_section(tab, "Today").locator("li a")).to_have_count(1)
    tab.page.evaluate(_TOMORROW)
    tab.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(_section(tab, "Yesterday").locator("li a")).to_have_count(1)


def test_a_long_list_draws_what_is_in_view_and_does_not_jump(site: Site, new_tab: NewTab) -> None:
    python(site.env, "-m", "tests.many", site.user("alice").email, str(_MANY))
    tab = new_tab()
    area, page = tab.page.locator("nav .rows"), tab.page
    expect(tab.rows.first).to_have_text("Trip to the coast 0")
    while not page.locator("nav li a", has_text=f" {_MANY - 1}").count():
        area.evaluate("area => area.scrollTop += 900")
        tab.wait_until_still()
    assert tab.rows.count() < 80
    area.evaluate("area => area.scrollTop -= 2000")
    row = page.locator("nav li a", has_text=" 150").first
    row.scroll_into_view_if_needed()
    before = row.bounding_box()
    tab.ask(prompt(text="a new one on top"))
    tab.wait_until_ended()
    expect(page.locator("nav li.current")).to_have_count(1)
    assert row.bounding_box() == before
    _change(site, _on_top(tab), pinned=True)
    expect(_section(tab, "Pinned")).to_have_count(1)
    tab.wait_until_still()
    assert row.bounding_box() == before
    tall = area.evaluate("area => area.scrollHeight")
    _delete(site, "Tax questions 65")  # above what is in view, and below the first page
    page.wait_for_function("tall => document.querySelector('nav .rows').scrollHeight < tall", arg=tall)
    assert row.bounding_box() == before


def _on_top(tab: Tab) -> str:
    """The id of the first row of which something is in view."""
    name: str = tab.page.evaluate("""() => {
        const { top } = document.querySelector("nav .rows").getBoundingClientRect();
        const rows = [...document.querySelectorAll("nav [data-row]")].map((row) => [row.getBoundingClientRect(), row]);
        const seen = rows.filter(([{ bottom }]) => bottom > top);
        return seen.sort(([a], [b]) => a.top - b.top)[0][1].dataset.row;
    }""")
    return name


def _delete(site: Site, title: str) -> None:
    """As another device of alice's does it."""
    headers, cursor = site.user("alice").headers, ""
    while cursor is not None:
        page = requests.get(f"{site.url}/api/conversations?cursor={cursor}", headers=headers, timeout=60).json()
        for row in page["conversations"]:
            if row["title"] == title:
                requests.delete(f"{site.url}/api/conversations/{row['convGroupId']}", headers=headers, timeout=60)
                return
        cursor = page["nextCursor"]
    raise AssertionError(title)

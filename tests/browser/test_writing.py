"""Writing: files, saved prompts, system prompt and parameters, long texts, drafts, temporary chats."""

import base64
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.people import Person
from tests.site import Site
from tests.upstream import Upstream, prompt


def png(width: int = 60, height: int = 40) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = zlib.compress((b"\0" + b"\x67\xc7\xb0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a picture.png"
    path.write_bytes(png())
    return path


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes 笔记.txt"
    path.write_text("Seven swans swam.\n七只天鹅。", encoding="utf-8")
    return path


def chips(tab: Tab) -> Locator:
    return tab.page.get_by_role("list", name="Attached files").first.get_by_role("listitem")


def attach(tab: Tab, *paths: Path) -> None:
    """Through the button and the system's own dialog."""
    with tab.page.expect_file_chooser() as chooser:
        tab.button("Attach files").click()
    chooser.value.set_files(list(paths))


def uploaded(tab: Tab, count: int) -> None:
    expect(chips(tab)).to_have_count(count)
    expect(tab.page.locator(".composer progress")).to_have_count(0)


class Drag:
    """Files held over the page, as by a person's mouse."""

    def __init__(self, page: Page, *paths: Path) -> None:
        self.page = page
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}

    def send(self, kind: str) -> None:
        self.session.send("Input.dispatchDragEvent", {"type": kind, "x": 700, "y": 120, "data": self.data})

    def over(self) -> None:
        # A mouse goes on telling; this one tells once, so what listens must have come.
        expect(self.page.locator(".zone")).to_be_attached()
        self.send("dragEnter")
        self.send("dragOver")


def sees(tab: Tab) -> None:
    """Let every model of this page see pictures."""

    def answer(route: Any) -> None:
        models = route.fetch().json()
        for model in models["models"]:
            model["capabilities"] = ["vision"]
        route.fulfill(json=models)

    tab.page.route("**/api/models", answer)
    tab.page.reload()
    expect(tab.composer).to_be_visible()


# --- Files ---


def test_a_file_goes_with_the_message_and_is_shown_in_it(tab: Tab, upstream: Upstream, notes: Path) -> None:
    attach(tab, notes)
    uploaded(tab, 1)
    tab.ask(prompt(text="Read."))
    tab.wait_until_ended()
    expect(tab.page.locator(".composer li")).to_have_count(0)
    link = tab.page.locator("article.question").get_by_role("link", name="notes 笔记.txt")
    with tab.page.expect_download() as download:
        link.click()
    assert Path(download.value.path()).read_text(encoding="utf-8") == notes.read_text(encoding="utf-8")
    assert "Seven swans" in str(upstream.requests[-1].body)
    tab.page.reload()
    expect(link).to_be_visible()


def test_files_dropped_anywhere_on_the_page_are_attached(tab: Tab, notes: Path, picture: Path) -> None:
    drag = Drag(tab.page, notes, picture)
    drag.over()
    overlay = tab.page.get_by_text("Drop to attach")
    expect(overlay).to_be_visible()
    drag.send("drop")
    expect(overlay).to_be_hidden()
    uploaded(tab, 2)
    expect(chips(tab).get_by_role("img", name="a picture.png")).to_be_visible()
    assert tab.page.url == f"{tab.url}/"


def test_a_drag_that_leaves_the_page_leaves_nothing_behind(tab: Tab, notes: Path) -> None:
    drag = Drag(tab.page, notes)
    drag.over()
    expect(tab.page.get_by_text("Drop to attach")).to_be_visible()
    # Chromium's own "dragCancel" tells the page nothing; this is what a mouse that leaves the window does.
    tab.page.evaluate("document.body.dispatchEvent(new DragEvent('dragleave', {bubbles: true}))")
    expect(tab.page.get_by_text("Drop to attach")).to_be_hidden()
    expect(chips(tab)).to_have_count(0)


def test_a_picture_is_pasted_from_the_clipboard(tab: Tab) -> None:
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    data = base64.b64encode(png()).decode()
    tab.page.evaluate(
        """async (data) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            await navigator.clipboard.write([new ClipboardItem({"image/png": new Blob([bytes], {type: "image/png"})})]);
        }""",
        data,
    )
    tab.composer.press("Control+v")
    uploaded(tab, 1)
    expect(chips(tab).get_by_role("img")).to_be_visible()
    expect(tab.composer).to_have_value("")


def test_a_model_that_cannot_see_says_so_before_anything_is_sent(tab: Tab, upstream: Upstream, picture: Path) -> None:
    attach(tab, picture)
    uploaded(tab, 1)
    words = tab.page.locator(".composer").get_by_text("cannot see pictures")
    expect(words).to_be_visible()
    tab.ask("What is this?")
    expect(tab.page.locator("[aria-live]").get_by_text("cannot see pictures")).to_be_attached()
    expect(tab.questions).to_have_count(0)
    tab.button("Remove a picture.png").click()
    expect(words).to_be_hidden()
    tab.composer.press("Enter")
    expect(tab.questions).to_have_text("What is this?")
    assert upstream.wait("finished", 1)


def test_a_picture_that_was_sent_keeps_its_room_before_it_is_loaded(tab: Tab, picture: Path) -> None:
    sees(tab)
    attach(tab, picture)
    uploaded(tab, 1)
    tab.page.route("**/api/chat", lambda route: route.abort())
    tab.ask("What is this?")
    image = tab.page.locator("article.question").get_by_role("img", name="a picture.png")
    expect(image).to_have_attribute("width", "60")
    expect(image).to_have_attribute("height", "40")


def test_what_cannot_be_taken_is_refused_in_words_and_keeps_send_back(tab: Tab, tmp_path: Path, notes: Path) -> None:
    posts: list[str] = []
    tab.page.on("request", lambda request: posts.append(request.url) if "/api/attachments" in request.url else None)
    large, empty, video = tmp_path / "large.txt", tmp_path / "empty.txt", tmp_path / "film.mp4"
    with large.open("wb") as file:
        file.truncate(20 * 2**20 + 1)
    empty.touch()
    video.write_bytes(b"film")
    attach(tab, large, empty, video)
    for words in ("Larger than 20 MB.", "This file is empty.", "Only PNG, JPEG, GIF, WebP, PDF and text."):
        expect(chips(tab).get_by_text(words)).to_be_visible()
    assert posts == []
    tab.ask("Read them.")
    expect(tab.page.locator(".composer").get_by_text("Remove the file that could not be attached.")).to_be_visible()
    expect(tab.questions).to_have_count(0)
    for name in ("large.txt", "empty.txt", "film.mp4"):
        tab.button(f"Remove {name}").click()
    tab.composer.press("Enter")
    expect(tab.questions).to_have_text("Read them.")


def test_ten_files_are_the_most(tab: Tab, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(12)]
    for path in paths:
        path.write_text(path.name)
    attach(tab, *paths)
    expect(tab.page.locator(".composer").get_by_text("A message takes 10 files at the most.")).to_be_visible()
    uploaded(tab, 10)


def test_an_upload_can_be_given_up_and_one_that_failed_tried_again(tab: Tab, notes: Path) -> None:
    with tab.page.expect_request("**/api/attachments?*"):
        tab.page.route("**/api/attachments?*", lambda route: None)
        attach(tab, notes)
    expect(tab.page.locator(".composer progress")).to_be_visible()
    tab.button("Remove notes 笔记.txt").click()
    expect(chips(tab)).to_have_count(0)
    tab.page.unroute("**/api/attachments?*")
    tab.page.route("**/api/attachments?*", lambda route: route.abort())
    attach(tab, notes)
    expect(chips(tab).get_by_text("Not uploaded: no connection.")).to_be_visible()
    tab.page.unroute("**/api/attachments?*")
    tab.button("Upload notes 笔记.txt again").click()
    uploaded(tab, 1)


def test_a_draft_comes_back_with_its_files_after_a_reload(tab: Tab, notes: Path, picture: Path) -> None:
    tab.composer.fill("a draft")
    attach(tab, notes, picture)
    uploaded(tab, 2)
    tab.page.reload()
    expect(tab.composer).to_have_value("a draft")
    uploaded(tab, 2)
    expect(chips(tab).get_by_role("img", name="a picture.png")).to_have_js_property("complete", True)
    tab.button("Remove notes 笔记.txt").click()
    tab.page.reload()
    uploaded(tab, 1)


# --- Long texts ---


def paste(tab: Tab, text: str) -> None:
    """From the system's clipboard."""
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    tab.composer.press("Control+v")


def test_a_long_text_stays_text_and_can_become_a_file(tab: Tab) -> None:
    text = "天地玄黄，宇宙洪荒。\n" * 1500
    tab.composer.fill("Sum this up: ")
    tab.composer.press("End")
    paste(tab, text)
    expect(tab.composer).to_have_value(f"Sum this up: {text}")
    tab.button("Attach as a file instead").click()
    uploaded(tab, 1)
    expect(chips(tab).get_by_text("Pasted text.txt")).to_be_visible()
    expect(tab.composer).to_have_value("Sum this up: ")
    expect(tab.composer).to_be_focused()


def test_the_field_grows_with_its_text_and_shrinks_again(tab: Tab) -> None:
    height = "(field) => field.getBoundingClientRect().height"
    low = tab.composer.evaluate(height)
    tab.composer.fill("\n".join("line" for _ in range(6)))
    middle = tab.composer.evaluate(height)
    tab.composer.fill("a long text " * 1000)
    high = tab.composer.evaluate(height)
    assert low < middle < high <= 360
    tab.composer.fill("")
    assert tab.composer.evaluate(height) == low


# --- Saved prompts ---


@pytest.fixture
def prompts(home: Site) -> Iterator[None]:
    """Three of Alice's."""
    alice: Person = home.user("alice")
    saved = [
        ("Summary", "Sum up {{what}} in {{how many}} sentences."),
        ("Translate", "Translate into English:\n"),
        ("翻译", "请译成中文："),
    ]
    ids = []
    for name, content in saved:
        body = {"name": name, "content": content}
        response = requests.post(f"{home.url}/api/prompts", json=body, headers=alice.headers)
        assert response.ok, response.text
        ids.append(response.json()["id"])
    yield
    for id in ids:
        requests.delete(f"{home.url}/api/prompts/{id}", headers=alice.headers)


def options(tab: Tab) -> Locator:
    return tab.page.get_by_role("listbox", name="Saved prompts").get_by_role("option")


@pytest.mark.usefixtures("prompts")
def test_a_slash_offers_the_saved_prompts_and_tab_goes_through_the_holes(tab: Tab) -> None:
    tab.composer.type("/")
    expect(options(tab)).to_have_count(3)
    tab.composer.type("su")
    expect(options(tab)).to_have_count(1)
    active = tab.composer.get_attribute("aria-activedescendant")
    expect(tab.page.locator(f"[id='{active}']")).to_contain_text("Summary")
    tab.composer.press("Enter")
    expect(tab.composer).to_have_value("Sum up {{what}} in {{how many}} sentences.")
    expect(options(tab)).to_have_count(0)
    tab.page.keyboard.type("this")
    tab.composer.press("Tab")
    tab.page.keyboard.type("two")
    expect(tab.composer).to_have_value("Sum up this in two sentences.")
    tab.composer.press("Tab")
    expect(tab.composer).not_to_be_focused()


@pytest.mark.usefixtures("prompts")
def test_the_list_of_prompts_takes_arrows_mouse_and_escape(tab: Tab) -> None:
    tab.composer.type("First /")
    expect(options(tab)).to_have_count(3)
    tab.composer.press("ArrowDown")
    expect(options(tab).nth(1)).to_have_attribute("aria-selected", "true")
    tab.composer.press("Escape")
    expect(options(tab)).to_have_count(0)
    expect(tab.composer).to_have_value("First /")
    tab.composer.type("tr")
    expect(options(tab)).to_have_count(0)
    tab.composer.fill("First ")
    tab.composer.press("End")
    tab.composer.type("/tr")
    options(tab).first.click()
    expect(tab.composer).to_have_value("First Translate into English:\n")
    expect(tab.composer).to_be_focused()


@pytest.mark.usefixtures("prompts")
def test_keys_of_an_input_method_do_not_reach_the_list_of_prompts(tab: Tab) -> None:
    keys = tab.page.context.new_cdp_session(tab.page)
    tab.composer.type("/")
    expect(options(tab)).to_have_count(3)
    keys.send("Input.imeSetComposition", {"text": "fan yi", "selectionStart": 6, "selectionEnd": 6})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229}
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keys.send("Input.insertText", {"text": "翻译"})
    expect(tab.composer).to_have_value("/翻译")
    expect(options(tab)).to_have_count(1)
    tab.page.wait_for_timeout(100)  # longer than the moment in which Safari's late Enter is not believed
    tab.composer.press("Enter")
    expect(tab.composer).to_have_value("请译成中文：")


def test_a_slash_in_a_path_opens_nothing(tab: Tab) -> None:
    tab.composer.type("and/or /usr/bin")
    expect(options(tab)).to_have_count(0)


# --- System prompt and parameters ---


def open_terms(tab: Tab) -> Locator:
    tab.page.get_by_role("button", name="System prompt and parameters").click()
    return tab.page.get_by_role("dialog", name="System prompt and parameters")


def test_a_new_conversation_begins_with_its_system_prompt_and_parameters(tab: Tab, upstream: Upstream) -> None:
    tab.composer.fill("not sent by the dialog")
    dialog = open_terms(tab)
    dialog.get_by_label("System prompt").fill("Answer as a pirate.")
    dialog.get_by_label("Temperature").fill("0.2")
    dialog.get_by_label("Reasoning effort").select_option("Low")
    dialog.get_by_role("button", name="Apply").click()
    expect(tab.button("System prompt and parameters (changed)")).to_be_visible()
    expect(tab.composer).to_have_value("not sent by the dialog")
    tab.ask(prompt(text="Aye."))
    tab.wait_until_ended()
    tab.wait_until_named()
    body = upstream.requests[-1].body
    assert body["messages"][0] == {"role": "system", "content": "Answer as a pirate."}
    assert (body["temperature"], body["reasoning_effort"]) == (0.2, "low")
    tab.page.reload()
    dialog = open_terms(tab)
    expect(dialog.get_by_label("System prompt")).to_have_value("Answer as a pirate.")
    expect(dialog.get_by_label("Temperature")).to_have_value("0.2")


def test_they_change_in_a_conversation_and_go_back_to_what_is_usual(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text="One."))
    tab.wait_until_ended()
    tab.wait_until_named()
    dialog = open_terms(tab)
    dialog.get_by_label("System prompt").fill("Be brief.")
    dialog.get_by_label("Longest answer").fill("50")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_be_hidden()
    tab.ask(prompt(text="Two."))
    upstream.wait("finished", 2)
    tab.wait_until_ended()
    body = upstream.requests[-1].body
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert body["max_tokens"] == 50
    dialog = open_terms(tab)
    dialog.get_by_role("button", name="Reset").click()
    dialog.get_by_role("button", name="Apply").click()
    expect(tab.button("System prompt and parameters")).to_be_visible()
    tab.ask(prompt(text="Three."))
    upstream.wait("finished", 3)
    body = upstream.requests[-1].body
    assert body["messages"][0]["role"] == "user"
    assert "max_tokens" not in body


def test_what_is_out_of_range_is_not_applied(tab: Tab) -> None:
    dialog = open_terms(tab)
    dialog.get_by_label("Temperature").fill("3")
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog).to_be_visible()
    tab.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tab.button("System prompt and parameters")).to_be_visible()


# --- The last message, and what is kept in no list ---


def test_arrow_up_in_the_empty_field_edits_the_last_message(tab: Tab) -> None:
    text = prompt(text="One.")
    tab.ask(text)
    tab.wait_until_ended()
    tab.composer.press("ArrowUp")
    expect(tab.page.locator("article.question textarea")).to_have_value(text)
    expect(tab.page.locator("article.question textarea")).to_be_focused()


def test_a_temporary_chat_is_in_no_list_and_gone_when_it_is_left(tab: Tab, home: Site, new_tab: NewTab) -> None:
    tab.button("Temporary chat").click()
    expect(tab.page.get_by_text("In no list, and deleted when you leave")).to_be_visible()
    tab.ask(prompt(text="Secret."))
    tab.wait_until_ended()
    there = tab.wait_until_named()
    expect(tab.page.get_by_text("Temporary chat: in no list")).to_be_visible()
    expect(tab.rows).to_have_count(0)
    with tab.page.expect_response(lambda response: response.request.method == "DELETE"):
        tab.page.get_by_role("link", name="New chat").first.click()
    expect(tab.questions).to_have_count(0)
    expect(tab.page.get_by_role("button", name="Temporary chat", pressed=False)).to_be_visible()
    gone = requests.get(f"{home.url}/api/conversations/{there}", headers=home.user("alice").headers)
    assert gone.status_code == 404


def test_a_temporary_chat_is_deleted_when_its_tab_is_closed(tab: Tab, home: Site) -> None:
    tab.button("Temporary chat").click()
    tab.ask(prompt(text="Secret."))
    tab.wait_until_ended()
    there = tab.wait_until_named()
    tab.page.goto("about:blank")

    def gone() -> bool:
        url = f"{home.url}/api/conversations/{there}"
        return requests.get(url, headers=home.user("alice").headers).status_code == 404

    for _ in range(200):
        if gone():
            return
        tab.page.wait_for_timeout(100)
    pytest.fail("it is still there")

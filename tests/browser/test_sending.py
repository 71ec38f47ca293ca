"""Writing and sending."""

import re
import signal

from playwright.sync_api import expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.site import Site
from tests.upstream import Upstream, prompt


def test_an_answer_streams_in_and_the_conversation_gets_its_address(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text="# Title\n\nSome **bold** words.", gate="end", after=6))
    expect(tab.text.locator("h1")).to_have_text("Title")
    expect(tab.answer).to_have_attribute("aria-busy", "true")
    expect(tab.stop_button).to_be_visible()
    tab.wait_until_named()
    upstream.open("end")
    tab.wait_until_ended()
    expect(tab.text.locator("strong")).to_have_text("bold")
    expect(tab.send_button).to_be_visible()
    expect(tab.rows).to_have_count(1)


def test_what_was_streamed_is_what_a_reload_shows(tab: Tab) -> None:
    text = "1. **one**\n   - two\n\n| a | b |\n|---|---|\n| 1 | `2` |\n\n```py\nx < y\n```\n\n**注意：**请看 https://a.cn/x，然后。"
    tab.ask(prompt(text=text, size=3, rate=200))
    tab.wait_until_ended()
    streamed = tab.text.inner_html()
    tab.page.reload()
    expect(tab.text).to_be_visible()
    expect(tab.text).to_have_js_property("innerHTML", streamed)


def test_enter_sends_and_shift_enter_begins_a_line(tab: Tab) -> None:
    tab.composer.type("one")
    tab.composer.press("Shift+Enter")
    tab.composer.type("two")
    expect(tab.composer).to_have_value("one\ntwo")
    tab.composer.press("Enter")
    expect(tab.questions).to_have_text("one\ntwo")
    expect(tab.composer).to_have_value("")


def test_enter_that_confirms_a_chinese_word_does_not_send(tab: Tab) -> None:
    keys = tab.page.context.new_cdp_session(tab.page)
    tab.composer.focus()
    keys.send("Input.imeSetComposition", {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229, "nativeVirtualKeyCode": 229}
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keys.send("Input.insertText", {"text": "你好"})
    expect(tab.composer).to_have_value("你好")
    expect(tab.questions).to_have_count(0)
    tab.page.wait_for_timeout(100)  # longer than the moment in which Safari's late Enter is not believed
    tab.composer.press("Enter")
    expect(tab.questions).to_have_text("你好")


def test_nothing_is_sent_while_an_answer_runs_but_writing_goes_on(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(count=5, gate="end", after=2))
    expect(tab.text).to_be_visible()
    tab.ask("the next question")
    expect(tab.composer).to_have_value("the next question")
    expect(tab.questions).to_have_count(1)
    upstream.open("end")
    tab.wait_until_ended()
    tab.composer.press("Enter")
    expect(tab.questions).to_have_count(2)


def test_an_empty_message_cannot_be_sent(tab: Tab) -> None:
    tab.ask("  \n ")
    expect(tab.questions).to_have_count(0)
    expect(tab.send_button).to_be_disabled()


def test_a_starter_fills_the_composer_and_sends_nothing(tab: Tab) -> None:
    tab.button("Write some code").click()
    expect(tab.composer).to_be_focused()
    assert "Python" in tab.composer.input_value()
    expect(tab.questions).to_have_count(0)


def test_reasoning_is_folded_and_can_be_opened(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(reasoning=3, text="Done.", gate="end", after=1))
    expect(tab.answer.get_by_text(re.compile(r"Thought for \d+ second"))).to_be_visible()
    expect(tab.answer.get_by_text("thought 0.")).to_have_count(0)
    tab.answer.locator("summary").click()
    expect(tab.answer.get_by_text("thought 0. thought 1. thought 2.")).to_be_visible()
    upstream.open("end")
    tab.wait_until_ended()


def test_regenerate_gives_another_answer_to_the_same_question(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text="An answer."))
    tab.wait_until_ended()
    tab.button("Regenerate").click()
    upstream.wait("finished", 2)
    tab.wait_until_ended()
    expect(tab.questions).to_have_count(1)
    expect(tab.page.locator("article.answer")).to_have_count(1)


def test_only_the_last_answer_can_be_regenerated_because_what_follows_would_be_hidden(tab: Tab) -> None:
    for text in ("first", "second"):
        tab.ask(prompt(text=text))
        tab.wait_until_ended()
    expect(tab.answer).to_contain_text("second")
    expect(tab.button("Regenerate")).to_have_count(1)
    expect(tab.answer.get_by_role("button", name="Regenerate")).to_be_visible()


def test_two_conversations_answer_at_the_same_time(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text="The first is whole.", gate="first", after=2))
    expect(tab.text).to_be_visible()
    tab.wait_until_named()
    tab.page.get_by_role("link", name="New chat").click()
    tab.ask(prompt(text="The second is whole.", gate="second", after=2))
    expect(tab.page.get_by_role("img", name="Answering")).to_have_count(2)
    upstream.open("first")
    upstream.open("second")
    expect(tab.text).to_have_text("The second is whole.")
    tab.rows.nth(1).click()
    expect(tab.text).to_have_text("The first is whole.")


def test_copying_works_also_on_plain_http(site: Site, new_tab: NewTab) -> None:
    site.stop(signal.SIGINT)
    site.start(CHATSITE_ALLOWED_HOSTS="lan.test")
    tab = new_tab(name="")
    tab.url = site.url.replace("127.0.0.1", "lan.test")
    tab.sign_in(site.user("alice"))
    tab.ask(prompt(text="```py\nprint(1)\n```\n\nwords"))
    tab.wait_until_ended()
    assert tab.page.evaluate("[isSecureContext, 'randomUUID' in crypto]") == [False, False]
    tab.text.locator("figcaption button").click()
    expect(tab.page.locator("[aria-live]")).to_have_text("Copied")
    tab.composer.focus()
    tab.page.keyboard.press("Control+v")
    expect(tab.composer).to_have_value("print(1)")

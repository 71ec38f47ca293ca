"""What was written and has not reached the server does not vanish, whatever is opened or loaded meanwhile."""

from playwright.sync_api import Route, expect

from tests.browser.tab import Tab
from tests.upstream import Upstream, prompt


def cut(tab: Tab) -> None:
    """No message gets through, until `mend`."""
    tab.page.route("**/api/chat", lambda route: route.abort())


def mend(tab: Tab) -> None:
    tab.page.unroute("**/api/chat")


def ask_in_vain(tab: Tab, text: str) -> None:
    tab.ask(prompt(text=text))
    expect(tab.answer.get_by_text("Reconnecting")).to_be_visible()


def start_conversation(tab: Tab) -> str:
    """Its id."""
    tab.ask(prompt(text="first"))
    tab.wait_until_ended()
    return tab.wait_until_named()


def new_chat(tab: Tab) -> None:
    tab.page.get_by_role("link", name="New chat").click()
    expect(tab.questions).to_have_count(0)


def test_a_message_that_waits_is_sent_by_a_page_that_was_loaded_elsewhere(tab: Tab, upstream: Upstream) -> None:
    start_conversation(tab)
    cut(tab)
    ask_in_vain(tab, "second")
    new_chat(tab)
    tab.page.reload()
    tab.rows.first.click()
    expect(tab.questions).to_have_count(2)
    mend(tab)
    expect(tab.text).to_have_text("second")
    expect(tab.questions).to_have_count(2)
    assert len(upstream.requests) == 2


def test_new_conversations_that_wait_are_sent_by_a_page_that_was_loaded_elsewhere(tab: Tab, upstream: Upstream) -> None:
    there = start_conversation(tab)
    cut(tab)
    for text in ("second", "third"):
        new_chat(tab)
        ask_in_vain(tab, text)
        tab.rows.first.click()
    tab.page.goto(f"{tab.url}/c/{there}")
    expect(tab.text).to_have_text("first")
    mend(tab)
    expect(tab.rows).to_have_count(3)
    expect(tab.text).to_have_text("first")
    upstream.wait("finished", 3)
    assert len(upstream.requests) == 3


def test_a_new_conversation_that_is_refused_out_of_sight_gives_its_text_back(tab: Tab) -> None:
    start_conversation(tab)
    new_chat(tab)
    held: list[Route] = []
    tab.page.route("**/api/chat", lambda route: held.append(route))
    with tab.page.expect_request("**/api/chat"):
        tab.ask("words I do not want to lose")
    tab.rows.first.click()
    expect(tab.text).to_have_text("first")
    with tab.page.expect_response("**/api/chat"):
        held[0].fulfill(status=429, json={"code": 42901, "msg": "Too many messages."})
    new_chat(tab)
    expect(tab.composer).to_have_value("words I do not want to lose")


def test_a_message_that_was_refused_is_still_there_after_a_reload(tab: Tab) -> None:
    refusal = {"code": 42901, "msg": "Too many messages."}
    tab.page.route("**/api/chat", lambda route: route.fulfill(status=429, json=refusal))
    tab.ask("too much")
    expect(tab.answer.get_by_text("Not sent")).to_be_visible()
    mend(tab)
    tab.page.reload()
    expect(tab.answer.get_by_text("Not sent")).to_be_visible()
    expect(tab.questions).to_have_text("too much")
    tab.button("Try again").click()
    tab.wait_until_named()
    expect(tab.questions).to_have_count(1)

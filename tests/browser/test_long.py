"""A conversation of very many messages: what is seen is loaded and mounted, the rest comes when it is near."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.tab import Tab
from tests.site import Site, python

COUNT = 600
LAST = COUNT // 2 - 1


@pytest.fixture
def long(home: Site) -> str:
    """The id of Alice's conversation."""
    return python(home.env, "-m", "tests.long", home.user("alice").email, str(COUNT)).split()[-1]


def go(tab: Tab, conversation: str) -> None:
    tab.page.goto(f"{tab.url}/c/{conversation}")
    expect(tab.page.locator("article").first).to_be_visible()


def mounted(tab: Tab) -> int:
    return tab.page.locator("article").count()


def question(tab: Tab, n: int) -> Locator:
    return tab.questions.get_by_text(f"Question {n}?", exact=True)


def test_it_opens_at_its_end_with_what_is_near(tab: Tab, long: str) -> None:
    with tab.page.expect_response(lambda response: f"{long}?texts=" in response.url) as answered:
        go(tab, long)
    assert sum("partial" in message for message in answered.value.json()["messages"]) > COUNT - 100
    expect(tab.text.get_by_text(f"End of answer {LAST}.")).to_be_in_viewport()
    expect(question(tab, LAST - 15)).to_have_count(1)  # the end is mounted bit by bit
    assert mounted(tab) < 100


def test_its_first_message_is_at_its_top(tab: Tab, long: str) -> None:
    go(tab, long)
    expect(tab.text.get_by_text(f"End of answer {LAST}.")).to_be_in_viewport()
    tab.page.locator(".scroll").evaluate("area => area.scrollTo(0, 0)")
    expect(question(tab, 0)).to_be_in_viewport()
    expect(tab.page.get_by_text("End of answer 0.")).to_have_count(1)
    assert mounted(tab) < 100
    tab.button("To the newest text").click()
    expect(tab.text.get_by_text(f"End of answer {LAST}.")).to_be_in_viewport()


def test_another_branch_brings_its_text(tab: Tab, long: str) -> None:
    go(tab, long)
    expect(tab.text.get_by_text(f"End of answer {LAST}.")).to_be_in_viewport()
    tab.button("Next branch").click()
    expect(tab.text).to_have_text("Another answer.")
    expect(tab.questions.last).to_have_text("Another question?")
    tab.button("Previous branch").click()
    expect(tab.text.get_by_text(f"End of answer {LAST}.")).to_have_count(1)


def test_an_edit_takes_the_focus_when_it_is_asked_for_and_not_when_it_comes_near_again(tab: Tab, long: str) -> None:
    go(tab, long)
    expect(tab.text.get_by_text(f"End of answer {LAST}.")).to_be_in_viewport()
    scroll = tab.page.locator(".scroll")
    scroll.evaluate("area => area.scrollTo(0, 0)")
    expect(question(tab, 0)).to_be_in_viewport()
    expect(question(tab, LAST)).to_have_count(0)
    tab.composer.press("ArrowUp")
    field = tab.page.get_by_role("textbox", name="Edit the message")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()
    assert field.evaluate("field => field.selectionStart") == len(f"Question {LAST}?")
    scroll.evaluate("area => area.scrollTo(0, 0)")
    expect(field).to_have_count(0)
    tab.composer.focus()
    scroll.evaluate("area => area.scrollTo(0, area.scrollHeight)")
    expect(field).to_have_count(1)
    tab.wait_until_still()
    expect(tab.composer).to_be_focused()

"""The scroll position belongs to the reader."""

from playwright.sync_api import expect

from tests.browser.tab import Tab
from tests.upstream import Upstream, prompt

PARAGRAPHS = "\n\n".join(f"Paragraph {number}. " + "Some words to fill a line. " * 8 for number in range(30))


def test_after_sending_the_question_stands_at_the_top(tab: Tab) -> None:
    tab.ask(prompt(text=PARAGRAPHS, size=500))
    tab.wait_until_ended()
    tab.ask(prompt(text="short"))
    tab.wait_until_ended()
    expect(tab.questions).to_have_count(2)
    tab.wait_until_still()
    area, question = tab.page.locator(".scroll").bounding_box(), tab.questions.last.bounding_box()
    assert area
    assert question
    assert 0 <= question["y"] - area["y"] < 60


def test_the_bottom_is_followed(tab: Tab) -> None:
    tab.ask(prompt(text=PARAGRAPHS, size=60, rate=60))
    expect(tab.text.get_by_text("Paragraph 29.")).to_be_in_viewport()


def test_who_scrolled_up_stays_there_and_can_go_back(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text=PARAGRAPHS, size=500, gate="rest", after=8))
    expect(tab.text.get_by_text("Paragraph 16.")).to_be_in_viewport()
    tab.page.mouse.move(700, 300)
    tab.page.mouse.wheel(0, -600)
    expect(tab.button("To the newest text")).to_be_visible()
    before = tab.wait_until_still()
    upstream.open("rest")
    tab.wait_until_ended()
    assert tab.wait_until_still() == before
    tab.button("To the newest text").click()
    expect(tab.text.get_by_text("Paragraph 29.")).to_be_in_viewport()
    expect(tab.button("To the newest text")).to_have_count(0)

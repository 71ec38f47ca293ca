"""A second tab sees what happens in the first, without a reload."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.upstream import Upstream, prompt


@pytest.fixture
def second(tab: Tab, new_tab: NewTab) -> Tab:
    return new_tab(context=tab.page.context)


def test_a_new_conversation_appears_and_its_answer_streams_in_both(tab: Tab, second: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text="both see this", gate="end", after=2))
    expect(second.rows).to_have_count(1)
    expect(second.page.get_by_role("img", name="Answering")).to_be_visible()
    second.rows.first.click()
    expect(second.text).to_have_text("both see")
    upstream.open("end")
    for one in (tab, second):
        expect(one.text).to_have_text("both see this")
        one.wait_until_ended()
    expect(second.page.get_by_role("img", name="Answering")).to_have_count(0)


def test_the_next_question_in_an_open_conversation_is_followed(tab: Tab, second: Tab) -> None:
    tab.ask(prompt(text="first"))
    tab.wait_until_ended()
    second.page.goto(tab.page.url)
    expect(second.text).to_have_text("first")
    tab.ask(prompt(text="second", rate=20))
    expect(second.text).to_have_text("second")
    expect(second.questions).to_have_count(2)


def test_stop_in_one_tab_stops_in_the_other(tab: Tab, second: Tab) -> None:
    tab.ask(prompt(text="never whole", gate="never", after=1))
    expect(second.rows).to_have_count(1)
    second.rows.first.click()
    second.stop_button.click()
    expect(tab.answer.get_by_text("Stopped")).to_be_visible()


def test_a_new_title_appears_everywhere(tab: Tab, second: Tab) -> None:
    tab.ask(prompt(text="first"))
    tab.wait_until_ended()
    tab.rows.first.hover()
    tab.page.get_by_role("button", name="Actions for").click()
    tab.page.get_by_role("menuitem", name="Rename").click()
    field = tab.page.get_by_role("textbox", name="Title")
    expect(field).to_be_focused()
    field.fill("A better title")
    field.press("Enter")
    for one in (tab, second):
        expect(one.rows.first).to_contain_text("A better title")
    expect(tab.page).to_have_title("A better title · chatsite")


def test_a_deleted_conversation_is_gone_everywhere(tab: Tab, second: Tab) -> None:
    tab.ask(prompt(text="first"))
    tab.wait_until_ended()
    expect(second.rows).to_have_count(1)
    second.rows.first.click()
    expect(second.text).to_have_text("first")
    tab.rows.first.hover()
    tab.page.get_by_role("button", name="Actions for").click()
    tab.page.get_by_role("menuitem", name="Delete").click()
    tab.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    for one in (tab, second):
        expect(one.rows).to_have_count(0)
    tab.page.wait_for_url(f"{tab.url}/")
    expect(second.page.get_by_text("This conversation is not here")).to_be_visible()


def test_a_conversation_deleted_while_it_answers_leaves_the_view(tab: Tab, second: Tab) -> None:
    tab.ask(prompt(text="never whole", gate="never", after=1))
    expect(second.rows).to_have_count(1)
    second.rows.first.click()
    expect(second.stop_button).to_be_visible()
    second.composer.fill("half a thought")
    tab.rows.first.hover()
    tab.page.get_by_role("button", name="Actions for").click()
    tab.page.get_by_role("menuitem", name="Delete").click()
    tab.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(second.page.get_by_text("This conversation is not here")).to_be_in_viewport()
    for gone in (second.questions, second.answer, second.stop_button, second.composer):
        expect(gone).to_have_count(0)


def test_a_conversation_of_somebody_else_is_not_here(tab: Tab, new_tab: NewTab) -> None:
    tab.ask(prompt(text="mine"))
    tab.wait_until_ended()
    stranger = new_tab("charlie")
    stranger.page.goto(tab.page.url)
    expect(stranger.page.get_by_text("This conversation is not here")).to_be_visible()

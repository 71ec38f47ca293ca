"""Stop, and what can be done after."""

from playwright.sync_api import Route, expect

from tests.browser.tab import Tab
from tests.upstream import Upstream, prompt


def test_stop_reaches_the_upstream_and_keeps_what_was_shown(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text="Kept words. Never sent.", size=12, gate="never", after=1))
    expect(tab.text).to_have_text("Kept words.")
    tab.stop_button.click()
    expect(tab.answer.get_by_text("Stopped")).to_be_visible()
    expect(tab.text).to_have_text("Kept words.")
    upstream.wait("aborted")
    expect(tab.send_button).to_be_visible()


def test_continue_goes_on_in_the_same_answer(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text="Kept words.", size=5, gate="once", after=1))
    expect(tab.text).to_have_text("Kept")
    tab.stop_button.click()
    expect(tab.button("Continue")).to_be_visible()
    upstream.open("once")
    tab.button("Continue").click()
    tab.wait_until_ended()
    expect(tab.page.locator("article.answer")).to_have_count(1)
    expect(tab.button("Continue")).to_have_count(0)
    expect(tab.text).to_contain_text("Kept")
    shown = tab.text.inner_text()
    tab.page.reload()
    expect(tab.text).to_have_text(shown)


def test_stop_before_the_first_word(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(hang="headers"))
    expect(tab.answer.get_by_role("img", name="Waiting for the first words")).to_be_visible()
    tab.stop_button.click()
    expect(tab.answer.get_by_text("Stopped")).to_be_visible()
    upstream.wait("aborted")


def test_stop_while_the_site_does_not_answer_gives_the_text_back(tab: Tab) -> None:
    held: list[Route] = []
    tab.page.route("**/api/chat", lambda route: held.append(route))
    tab.ask("a question that never arrives")
    expect(tab.stop_button).to_be_visible()
    tab.stop_button.click()
    expect(tab.composer).to_have_value("a question that never arrives")
    expect(tab.questions).to_have_count(0)
    assert len(held) == 1


def test_a_continued_answer_outlives_the_stop_before_it_and_can_be_stopped_again(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text="Kept words.", size=5, gate="never", after=1))
    expect(tab.text).to_have_text("Kept")
    tab.stop_button.click()
    expect(tab.composer).to_be_focused()
    tab.button("Continue").click()
    upstream.wait("started", 2)
    tab.page.wait_for_timeout(5000)  # longer than Stop is patient
    expect(tab.answer).to_have_attribute("aria-busy", "true")
    tab.stop_button.click()
    expect(tab.answer.get_by_text("Stopped")).to_be_visible()
    upstream.wait("aborted", 2)


def test_stop_without_a_network_reaches_the_server_when_it_is_back(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text="Kept words. Never sent.", size=12, gate="never", after=1))
    expect(tab.text).to_have_text("Kept words.")
    tab.page.context.set_offline(True)
    expect(tab.page.get_by_text("You are offline.")).to_be_visible()
    tab.stop_button.click()
    expect(tab.answer.get_by_text("Stopped")).to_have_count(0)
    tab.page.context.set_offline(False)
    expect(tab.answer.get_by_text("Stopped")).to_be_visible()
    upstream.wait("aborted")

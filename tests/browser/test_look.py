"""What the page looks like where the machine decides: its width, its colours; and what its buttons say and offer."""

from playwright.sync_api import Route, expect

from tests.browser.tab import Tab
from tests.upstream import Upstream, prompt


def test_copying_twice_in_a_row_says_so_twice_and_then_no_more(tab: Tab) -> None:
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.ask(prompt(text="words"))
    tab.wait_until_ended()
    copy = tab.answer.get_by_role("button", name="Copy")
    for _ in range(2):
        copy.click()
        expect(copy).to_have_attribute("data-said", "Copied")
    expect(copy).not_to_have_attribute("data-said", "Copied")


def test_the_composer_is_there_while_a_conversation_loads_and_sends_nothing(tab: Tab) -> None:
    tab.ask(prompt(text="first"))
    tab.wait_until_ended()
    held: list[Route] = []
    tab.page.route("**/api/conversations/*", lambda route: held.append(route))
    with tab.page.expect_request("**/api/conversations/*"):
        tab.page.reload()
    expect(tab.page.get_by_role("status", name="Loading the conversation")).to_be_attached()
    tab.ask("next")
    expect(tab.composer).to_be_focused()
    for route in held:
        route.continue_()
    expect(tab.text).to_have_text("first")
    expect(tab.composer).to_be_focused()
    expect(tab.composer).to_have_value("next")
    expect(tab.questions).to_have_count(1)


def test_the_composer_is_as_high_as_its_text_at_every_width(tab: Tab) -> None:
    tab.composer.fill("as long as it takes " * 20)
    before = tab.composer.evaluate("field => field.clientHeight")
    tab.page.set_viewport_size({"width": 390, "height": 800})
    tab.page.wait_for_function(
        """before => {
            const { clientHeight, scrollHeight } = document.querySelector(".composer textarea");
            return clientHeight > before && clientHeight === scrollHeight;
        }""",
        arg=before,
    )


def test_what_is_drawn_by_a_background_can_be_seen_in_forced_colours(tab: Tab, upstream: Upstream) -> None:
    tab.page.emulate_media(forced_colors="active")
    tab.ask(prompt(text="words and more", gate="end", after=2))
    expect(tab.text).to_be_visible()
    square = tab.stop_button.locator(".square")
    expect(square).to_have_css("border-top-width", "7px")
    for part in (tab.stop_button, tab.questions.first):
        expect(part).to_have_css("border-top-width", "1px")
    upstream.open("end")
    tab.wait_until_ended()


def test_an_answer_that_reached_its_limit_can_go_on_or_be_asked_for_again(tab: Tab) -> None:
    tab.ask(prompt(text="as far as", end="length"))
    expect(tab.answer.get_by_text("The answer reached its length limit.")).to_be_visible()
    expect(tab.button("Continue")).to_be_visible()
    expect(tab.button("Regenerate")).to_be_visible()

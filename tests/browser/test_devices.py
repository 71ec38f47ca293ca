"""One user at two devices, each with a browser of its own: what one does the other follows, and nothing is lost."""

import pytest
from playwright.sync_api import Route, WebSocketRoute, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.browser.test_branches import ask, branch, edit, first_question
from tests.upstream import Upstream, prompt


@pytest.fixture
def phone(tab: Tab, new_tab: NewTab) -> Tab:
    """The other device."""
    return new_tab("alice")


def open_there(tab: Tab, phone: Tab, text: str) -> None:
    """What this device has open, at the other one."""
    phone.page.goto(tab.page.url)
    expect(phone.text).to_have_text(text)
    phone.wait_until_ended()


def test_the_other_device_goes_to_the_branch_that_is_chosen(tab: Tab, phone: Tab) -> None:
    ask(tab, "the first way")
    edit(first_question(tab), prompt(text="the second way"))
    expect(tab.text).to_have_text("the second way")
    tab.wait_until_ended()
    open_there(tab, phone, "the second way")
    first_question(tab).get_by_role("button", name="Previous branch").click()
    for device in (tab, phone):
        expect(device.text).to_have_text("the first way")


def test_who_is_writing_is_not_torn_to_another_branch(tab: Tab, phone: Tab) -> None:
    ask(tab, "the first way")
    open_there(tab, phone, "the first way")
    phone.composer.fill("half a thought")
    edit(first_question(tab), prompt(text="the second way"))
    expect(tab.text).to_have_text("the second way")
    expect(branch(first_question(phone))).to_have_accessible_name("Branch 1 of 2")
    expect(phone.text).to_have_text("the first way")
    expect(phone.composer).to_have_value("half a thought")


def test_an_answer_that_one_device_asks_for_streams_at_the_other(tab: Tab, phone: Tab, upstream: Upstream) -> None:
    ask(tab, "first")
    open_there(tab, phone, "first")
    phone.composer.fill("half a thought")
    tab.ask(prompt(text="both see this", gate="end", after=2))
    for device in (tab, phone):
        expect(device.text).to_have_text("both see")
    upstream.open("end")
    for device in (tab, phone):
        expect(device.text).to_have_text("both see this")
        device.wait_until_ended()


def test_a_device_that_missed_what_happened_makes_a_branch_and_overwrites_nothing(tab: Tab, phone: Tab) -> None:
    ask(tab, "first")
    open_there(tab, phone, "first")
    held: list[Route] = []
    phone.page.route("**/api/conversations/*", lambda route: held.append(route))
    ask(tab, "second")
    phone.ask(prompt(text="another second"))
    expect(phone.text).to_have_text("another second")
    for route in held:
        route.continue_()
    phone.page.unroute("**/api/conversations/*")
    expect(branch(phone.page.locator("article.question").last)).to_have_accessible_name("Branch 2 of 2")
    phone.page.locator("article.question").last.get_by_role("button", name="Previous branch").click()
    expect(phone.text).to_have_text("second")


def test_a_choice_that_meets_a_newer_version_is_made_again_on_it(tab: Tab, new_tab: NewTab) -> None:
    ask(tab, "the first way")
    edit(first_question(tab), prompt(text="the second way"))
    expect(tab.text).to_have_text("the second way")
    tab.wait_until_ended()
    deaf = new_tab("alice")
    deaf.page.route_web_socket("**/ws/live", lambda socket: _nothing(socket))
    deaf.page.goto(tab.page.url)
    expect(deaf.text).to_have_text("the second way")
    for name, text in (("Previous branch", "the first way"), ("Next branch", "the second way")):
        with tab.page.expect_response(lambda response: response.request.method == "PATCH" and response.ok):
            first_question(tab).get_by_role("button", name=name).click()
        expect(tab.text).to_have_text(text)
    with deaf.page.expect_response(lambda response: response.status == 409):
        first_question(deaf).get_by_role("button", name="Previous branch").click()
    for device in (deaf, tab):
        expect(device.text).to_have_text("the first way")


def _nothing(socket: WebSocketRoute) -> None:
    """A connection over which no hint comes."""


def test_an_answer_is_stopped_from_the_other_device(tab: Tab, phone: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text="never whole", gate="never", after=1))
    expect(tab.text).to_have_text("neve")
    tab.wait_until_named()
    phone.page.goto(tab.page.url)
    phone.stop_button.click()
    for device in (tab, phone):
        expect(device.answer.get_by_text("Stopped")).to_be_visible()
    upstream.wait("aborted")


def test_a_rating_is_seen_at_the_other_device(tab: Tab, phone: Tab) -> None:
    ask(tab, "first")
    open_there(tab, phone, "first")
    tab.button("Bad answer").click()
    expect(phone.button("Bad answer")).to_have_attribute("aria-pressed", "true")
    tab.button("Too long").click()
    tab.button("Send the reason").click()
    expect(phone.button("Bad answer")).to_have_attribute("title", "Too long")
    phone.button("Good answer").click()
    expect(tab.button("Good answer")).to_have_attribute("aria-pressed", "true")
    expect(tab.button("Bad answer")).to_have_attribute("aria-pressed", "false")


def _hide(tab: Tab, hidden: bool) -> None:
    """As if another tab were in front."""
    tab.page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_hidden_tab_reads_on_what_it_asked_for_and_another_pauses_until_it_is_shown(
    tab: Tab, phone: Tab, upstream: Upstream
) -> None:
    for device in (tab, phone):
        device.page.clock.install()
    tab.ask(prompt(text="to the very end", gate="end", after=2))
    tab.wait_until_named()
    phone.page.goto(tab.page.url)
    for device in (tab, phone):
        device.page.clock.run_for(100)
        expect(device.text).to_have_text("to the v")
        _hide(device, True)
        device.page.clock.run_for(31_000)
    upstream.open("end")
    expect(tab.text).to_have_text("to the very end")
    expect(phone.text).to_have_text("to the v")
    _hide(phone, False)
    expect(phone.text).to_have_text("to the very end")

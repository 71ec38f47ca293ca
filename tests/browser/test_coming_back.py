"""What cuts an answer off, and how the page finds its way back."""

import signal
from contextlib import suppress

from playwright.sync_api import Error, Request, Route, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.site import Site
from tests.upstream import Upstream, prompt

WORDS = "one two three four five six seven eight nine ten"


def test_a_reload_in_mid_stream_loses_nothing(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(text=WORDS, gate="end", after=5))
    expect(tab.text).to_have_text("one two three four f")
    tab.wait_until_named()
    tab.page.reload()
    expect(tab.text).to_have_text("one two three four f")
    expect(tab.stop_button).to_be_visible()
    upstream.open("end")
    expect(tab.text).to_have_text(WORDS)
    tab.wait_until_ended()


def test_a_reload_before_the_first_event_sends_the_message_once(tab: Tab, upstream: Upstream) -> None:
    cut: list[str] = []

    def lose_the_answer(route: Route) -> None:
        """The server gets the request; its answer never reaches the page."""
        cut.append(route.request.headers["idempotency-key"])
        with suppress(Error):  # the page has gone meanwhile
            route.fetch(max_retries=0)
            route.abort()

    tab.page.route("**/api/chat", lose_the_answer)
    with tab.page.expect_event("requestfailed", lambda request: request.url.endswith("/api/chat")):
        tab.ask(prompt(text=WORDS))
    tab.page.goto("about:blank")  # so that no repetition of the old page's gets through
    tab.page.unroute("**/api/chat")
    sent = bearers_of(tab, "/api/chat")
    tab.page.go_back()
    expect(tab.text).to_have_text(WORDS)
    expect(tab.questions).to_have_count(1)
    assert len(sent) == 1
    assert len(set(cut)) == 1
    assert len(upstream.requests) == 1


def test_a_killed_server_ends_the_answer_as_interrupted_and_continue_goes_on(
    site: Site, tab: Tab, upstream: Upstream
) -> None:
    tab.ask(prompt(text=WORDS, gate="end", after=5))
    expect(tab.text).to_have_text("one two three four f")
    site.kill()
    expect(tab.answer.get_by_text("Reconnecting")).to_be_visible()
    site.start()
    expect(tab.answer.get_by_text("Interrupted.")).to_be_visible()
    expect(tab.text).to_have_text("one two three four f")
    upstream.open("end")
    tab.button("Continue").click()
    tab.wait_until_ended()
    expect(tab.text).to_contain_text("one two three four f")
    expect(tab.answer.get_by_text("Interrupted.")).to_have_count(0)


def test_a_server_that_restarts_between_two_messages_goes_unnoticed(site: Site, tab: Tab) -> None:
    tab.ask(prompt(text="first"))
    tab.wait_until_ended()
    site.stop(signal.SIGINT)
    tab.ask(prompt(text="second"))
    expect(tab.answer.get_by_text("Reconnecting")).to_be_visible()
    site.start()
    expect(tab.text).to_have_text("second")


def test_an_access_token_that_expires_in_mid_stream_is_replaced(
    site: Site, new_tab: NewTab, upstream: Upstream
) -> None:
    site.stop(signal.SIGINT)
    site.start(CHATSITE_ACCESS_TOKEN_SECONDS="5")
    tab = new_tab()
    starts, follows = bearers_of(tab, "/api/chat"), bearers_of(tab, "/api/chat/")
    tab.ask(prompt(text=WORDS, gate="end", after=5))
    expect(tab.text).to_have_text("one two three four f")
    tab.wait_until_named()
    tab.page.get_by_role("link", name="New chat").click()  # nobody reads on
    tab.page.wait_for_timeout(5500)
    with tab.page.expect_request("**/api/chat/*"):  # what was read before stands there at once
        tab.rows.first.click()
    expect(tab.text).to_have_text("one two three four f")
    upstream.open("end")
    expect(tab.text).to_have_text(WORDS)
    assert starts[0] != follows[-1]


def bearers_of(tab: Tab, path: str) -> list[str]:
    """Fills with the bearers of requests to this path, or below it where it ends with a slash."""
    bearers: list[str] = []

    def note(request: Request) -> None:
        found = request.url.removeprefix(tab.url)
        if found == path or (path.endswith("/") and found.startswith(path)):
            bearers.append(request.headers["authorization"])

    tab.page.on("request", note)
    return bearers


def test_offline_is_said_and_the_message_sends_itself_when_the_network_is_back(tab: Tab) -> None:
    tab.page.context.set_offline(True)
    expect(tab.page.get_by_text("You are offline.")).to_be_visible()
    tab.ask(prompt(text="arrived"))
    tab.page.context.set_offline(False)
    expect(tab.text).to_have_text("arrived")
    expect(tab.page.get_by_text("You are offline.")).to_have_count(0)


def test_signed_out_in_the_middle_keeps_the_draft(home: Site, tab: Tab) -> None:
    refusal = {"code": 40103, "msg": "This access token is not valid any more."}
    tab.page.route("**/api/chat", lambda route: route.fulfill(status=401, json=refusal))
    tab.ask("words I do not want to lose")
    expect(tab.page.get_by_text("You are signed out.")).to_be_visible()
    expect(tab.composer).to_have_value("words I do not want to lose")
    tab.page.context.clear_cookies()
    tab.page.unroute("**/api/chat")
    tab.page.locator(".dock").get_by_role("link", name="Sign in").click()
    tab.sign_in(home.user("alice"))
    expect(tab.composer).to_have_value("words I do not want to lose")


def test_who_signs_in_next_in_a_tab_sees_no_draft_of_who_was_there(home: Site, tab: Tab) -> None:
    tab.composer.fill("for nobody else")
    tab.page.context.clear_cookies()  # the session ended without a Sign out
    tab.sign_in(home.user("charlie"))
    expect(tab.composer).to_have_value("")
    tab.composer.fill("of charlie")
    tab.button("Account and appearance").click()
    tab.page.get_by_role("menuitem", name="Sign out").click()
    tab.page.wait_for_url("**/accounts/**")
    assert tab.page.evaluate("sessionStorage.length") == 0


def test_a_site_on_this_machine_is_there_without_a_network(tab: Tab) -> None:
    tab.page.add_init_script("Object.defineProperty(navigator, 'onLine', {get: () => false})")
    tab.page.reload()
    tab.ask(prompt(text="here"))
    expect(tab.text).to_have_text("here")
    expect(tab.rows).to_have_count(1)
    expect(tab.page.get_by_text("You are offline.")).to_have_count(0)


def test_a_site_that_cannot_be_reached_at_first_fills_the_page_when_it_can(tab: Tab) -> None:
    tab.page.route("**/api/**", lambda route: route.abort())
    tab.page.reload()
    expect(tab.page.get_by_text("The list could not be loaded.")).to_be_visible()
    tab.page.unroute("**/api/**")
    expect(tab.page.get_by_text("Your conversations will appear here.")).to_be_visible()
    expect(tab.page.locator(".model-choice")).not_to_have_text("No model")


def test_an_upstream_that_fails_says_why_and_try_again_asks_again(tab: Tab, upstream: Upstream) -> None:
    tab.ask(prompt(status=500))
    expect(tab.answer.get_by_text("The answer failed")).to_be_visible()
    tab.button("Try again").click()
    upstream.wait("started", 2)
    expect(tab.answer.get_by_text("The answer failed")).to_be_visible()


def test_a_message_that_is_refused_can_be_taken_back(tab: Tab) -> None:
    refusal = {"code": 42901, "msg": "Too many messages."}
    tab.page.route("**/api/chat", lambda route: route.fulfill(status=429, json=refusal, headers={"Retry-After": "60"}))
    tab.ask("too much")
    expect(tab.answer.get_by_text("Not sent")).to_be_visible()
    expect(tab.answer.get_by_text("You can go on at")).to_be_visible()
    tab.button("Back to the text field").click()
    expect(tab.composer).to_have_value("too much")
    expect(tab.questions).to_have_count(0)

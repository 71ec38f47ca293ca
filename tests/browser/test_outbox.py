"""What was sent while the site could not be reached, or nobody was signed in, is kept and sent exactly once."""

from playwright.sync_api import expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.site import Site
from tests.upstream import Upstream, prompt

WAITS = "Sends itself when the connection is back"


def offline(tab: Tab, off: bool) -> None:
    tab.page.context.set_offline(off)


def ask_offline(tab: Tab, text: str) -> None:
    offline(tab, True)
    tab.ask(prompt(text=text))
    expect(tab.answer.get_by_text(WAITS)).to_be_visible()


def start_conversation(tab: Tab) -> str:
    tab.ask(prompt(text="first"))
    tab.wait_until_ended()
    return tab.wait_until_named()


def kept(tab: Tab) -> int:
    """How many messages this browser keeps."""
    count: int = tab.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('outbox:')).length")
    return count


def test_what_is_sent_offline_waits_and_is_sent_once_when_the_network_is_back(tab: Tab, upstream: Upstream) -> None:
    start_conversation(tab)
    ask_offline(tab, "second")
    offline(tab, False)
    expect(tab.text).to_have_text("second")
    tab.wait_until_ended()
    assert len(upstream.requests) == 2
    assert kept(tab) == 0


def test_cancel_puts_the_text_back_and_nothing_is_sent(tab: Tab, upstream: Upstream) -> None:
    start_conversation(tab)
    ask_offline(tab, "second")
    tab.button("Cancel").click()
    expect(tab.questions).to_have_count(1)
    expect(tab.composer).to_have_value(prompt(text="second"))
    expect(tab.composer).to_be_focused()
    offline(tab, False)
    tab.page.reload()
    expect(tab.composer).to_have_value(prompt(text="second"))
    assert len(upstream.requests) == 1


def test_a_second_message_waits_for_the_one_above_it(tab: Tab, upstream: Upstream) -> None:
    start_conversation(tab)
    ask_offline(tab, "second")
    tab.ask("the third")
    expect(tab.page.locator(".composer").get_by_text("Waits until the message above is sent")).to_be_visible()
    expect(tab.composer).to_have_value("the third")
    offline(tab, False)
    expect(tab.text).to_have_text("second")
    tab.wait_until_ended()
    tab.composer.press("Enter")
    expect(tab.questions).to_have_count(3)
    assert upstream.wait("finished", 3)


def test_what_waits_survives_the_tab_and_is_sent_by_the_next(tab: Tab, new_tab: NewTab, upstream: Upstream) -> None:
    there = start_conversation(tab)
    ask_offline(tab, "second")
    context = tab.page.context
    tab.page.close()
    context.set_offline(False)
    after = new_tab(context=context)
    after.page.goto(f"{after.url}/c/{there}")
    expect(after.text).to_have_text("second")
    expect(after.questions).to_have_count(2)
    assert len(upstream.requests) == 2


def test_of_several_tabs_only_one_sends_and_the_others_see_the_answer(
    tab: Tab, new_tab: NewTab, upstream: Upstream
) -> None:
    there = start_conversation(tab)
    beside = new_tab(context=tab.page.context)
    beside.page.goto(f"{beside.url}/c/{there}")
    expect(beside.text).to_have_text("first")
    posts: list[str] = []
    for each in (tab, beside):
        each.page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
        each.page.route("**/api/chat", lambda route: route.abort())
    tab.ask(prompt(text="second"))
    expect(tab.answer.get_by_text("Reconnecting")).to_be_visible()
    for each in (tab, beside):
        each.page.unroute("**/api/chat")
    for each in (tab, beside):
        expect(each.text).to_have_text("second")
        expect(each.questions).to_have_count(2)
    assert len(upstream.requests) == 2


def test_the_tab_beside_takes_over_when_the_one_that_sends_is_closed(
    tab: Tab, new_tab: NewTab, upstream: Upstream
) -> None:
    there = start_conversation(tab)
    beside = new_tab(context=tab.page.context)
    beside.page.goto(f"{beside.url}/c/{there}")
    expect(beside.text).to_have_text("first")
    tab.page.route("**/api/chat", lambda route: route.abort())
    tab.ask(prompt(text="second"))
    expect(tab.answer.get_by_text("Reconnecting")).to_be_visible()
    expect(beside.questions).to_have_count(1)
    tab.page.close()
    expect(beside.text).to_have_text("second")
    expect(beside.questions).to_have_count(2)
    assert len(upstream.requests) == 2


def test_what_is_sent_while_signed_out_is_sent_after_signing_in(
    home: Site, new_tab: NewTab, upstream: Upstream
) -> None:
    tab = new_tab(name="")
    tab.sign_in(home.user("alice"))
    there = start_conversation(tab)
    tab.page.context.clear_cookies()
    tab.page.route("**/api/**", lambda route: route.fulfill(status=401, json={"code": 40101, "msg": "Sign in."}))
    tab.ask(prompt(text="second"))
    expect(tab.page.get_by_text("You are signed out.")).to_be_visible()
    expect(tab.answer.get_by_text("Sends itself once you have signed in")).to_be_visible()
    expect(tab.questions).to_have_count(2)
    tab.page.unroute("**/api/**")
    tab.page.goto(f"{tab.url}/accounts/login/")
    tab.sign_in(home.user("alice"))
    tab.page.goto(f"{tab.url}/c/{there}")
    expect(tab.text).to_have_text("second")
    expect(tab.questions).to_have_count(2)
    assert len(upstream.requests) == 2


def test_who_signs_in_next_neither_sees_nor_sends_it(home: Site, new_tab: NewTab, upstream: Upstream) -> None:
    tab = new_tab(name="")
    tab.sign_in(home.user("alice"))
    tab.page.context.clear_cookies()
    tab.page.route("**/api/**", lambda route: route.fulfill(status=401, json={"code": 40101, "msg": "Sign in."}))
    tab.ask("words of alice")
    expect(tab.answer.get_by_text("Sends itself once you have signed in")).to_be_visible()
    tab.page.unroute("**/api/**")
    tab.sign_in(home.user("charlie"))
    expect(tab.questions).to_have_count(0)
    expect(tab.composer).to_have_value("")
    expect(tab.page.get_by_text("Your conversations will appear here.")).to_be_visible()
    assert upstream.requests == []
    assert kept(tab) == 1

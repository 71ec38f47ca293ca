"""Pull the plug: an answer is cut off in every way, and the receipt counts what came of it."""

import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Locator, Route, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.browser.test_keyboard import _LISTEN
from tests.browser.test_states import _SMALL as SMALL
from tests.browser.test_states import LOOKS, TEXT, Look
from tests.databases import Template
from tests.site import Site
from tests.upstream import Upstream

WORDS = "one two three 四五六 🙂 seven"  # 25 characters
# A network that goes takes open connections with it; that of Playwright lets them be.
CUT = """() => {
    const real = window.fetch;
    const gone = () => {
        const cut = new AbortController();
        addEventListener("offline", () => cut.abort(new TypeError("network gone")), { once: true });
        return cut.signal;
    };
    window.fetch = (input, init = {}) =>
        real(input, { ...init, signal: AbortSignal.any([gone(), ...(init.signal ? [init.signal] : [])]) });
}"""
UNHARMED = {"Lost": "0", "Repeated": "0"}


def pull(tab: Tab) -> None:
    """Press the starter and see the answer begin."""
    tab.button("Pull the plug").click()
    expect(panel(tab)).to_contain_text("Not cut yet")
    tab.wait_until_named()


def panel(tab: Tab) -> Locator:
    return tab.page.get_by_role("complementary", name="Pull the plug")


def figures(tab: Tab) -> dict[str, str]:
    """The receipt."""
    receipt = panel(tab).locator("dl")
    words, counts = receipt.locator("dt").all_inner_texts(), receipt.locator("dd").all_inner_texts()
    return dict(zip(words, counts, strict=True))


def stored(site: Site) -> str:
    """What the server has of the last answer."""
    headers = site.user("alice").headers
    row = requests.get(f"{site.url}/api/conversations", headers=headers).json()["conversations"][0]
    tree = requests.get(f"{site.url}/api/conversations/{row['convGroupId']}", headers=headers).json()
    content: str = tree["messages"][-1]["content"]
    return content


def test_reloads_a_cut_network_and_a_restarted_server_are_counted_and_nothing_is_lost(
    site: Site, tab: Tab, upstream: Upstream
) -> None:
    tab.page.add_init_script(f"({CUT})()")
    tab.open()
    upstream.default(count=100_000, rate=20)  # without an end
    tab.button("Pull the plug").click()
    expect(tab.text).to_contain_text("9")
    tab.page.reload()
    expect(panel(tab)).to_contain_text("Cut once so far")
    expect(tab.text).to_contain_text("9")
    panel(tab).get_by_role("button", name="Reload the page").click()
    expect(panel(tab)).to_contain_text("Cut 2 times so far")
    expect(tab.text).to_contain_text("9")
    tab.page.context.set_offline(True)
    expect(tab.answer.get_by_text("Reconnecting")).to_be_visible()
    tab.page.context.set_offline(False)
    expect(panel(tab)).to_contain_text("Cut 3 times so far")
    site.stop(signal.SIGINT)
    upstream.default(text="the end")
    site.start()
    expect(panel(tab)).to_contain_text("It was interrupted before its end.")
    tab.button("Continue").click()
    expect(tab.text).to_contain_text("the end")
    tab.wait_until_ended()
    count = str(len(stored(site)))
    expect(panel(tab)).to_contain_text("The connection was cut 4 times. Nothing was lost.")
    cuts = {"Page reloaded": "2", "Reconnected": "1", "Interrupted": "1"}
    assert figures(tab) == {**cuts, "Characters received": count, "Stored on the server": count, **UNHARMED}
    tab.page.reload()
    expect(panel(tab)).to_contain_text("The connection was cut 4 times. Nothing was lost.")


def listen(tab: Tab) -> Callable[[], list[str]]:
    """Every text that is put into a live region from now on."""
    tab.page.evaluate(_LISTEN)
    return lambda: tab.page.evaluate("window.said")


def doctor(tab: Tab, change: Callable[[str], str]) -> None:
    """The server says of what it has stored something else than what it sent."""

    def fulfil(route: Route) -> None:
        response = route.fetch()
        body: dict[str, Any] = response.json()
        for message in body["messages"]:
            message["content"] = change(message["content"])
        route.fulfill(response=response, json=body)

    tab.page.route("**/messages?ids=*", fulfil)


@pytest.mark.parametrize(
    ("change", "lost", "kept"),
    [(lambda text: text + " and more", "9", "34"), (lambda text: text[:20], "5", "20"), (lambda _: "", "25", "0")],
    ids=["the page lacks some", "the server lacks some", "the server has nothing"],
)
def test_a_difference_to_what_the_server_has_is_said(
    tab: Tab, upstream: Upstream, change: Callable[[str], str], lost: str, kept: str
) -> None:
    upstream.default(text=WORDS)
    doctor(tab, change)
    tab.button("Pull the plug").click()
    expect(panel(tab)).to_contain_text("The connection was cut 0 times, and the text is not whole.")
    found = {"Characters received": "25", "Stored on the server": kept, "Lost": lost, "Repeated": "0"}
    assert figures(tab) == found


_MORE_WAS_SEEN = """() => {
    const key = Object.keys(localStorage).find(key => key.startsWith("plug:"));
    localStorage[key] = JSON.stringify({ ...JSON.parse(localStorage[key]), most: 30 });
}"""


def test_text_that_was_on_the_page_before_a_reload_and_is_gone_after_it_is_lost(tab: Tab, upstream: Upstream) -> None:
    upstream.default(text=WORDS, gate="end", after=3)
    pull(tab)
    tab.page.reload()
    expect(panel(tab)).to_contain_text("Cut once so far")
    tab.page.evaluate(_MORE_WAS_SEEN)
    tab.page.reload()
    expect(panel(tab)).to_contain_text("Cut 2 times so far")
    upstream.open("end")
    expect(panel(tab)).to_contain_text("The connection was cut 2 times, and the text is not whole.")
    assert figures(tab) | {"Characters received": "30", "Lost": "5"} == figures(tab)


def test_it_is_started_read_and_closed_by_keyboard_and_announced_once(tab: Tab, upstream: Upstream) -> None:
    upstream.default(text=WORDS)
    said = listen(tab)
    tab.button("Pull the plug").focus()
    tab.page.keyboard.press("Enter")
    expect(panel(tab)).to_contain_text("Nothing was lost")
    tab.page.wait_for_function("() => window.said.length >= 3")
    assert said() == [
        "The answer is arriving.",
        "The answer is complete.",
        "The connection was cut 0 times. Nothing was lost."
        " Characters received: 25, Stored on the server: 25, Lost: 0, Repeated: 0",
    ]
    panel(tab).get_by_role("button", name="Close").focus()
    tab.page.keyboard.press("Enter")
    expect(panel(tab)).to_have_count(0)
    expect(tab.composer).to_be_focused()
    tab.page.reload()
    expect(tab.text).to_have_text(WORDS)
    expect(panel(tab)).to_have_count(0)


def test_it_stands_beside_its_own_conversation_alone(tab: Tab, upstream: Upstream) -> None:
    upstream.default(text=WORDS)
    tab.button("Pull the plug").click()
    expect(panel(tab)).to_contain_text("Nothing was lost")
    tab.page.get_by_role("link", name="New chat").click()
    expect(tab.button("Pull the plug")).to_be_visible()
    expect(panel(tab)).to_have_count(0)
    tab.rows.first.click()
    expect(panel(tab)).to_contain_text("Nothing was lost")


def test_a_start_that_is_refused_shows_no_panel(tab: Tab) -> None:
    refusal = {"code": 42901, "msg": "Too many messages."}
    tab.page.route("**/api/chat", lambda route: route.fulfill(status=429, json=refusal, headers={"Retry-After": "60"}))
    tab.button("Pull the plug").click()
    expect(tab.answer.get_by_text("Not sent")).to_be_visible()
    expect(panel(tab)).to_have_count(0)


def test_a_temporary_chat_has_no_plug_to_pull(tab: Tab) -> None:
    tab.button("Temporary chat").click()
    expect(tab.button("Pull the plug")).to_be_disabled()


def test_nothing_of_it_is_loaded_before_it_is_wanted(tab: Tab, upstream: Upstream) -> None:
    upstream.default(text=WORDS)
    seen: list[str] = []
    tab.page.on("request", lambda request: seen.append(request.url))
    tab.open()
    tab.ask("an ordinary question")
    tab.wait_until_ended()
    assert not [url for url in seen if re.search("/(Panel|pull|record)", url)]


def test_of_the_demo_the_longest_answer_is_asked_for(template: Template, tmp_path: Path, browser: Browser) -> None:
    with template.copy(tmp_path / "data") as url, Site(tmp_path / "data", url, people=template.people) as site:
        context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
        tab = Tab(context.new_page(), site.url)
        tab.sign_in(site.user("alice"))
        expect(tab.page.locator(".model-choice")).to_contain_text("演示")  # the models are known
        tab.button("拔网线试试").click()
        expect(tab.text).to_contain_text("守灯人")
        expect(tab.page.locator(".model-choice")).to_contain_text("长")
        context.close()


@pytest.fixture(params=LOOKS, ids=lambda look: look.name)
def look(request: pytest.FixtureRequest) -> Look:
    found: Look = request.param
    return found


def test_how_it_looks(new_tab: NewTab, look: Look, screenshots: Path, upstream: Upstream) -> None:
    upstream.default(text=TEXT, size=20, gate="end", after=30)
    tab = new_tab(**look.options)
    plug = tab.page.locator(".plug")
    tab.page.get_by_role("button", name=re.compile("Pull the plug|拔网线试试")).click()
    expect(tab.text.locator("table")).to_be_visible()
    for state in ("running", "receipt"):
        expect(plug.locator("ul" if state == "running" else "dl")).to_be_visible()
        tab.wait_until_still()
        tab.page.screenshot(path=screenshots / f"{look.name}-plug-{state}.png")
        assert tab.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert tab.page.evaluate(SMALL) == []
        upstream.open("end")

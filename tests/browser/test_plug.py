"""Pull the plug: an answer is cut off in every way, and the receipt counts what came of it."""

import re
import signal
from typing import Any

import pytest
import requests
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.browser.test_states import PHONE
from tests.site import Site
from tests.upstream import Upstream

WORDS = "one two three 四五六 🙂 seven eight nine ten"
BEGIN = "one two three 四五六"
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


@pytest.fixture(autouse=True)
def long_answer(upstream: Upstream) -> None:
    """Every answer waits half-way until "end" is opened."""
    upstream.default(text=WORDS, size=17, gate="end", after=1)


def pull(tab: Tab) -> None:
    """Press the starter and see the answer begin."""
    tab.button("Pull the plug").click()
    expect(tab.text).to_have_text(BEGIN)
    expect(panel(tab)).to_contain_text("Not cut yet")
    tab.wait_until_named()


def panel(tab: Tab) -> Locator:
    return tab.page.get_by_role("complementary", name="Pull the plug")


def figures(tab: Tab) -> dict[str, str]:
    """The receipt, once it is there."""
    receipt = panel(tab).get_by_label("Receipt")
    expect(receipt).to_be_visible()
    rows = [row.split("\n") for row in receipt.locator("div").all_inner_texts()]
    return {word: figure for figure, word in rows} if rows[0][0].isdigit() else dict(rows)  # type: ignore[arg-type]


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

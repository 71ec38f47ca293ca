"""A conversation of very many messages: what is seen is loaded and mounted, the rest comes when it is near."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.site import Site, python
from tests.upstream import prompt

COUNT = 600
LAST = COUNT // 2 - 1

# What is not Chromium has to keep what is read in its place by the page's own means.
_WITHOUT_ANCHORS = """
CSS.supports = () => false;
addEventListener("DOMContentLoaded", () => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(".scroll { overflow-anchor: none }");
    document.adoptedStyleSheets = [sheet];
});
"""

# Scrolls up in small steps; how far what was in view then moved beside what was scrolled, at most, in pixels, and in
# how many of the steps there was something to see it by.
_CLIMB = """async ([steps, by]) => {
    const area = document.querySelector(".scroll");
    const frame = () => new Promise(requestAnimationFrame);
    const tops = () => new Map([...document.querySelectorAll("article .bubble, article .markdown > *")]
        .map((block) => [block, block.getBoundingClientRect().top])
        .filter(([, top]) => top > 0 && top < innerHeight));
    let jump = 0, seen = 0;
    for (let step = 0; step < steps; step += 1) {
        const before = tops();
        area.scrollTop -= by;
        await frame();
        await frame();
        const known = [...tops()].filter(([block]) => before.has(block));
        if (known.length > 0) seen += 1;
        jump = Math.max(jump, ...known.map(([block, top]) => Math.abs(top - before.get(block) - by)));
    }
    return [jump, seen];
}"""


@pytest.fixture
def long(home: Site) -> str:
    """The id of Alice's conversation."""
    return python(home.env, "-m", "tests.long", home.user("alice").email, str(COUNT)).split()[-1]


def go(tab: Tab, conversation: str, message: str = "") -> None:
    tab.page.goto(f"{tab.url}/c/{conversation}" + (f"?m={message}" if message else ""))
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


@pytest.mark.parametrize("anchors", [True, False], ids=["by the browser", "by the page"])
def test_nothing_jumps_while_it_is_scrolled(new_tab: NewTab, long: str, anchors: bool) -> None:
    tab = new_tab()
    if not anchors:
        tab.page.add_init_script(_WITHOUT_ANCHORS)
    go(tab, long)
    expect(tab.text.get_by_text(f"End of answer {LAST}.")).to_be_in_viewport()
    expect(question(tab, LAST - 15)).to_have_count(1)
    expect(question(tab, LAST - 20)).to_have_count(0)
    jump, seen = tab.page.evaluate(_CLIMB, [90, 240])
    assert jump <= 2
    assert seen > 60
    expect(question(tab, LAST - 20)).to_have_count(1)


def test_a_link_to_a_message_far_up_leads_to_it(tab: Tab, home: Site, long: str) -> None:
    go(tab, long)
    tab.page.locator(".scroll").evaluate("area => area.scrollTo(0, 0)")
    expect(question(tab, 3)).to_have_count(1)
    message = tab.page.locator("article.question", has_text="Question 3?").get_attribute("data-message")
    assert message
    go(tab, long, message)
    expect(tab.page.locator(f"[data-message='{message}']")).to_be_in_viewport()
    expect(tab.page.locator(f"[data-message='{message}']")).to_be_focused()


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


def test_what_is_sent_from_far_up_stands_at_the_top(tab: Tab, long: str) -> None:
    go(tab, long)
    tab.page.locator(".scroll").evaluate("area => area.scrollTo(0, 0)")
    expect(question(tab, 0)).to_be_in_viewport()
    tab.ask(prompt(text="A new answer."))
    tab.wait_until_ended()
    expect(tab.text).to_have_text("A new answer.")
    tab.wait_until_still()
    area, asked = tab.page.locator(".scroll").bounding_box(), tab.questions.last.bounding_box()
    assert area
    assert asked
    assert 0 <= asked["y"] - area["y"] < 60
    assert mounted(tab) < 100


def test_text_that_could_not_be_had_comes_when_the_site_answers_again(tab: Tab, long: str) -> None:
    go(tab, long)
    expect(tab.text.get_by_text(f"End of answer {LAST}.")).to_be_in_viewport()
    tab.page.route("**/messages?ids=*", lambda route: route.fulfill(status=503, json={"code": 50301, "msg": "Full."}))
    tab.page.locator(".scroll").evaluate("area => area.scrollTo(0, 0)")
    expect(tab.page.locator("article[aria-busy=true]").first).to_be_in_viewport()
    tab.page.unroute("**/messages?ids=*")
    expect(question(tab, 0)).to_be_in_viewport()
    expect(tab.page.locator("article[aria-busy=true]")).to_have_count(0)

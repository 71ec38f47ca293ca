"""A diagram that is never done: the page goes on, gives it up after a while, or when it is told to."""

from playwright.sync_api import Locator, expect

from tests.browser.tab import Tab
from tests.browser.test_reading import DIAGRAM
from tests.upstream import prompt

# In the place of what draws.
ENDLESS = "globalThis.mermaid = { initialize() {}, render() { for (;;); } };"
DRAWS = "**/mermaid.tiny*.js"


def button(tab: Tab, name: str) -> Locator:
    return tab.text.get_by_role("button", name=name, exact=True)


def test_a_diagram_that_is_never_done_is_given_up_and_the_page_goes_on_meanwhile(tab: Tab) -> None:
    tab.page.route(DRAWS, lambda route: route.fulfill(body=ENDLESS, content_type="text/javascript"))
    tab.ask(prompt(text=f"Before.\n\n{DIAGRAM}\nAfter."))
    tab.wait_until_ended()
    expect(tab.text.get_by_role("status")).to_have_text("This diagram takes too long to draw.")
    expect(tab.text.locator("iframe")).to_have_count(0)
    expect(tab.text.locator("pre")).to_contain_text("flowchart LR")
    tab.page.unroute(DRAWS)
    button(tab, "Show diagram").click()
    expect(tab.text.frame_locator("iframe").locator("svg")).to_contain_text("Question")
    expect(tab.text.get_by_role("status")).to_have_count(0)


def test_drawing_can_be_stopped_by_keyboard(tab: Tab) -> None:
    tab.page.route(DRAWS, lambda _: None)  # it never comes
    tab.ask(prompt(text=DIAGRAM))
    tab.wait_until_ended()
    button(tab, "Stop drawing").press("Enter")
    expect(button(tab, "Show diagram")).to_be_focused()
    expect(tab.text.locator("iframe")).to_have_count(0)
    expect(tab.text.get_by_role("status")).to_have_count(0)
    tab.page.unroute(DRAWS)
    button(tab, "Show diagram").press("Enter")
    expect(tab.text.frame_locator("iframe").locator("svg")).to_contain_text("Question")
    expect(button(tab, "Show source")).to_be_focused()


def test_a_line_breaks_and_a_node_with_a_link_has_its_place_but_leads_nowhere(tab: Tab) -> None:
    source = 'flowchart LR\n  A["Ask <b><br/>me"] --> B[Model]\n  click B "https://a.example" _self'
    tab.ask(prompt(text=f"```mermaid\n{source}\n```\n"))
    tab.wait_until_ended()
    drawing = tab.text.frame_locator("iframe")
    expect(drawing.locator(".node").first.locator("tspan.row")).to_have_count(2)
    expect(drawing.locator(".node").first).to_contain_text("b>")
    expect(drawing.locator("a")).to_have_count(1)
    expect(drawing.locator("a:is([href], [*|href])")).to_have_count(0)
    asked, model = (drawing.locator(".node").nth(at).bounding_box() for at in (0, 1))
    assert asked
    assert model
    assert model["x"] > asked["x"] + asked["width"]

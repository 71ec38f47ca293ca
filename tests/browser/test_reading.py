"""What makes an answer good to read: code, formulas, diagrams."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.tab import Tab
from tests.upstream import prompt

CODE = 'def hello(name):\n    """Greets."""\n    return f"<b>{name}</b>"  # nothing of this runs\n'


def test_code_is_coloured_and_says_what_was_sent(tab: Tab) -> None:
    tab.ask(prompt(text=f"```py\n{CODE}```\n"))
    tab.wait_until_ended()
    expect(tab.text.locator(".hljs-keyword").first).to_have_text("def")
    expect(tab.text.locator(".hljs-comment")).to_have_text("# nothing of this runs")
    assert tab.text.locator("code").text_content() == CODE
    expect(tab.text.locator("code b")).to_have_count(0)


def test_code_of_an_unknown_language_stays_plain(tab: Tab) -> None:
    tab.ask(prompt(text=f"```klingon\n{CODE}```\n"))
    tab.wait_until_ended()
    assert tab.text.locator("code").text_content() == CODE
    expect(tab.text.locator("[class^=hljs]")).to_have_count(0)


def test_lines_of_code_wrap_when_asked_to(tab: Tab) -> None:
    tab.ask(prompt(text=f"```\n{'wide ' * 200}\n```\n"))
    tab.wait_until_ended()
    pre = tab.text.locator("pre")
    overflows = "pre => pre.scrollWidth > pre.clientWidth"
    assert pre.evaluate(overflows)
    wrap = tab.text.get_by_role("button", name="Wrap lines")
    wrap.click()
    expect(wrap).to_have_attribute("aria-pressed", "true")
    assert not pre.evaluate(overflows)


def test_code_is_saved_as_a_file_of_its_language(tab: Tab) -> None:
    tab.ask(prompt(text=f"```python\n{CODE}```\n"))
    tab.wait_until_ended()
    with tab.page.expect_download() as saving:
        tab.text.get_by_role("button", name="Download").click()
    assert saving.value.suggested_filename == "code.py"
    assert Path(saving.value.path()).read_text() == CODE


MATH = r"""Inline $e^{i\pi} = -1$ and \(x \in \mathbb{R}\), for $5 and $10:

$$
\begin{aligned}
a &= b + c \\

  &= \frac{\sqrt{d}}{2}
\end{aligned}
$$

\[ \sum_{i=1}^{n} i = \frac{n(n+1)}{2} \]
"""


def test_formulas_are_drawn_by_the_browser_and_prices_are_not_formulas(tab: Tab) -> None:
    tab.ask(prompt(text=MATH))
    tab.wait_until_ended()
    expect(tab.text.locator("math")).to_have_count(4)
    expect(tab.text.locator("math[display=block]")).to_have_count(2)
    expect(tab.text.locator("p").first).to_contain_text("for $5 and $10:")
    fraction = tab.text.locator("math mfrac").last.bounding_box()
    letter = tab.text.locator("math mfrac mi").last.bounding_box()
    assert fraction
    assert letter
    assert fraction["height"] > 1.8 * letter["height"]


def test_what_is_copied_of_a_formula_is_its_source(tab: Tab) -> None:
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.ask(prompt(text="Before $x^2$ after."))
    tab.wait_until_ended()
    expect(tab.text.locator("math")).to_have_count(1)
    tab.text.locator("p").evaluate("p => getSelection().selectAllChildren(p)")
    tab.page.keyboard.press("Control+C")
    assert tab.page.evaluate("navigator.clipboard.readText()") == "Before $x^2$ after."


DIAGRAM = "```mermaid\nflowchart LR\n  Ask[Question] --> Model\n  Model --> Answer\n```\n"


def test_a_diagram_is_drawn_in_a_frame_of_its_own_and_gives_way_to_its_source(tab: Tab) -> None:
    tab.ask(prompt(text=DIAGRAM))
    tab.wait_until_ended()
    frame = tab.text.frame_locator("iframe[sandbox=allow-scripts]")
    expect(frame.locator("svg")).to_contain_text("Question")
    expect(tab.text.locator("iframe")).to_be_visible()
    expect(tab.text.locator("pre")).to_be_hidden()
    assert frame.locator("body").evaluate("() => self.origin") == "null"
    tab.text.get_by_role("button", name="Show source").click()
    expect(tab.text.locator("pre")).to_contain_text("flowchart LR")
    expect(tab.text.locator("iframe")).to_have_count(0)


def test_a_diagram_with_a_mistake_stays_source_and_says_so(tab: Tab) -> None:
    tab.ask(prompt(text="```mermaid\nflowchart LR\n  A --> --> ((\n```\n"))
    tab.wait_until_ended()
    expect(tab.text.get_by_role("status")).to_contain_text("has a mistake")
    expect(tab.text.locator("pre")).to_be_visible()
    expect(tab.text.locator("iframe")).to_have_count(0)


def test_a_footnote_leads_there_and_back(tab: Tab) -> None:
    tab.ask(prompt(text="It is so.[^why]\n\n" + "Text.\n\n" * 5 + "[^why]: Because.\n"))
    tab.wait_until_ended()
    tab.text.get_by_role("button", name="why", exact=True).click()
    note = tab.text.get_by_role("button", name="why.", exact=True)
    expect(note).to_be_focused()
    note.click()
    expect(tab.text.get_by_role("button", name="why", exact=True)).to_be_focused()


ALL = MATH + "\n| n | sum |\n|---|--:|\n| 10 | $55$ |\n| 100 | 5050 |\n\n```py\n" + CODE + "```\n\n" + DIAGRAM


def test_how_reading_looks(tab: Tab, screenshots: Path) -> None:
    tab.ask(prompt(text=ALL))
    tab.wait_until_ended()
    expect(tab.text.locator("iframe.drawn")).to_be_visible()
    for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)):
        tab.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        tab.page.set_viewport_size({"width": width, "height": 1500})
        tab.wait_until_still()
        tab.page.screenshot(path=screenshots / f"reading-{scheme}-{width}.png")
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

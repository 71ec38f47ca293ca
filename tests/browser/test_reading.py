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
    assert fraction and letter and fraction["height"] > 1.8 * letter["height"]


def test_what_is_copied_of_a_formula_is_its_source(tab: Tab) -> None:
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.ask(prompt(text="Before $x^2$ after."))
    tab.wait_until_ended()
    expect(tab.text.locator("math")).to_have_count(1)
    tab.text.locator("p").evaluate("p => getSelection().selectAllChildren(p)")
    tab.page.keyboard.press("Control+C")
    assert tab.page.evaluate("navigator.clipboard.readText()") == "Before $x^2$ after."

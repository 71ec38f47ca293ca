"""axe-core, which finds what of WCAG 2.2 AA a program can find."""

from importlib.resources import files
from typing import Any, Literal

from playwright.sync_api import Frame, Locator, Page, expect

from tests.browser.tab import Tab

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
MENU = "[role=menu]:popover-open"  # alone: what it covers is too small for a finger as long as it is open
SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...] = (("light", RULES), ("dark", COLOURS))


class Judge:
    """`judge(page, state)` in each state of a page: by all rules in light, in dark by those that look at colours."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def __call__(self, page: Page, state: str, within: str = "html") -> None:
        for scheme, rules in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            self.found.extend(f"{state}, {scheme}: {one}" for one in violations(page.main_frame, within, rules))


def violations(frame: Frame, within: str, rules: dict[str, Any]) -> list[str]:
    """Each as "rule: the element it is about, and why"; what fades in is judged when it is there."""
    frame.evaluate(_STILL)
    if frame.evaluate("() => !window.axe"):
        frame.evaluate(AXE)
    found = frame.evaluate(_RUN, [within, rules])
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]


_STILL = """() => Promise.allSettled(document.getAnimations()
    .filter(one => Number.isFinite(one.effect?.getComputedTiming().endTime)).map(one => one.finished))"""
_RUN = "([within, runOnly]) => axe.run(within, {runOnly, resultTypes: ['violations'], iframes: false, preload: false})"


def menus(tab: Tab, judge: Judge, buttons: Locator) -> None:
    """Each opened in turn."""
    for button in buttons.all():
        name = button.get_attribute("aria-label") or button.inner_text()
        button.click(force=True)
        expect(tab.page.get_by_role("menu")).to_be_visible()
        judge(tab.page, f"menu {name}", MENU)
        tab.page.keyboard.press("Escape")


def dialog(tab: Tab, judge: Judge, state: str) -> Locator:
    """The one that just opens; it is left open."""
    found = tab.page.get_by_role("dialog")
    expect(found).to_be_visible()
    judge(tab.page, state)
    return found

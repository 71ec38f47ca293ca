"""The whole main job by keyboard alone, and what a screen reader is told while it is done."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.site import Site
from tests.upstream import Upstream, prompt


class Keys:
    """A person who has no mouse: keys go to what has the focus, and focus moves by keys alone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.insert_text(text)

    def to(self, wanted: Locator, key: str = "Tab", most: int = 60) -> None:
        """Press the key until that has the focus, which is then plain to see."""
        expect(wanted.first).to_be_attached()
        for _ in range(most):
            if wanted.evaluate_all("nodes => nodes.includes(document.activeElement)"):
                break
            self.press(key)
        else:
            focused = self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
            raise AssertionError(f"{most} times {key} do not lead to {wanted}: at last {focused}")
        assert self.page.evaluate(_SHOWN), "what has the focus does not look like it"


# An outline or a ring, or, in a text field, the frame around it.
_SHOWN = """() => {
    const seen = (node) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
        return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    };
    const focused = document.activeElement;
    return seen(focused) || [focused.parentElement, focused.closest("form"), focused.closest(".surface")].some(
        (node) => node && seen(node)
    ) || focused.matches("textarea, [role^=menuitem], [tabindex='-1']");
}"""


def test_the_whole_job(home: Site, new_tab: NewTab, upstream: Upstream) -> None:
    person = home.user("alice")
    tab = new_tab("")
    page, keys = tab.page, Keys(tab.page)
    page.goto(f"{home.url}/accounts/login/")
    keys.to(page.locator("[name=login]"))
    keys.write(person.email)
    keys.press("Tab")
    keys.write(person.password)
    keys.press("Enter")
    expect(tab.composer).to_be_focused()

    keys.write(prompt(text="the first answer"))
    keys.press("Enter")
    tab.wait_until_ended()
    expect(tab.composer).to_be_focused()

    keys.to(page.get_by_role("link", name="New chat"))
    keys.press("Enter")
    expect(tab.questions).to_have_count(0)
    keys.to(tab.composer)
    keys.write(prompt(text="words that go on", gate="never", after=2))
    keys.press("Enter")
    expect(tab.text).to_be_visible()
    keys.to(tab.stop_button)
    keys.press("Enter")
    tab.wait_until_ended()

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keys.to(tab.answer.get_by_role("button", name="Copy"), "Shift+Tab")
    keys.press("Enter")
    expect(tab.answer.locator("[data-said]")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == tab.text.inner_text()

    models = page.locator(".composer .model-choice")
    keys.to(models)
    keys.press("Enter", "ArrowDown")
    chosen = page.evaluate("document.activeElement.querySelector('span').innerText.split('\\n')[0]")
    keys.press("Enter")
    expect(models).to_contain_text(chosen)

    keys.to(tab.rows, "Shift+Tab")
    keys.to(tab.rows.nth(1), "ArrowDown")  # the list is one stop, with arrows inside
    keys.press("Enter")
    expect(tab.text).to_have_text("the first answer")

    _rename(keys, tab)
    _delete_and_undo(keys, tab)


def _menu_of_the_open_row(keys: Keys, tab: Tab) -> None:
    keys.to(tab.rows, "Shift+Tab")
    keys.to(tab.page.locator("nav li a[aria-current=page]"), "ArrowDown")
    keys.press("Tab", "Enter")
    expect(tab.page.get_by_role("menu")).to_be_visible()


def _choose(keys: Keys, tab: Tab, name: str) -> None:
    keys.to(tab.page.get_by_role("menuitem", name=name), "ArrowDown")
    keys.press("Enter")


def _rename(keys: Keys, tab: Tab) -> None:
    _menu_of_the_open_row(keys, tab)
    _choose(keys, tab, "Rename")
    expect(tab.page.get_by_label("Title")).to_be_focused()
    keys.press("Control+a")
    keys.write("by hand")
    keys.press("Enter")
    expect(tab.rows.filter(has_text="by hand")).to_be_focused()


def _delete_and_undo(keys: Keys, tab: Tab) -> None:
    _menu_of_the_open_row(keys, tab)
    _choose(keys, tab, "Delete")
    expect(tab.rows.filter(has_text="by hand")).to_have_count(0)
    keys.to(tab.button("Undo"))
    keys.press("Enter")
    expect(tab.rows.filter(has_text="by hand")).to_be_visible()


@pytest.fixture
def said(tab: Tab) -> Callable[[], list[str]]:
    """Every text that was put into a live region since."""
    tab.page.evaluate(_LISTEN)
    return lambda: tab.page.evaluate("window.said")


_LISTEN = """() => {
    window.said = [];
    const regions = "[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log]";
    const say = (region) => {
        const text = region?.textContent.trim();
        if (text && window.said.at(-1) !== text) window.said.push(text);
    };
    new MutationObserver((records) => {
        const spoken = new Set();
        for (const { target, addedNodes } of records) {
            const node = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
            spoken.add(node?.closest(regions));
            for (const added of addedNodes)
                if (added.nodeType === Node.ELEMENT_NODE)
                    for (const one of [added, ...added.querySelectorAll(regions)]) spoken.add(one.closest(regions));
        }
        spoken.delete(null);
        spoken.forEach(say);
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


def test_an_answer_is_announced_when_it_starts_and_when_it_ends_and_not_between(
    tab: Tab, said: Callable[[], list[str]]
) -> None:
    tab.ask(prompt(count=200, reasoning=20, rate=200))
    tab.wait_until_ended()
    tab.page.wait_for_function("() => window.said.some(text => text.includes('complete'))")
    tab.wait_until_still()
    assert said() == ["The answer is arriving.", "The answer is complete."]


def test_an_answer_that_is_stopped_is_announced_as_that(tab: Tab, said: Callable[[], list[str]]) -> None:
    tab.ask(prompt(text="words that go on", gate="never", after=2))
    expect(tab.text).to_be_visible()
    tab.stop_button.click()
    tab.wait_until_ended()
    tab.page.wait_for_function("() => window.said.length >= 2")
    assert said() == ["The answer is arriving.", "The answer was stopped."]


def test_dialogs_keep_the_focus_and_give_it_back(tab: Tab) -> None:
    keys = Keys(tab.page)
    tab.page.goto(f"{tab.url}/settings/keys")
    revoke = tab.page.locator("main li button").first
    keys.to(revoke)
    keys.press("Enter")
    dialog = tab.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(6):
        keys.press("Tab")
        assert tab.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    keys.press("Escape")
    expect(dialog).to_have_count(0)
    expect(revoke).to_be_focused()

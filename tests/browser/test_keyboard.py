"""The whole main job by keyboard alone, and what a screen reader is told while it is done."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.site import Site
from tests.upstream import Upstream, prompt


class Keys:
    """A person who has no mouse: keys go to what has the focus, and focus moves by keys alone.

    Whatever was done before, something has the focus when the next key is pressed: else a keyboard begins at the top.
    """

    def __init__(self, page: Page) -> None:
        self.page = page

    def begin(self) -> None:
        """The first key on a page that was just opened."""
        self.page.keyboard.press("Tab")

    def press(self, *keys: str) -> None:
        for key in keys:
            self._expect_focus(f"before {key}")
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self._expect_focus("before writing")
        self.page.keyboard.insert_text(text)

    def to(self, wanted: Locator, key: str = "Tab", most: int = 80) -> None:
        """Press the key until that has the focus, which is then plain to see."""
        expect(wanted.first).to_be_attached()
        self._expect_focus(f"on the way to {wanted}")
        for _ in range(most):
            if wanted.evaluate_all("nodes => nodes.includes(document.activeElement)"):
                break
            self.page.keyboard.press(key)  # past the last of the page there is a moment without focus
        else:
            focused = self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
            raise AssertionError(f"{most} times {key} do not lead to {wanted}: at last {focused}")
        assert self.page.evaluate(_SHOWN), "what has the focus does not look like it"

    def _expect_focus(self, when: str) -> None:
        """What an answer of the server brings may take the focus a moment after it is on view."""
        try:
            self.page.wait_for_function("() => document.activeElement !== document.body", timeout=5000)
        except TimeoutError as error:
            raise AssertionError(f"nothing has the focus {when}") from error


# An outline or a ring, or, in a text field, the frame around it.
_SHOWN = """() => {
    const seen = (node) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
        return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    };
    const focused = document.activeElement;
    const around = ["label", "form", ".surface"].map((selector) => focused.closest(selector));
    const frames = [focused, focused.parentElement, ...around];
    return frames.some((node) => node && seen(node)) || focused.matches("textarea, [role^=menuitem], [tabindex='-1']");
}"""


@pytest.fixture
def alone(home: Site, new_tab: NewTab) -> Tab:
    """Signed in by keyboard."""
    person, tab = home.user("alice"), new_tab("")
    keys = Keys(tab.page)
    tab.page.goto(f"{home.url}/accounts/login/")
    keys.begin()
    keys.to(tab.page.locator("[name=login]"))
    keys.write(person.email)
    keys.press("Tab")
    keys.write(person.password)
    keys.press("Enter")
    expect(tab.composer).to_be_focused()
    return tab


def test_the_whole_job(alone: Tab, upstream: Upstream) -> None:
    keys = Keys(alone.page)
    keys.write(prompt(text="the first answer"))
    keys.press("Enter")
    alone.wait_until_ended()
    expect(alone.composer).to_be_focused()
    for part in (_stop_and_continue, _edit_and_switch, _regenerate_and_copy, _choose_a_model, _search, _palette):
        part(keys, alone, upstream)
    for part in (_rename, _pin, _delete_and_undo, _change_a_setting, _sign_out):
        part(keys, alone, upstream)


def _stop_and_continue(keys: Keys, tab: Tab, upstream: Upstream) -> None:
    keys.to(tab.page.get_by_role("link", name="New chat"))
    keys.press("Enter")
    expect(tab.questions).to_have_count(0)
    keys.to(tab.composer)
    keys.write(prompt(text="words that go on", gate="rest", after=2))
    keys.press("Enter")
    expect(tab.text).to_be_visible()
    keys.to(tab.stop_button)
    keys.press("Enter")
    tab.wait_until_ended()
    upstream.open("rest")
    keys.to(tab.button("Continue"), "Shift+Tab")
    keys.press("Enter")
    expect(tab.text).to_contain_text("go on")
    tab.wait_until_ended()


def _edit_and_switch(keys: Keys, tab: Tab, _: Upstream) -> None:
    keys.to(tab.composer)
    keys.press("ArrowUp")
    expect(tab.page.get_by_role("textbox", name="Edit the message")).to_be_focused()
    keys.press("Control+a")
    keys.write(prompt(text="another way"))
    keys.press("Control+Enter")
    expect(tab.text).to_have_text("another way")
    tab.wait_until_ended()
    keys.to(tab.button("Previous branch"), "Shift+Tab")
    keys.press("Enter")
    expect(tab.text).to_contain_text("go on")
    expect(tab.button("Next branch")).to_be_focused()
    keys.press("Enter")
    expect(tab.text).to_have_text("another way")


def _regenerate_and_copy(keys: Keys, tab: Tab, _: Upstream) -> None:
    keys.to(tab.answer.get_by_role("button", name="Regenerate", exact=True))
    keys.press("Enter")
    expect(tab.answer.get_by_role("group", name="Branch 2 of 2")).to_be_visible()
    tab.wait_until_ended()
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keys.to(tab.answer.get_by_role("button", name="Copy"), "Shift+Tab")
    keys.press("Enter")
    expect(tab.answer.locator("[data-said]")).to_be_visible()
    assert tab.page.evaluate("navigator.clipboard.readText()") == tab.text.inner_text()


def _choose_a_model(keys: Keys, tab: Tab, _: Upstream) -> None:
    models = tab.page.locator(".composer .model-choice")
    keys.to(models)
    keys.press("Enter", "ArrowDown")
    chosen = tab.page.evaluate("document.activeElement.querySelector('span').innerText.split('\\n')[0]")
    keys.press("Enter")
    expect(models).to_contain_text(chosen)


def _search(keys: Keys, tab: Tab, _: Upstream) -> None:
    keys.to(tab.page.get_by_role("textbox", name="Search all conversations"), "Shift+Tab")
    keys.write("first answer")
    hits = tab.page.locator("#search-results a")
    expect(hits.filter(has_text="Answer").locator("mark").first).to_be_visible()
    keys.to(hits.filter(has_text="Answer"), "ArrowDown")
    keys.press("Enter")
    expect(tab.text).to_have_text("the first answer")
    expect(tab.answer).to_be_focused()
    keys.to(tab.page.get_by_role("textbox", name="Search all conversations"), "Shift+Tab")
    keys.press("Escape")
    expect(tab.rows).to_have_count(2)


def _palette(keys: Keys, tab: Tab, _: Upstream) -> None:
    keys.press("Control+k")
    expect(tab.page.get_by_role("combobox")).to_be_focused()
    keys.press("ArrowDown", "ArrowUp", "Escape")
    expect(tab.page.get_by_role("dialog")).to_have_count(0)
    keys.press("Control+k")
    expect(tab.page.get_by_role("combobox")).to_be_focused()
    keys.write("another")
    expect(tab.page.get_by_role("option").filter(has_text="another way").first).to_be_visible()
    keys.press("Enter")
    expect(tab.text).to_contain_text("another way")


def _menu_of_the_open_row(keys: Keys, tab: Tab) -> None:
    keys.to(tab.rows, "Shift+Tab")
    keys.press("Home")
    keys.to(tab.page.locator("nav li a[aria-current=page]"), "ArrowDown")
    keys.press("Tab", "Enter")
    expect(tab.page.get_by_role("menu")).to_be_visible()


def _choose(keys: Keys, tab: Tab, name: str) -> None:
    keys.to(tab.page.get_by_role("menuitem", name=name, exact=True), "ArrowDown")
    keys.press("Enter")


def _rename(keys: Keys, tab: Tab, _: Upstream) -> None:
    _menu_of_the_open_row(keys, tab)
    _choose(keys, tab, "Rename")
    expect(tab.page.get_by_label("Title")).to_be_focused()
    keys.press("Control+a")
    keys.write("by hand")
    keys.press("Enter")
    expect(tab.rows.filter(has_text="by hand")).to_be_focused()


def _pin(keys: Keys, tab: Tab, _: Upstream) -> None:
    _menu_of_the_open_row(keys, tab)
    _choose(keys, tab, "Pin")
    pinned = tab.page.get_by_role("region", name="Pinned").locator("li", has_text="by hand")
    expect(pinned).to_be_visible()
    expect(pinned.get_by_role("link")).to_be_focused()  # it took the focus along
    keys.press("Tab", "Enter")
    _choose(keys, tab, "Unpin")
    expect(pinned).to_have_count(0)


def _delete_and_undo(keys: Keys, tab: Tab, _: Upstream) -> None:
    _menu_of_the_open_row(keys, tab)
    _choose(keys, tab, "Delete")
    expect(tab.rows.filter(has_text="by hand")).to_have_count(0)
    keys.to(tab.button("Undo"))
    keys.press("Enter")
    expect(tab.rows.filter(has_text="by hand")).to_be_visible()


def _change_a_setting(keys: Keys, tab: Tab, _: Upstream) -> None:
    _account(keys, tab, "Settings")
    expect(tab.page.get_by_role("heading", name="Profile")).to_be_visible()
    keys.to(tab.page.get_by_role("link", name="Appearance"))
    keys.press("Enter")
    expect(tab.page.get_by_role("heading", name="Appearance")).to_be_focused()
    keys.to(tab.page.get_by_role("radio"))
    for key, theme in (("ArrowDown", "light"), ("ArrowUp", "system")):
        keys.press(key)
        expect(tab.page.locator("html")).to_have_attribute("data-theme", theme)
    keys.to(tab.button("Back to the chat"), "Shift+Tab")
    keys.press("Enter")
    expect(tab.composer).to_be_visible()


def _account(keys: Keys, tab: Tab, action: str) -> None:
    keys.to(tab.button("Account"), "Shift+Tab")
    keys.press("Enter")
    expect(tab.page.get_by_role("menu")).to_be_visible()
    _choose(keys, tab, action)


def _sign_out(keys: Keys, tab: Tab, _: Upstream) -> None:
    _account(keys, tab, "Sign out")
    tab.page.wait_for_url("**/accounts/login/**")
    expect(tab.page.locator("[name=login]")).to_be_visible()


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
    expect(revoke).to_be_visible()
    keys.begin()
    keys.to(revoke)
    keys.press("Enter")
    dialog = tab.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(6):
        tab.page.keyboard.press("Tab")  # past the last there is a moment without focus
        assert tab.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    tab.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(revoke).to_be_focused()

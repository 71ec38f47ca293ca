"""Lists agree: what one tab does to a conversation another tab's list shows soon: how soon is printed, not judged."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.upstream import prompt

# The instant of the last click or key in a tab, and the one from which its list has (or has not) these words.
_ACTING = """() => {
    for (const kind of ["click", "keydown"]) addEventListener(kind, () => { window.acted = Date.now(); }, true);
}"""
_WATCHING = """([words, there]) => {
    const list = document.querySelector("nav");
    window.arrived = 0;
    const observer = new MutationObserver(() => {
        if (list.textContent.includes(words) !== there) return;
        window.arrived = Date.now();
        observer.disconnect();
    });
    observer.observe(list, { subtree: true, childList: true, characterData: true });
}"""


class Clock:
    """Milliseconds from what `tab` does last to what the list of `other` shows then."""

    def __init__(self, tab: Tab, other: Tab) -> None:
        self._tab, self._other = tab, other
        self.took: dict[str, int] = {}
        tab.page.evaluate(_ACTING)

    @contextmanager
    def reaches(self, name: str, words: str, there: bool = True) -> Iterator[None]:
        """What is done inside puts these words into the list, or takes them out of it."""
        self._other.page.evaluate(_WATCHING, [words, there])
        yield
        listed = expect(self._other.page.locator("nav").first)
        (listed.to_contain_text if there else listed.not_to_contain_text)(words)
        arrived = self._other.page.evaluate("window.arrived")
        self.took[name] = arrived - self._tab.page.evaluate("window.acted")


def _choose(tab: Tab, title: str, action: str) -> None:
    tab.page.locator("nav li", has_text=title).hover()
    tab.button(f"Actions for {title}").click()
    tab.page.get_by_role("menuitem", name=action, exact=True).click()


@pytest.mark.parametrize("device", [False, True], ids=["tab", "device"])
def test_what_one_does_to_its_list_the_other_shows(tab: Tab, new_tab: NewTab, device: bool) -> None:
    other = new_tab("alice") if device else new_tab(context=tab.page.context)
    clock = Clock(tab, other)
    with clock.reaches("a new conversation", "first words"):
        tab.ask(prompt(text="first words"))
    tab.wait_until_ended()
    title = tab.rows.first.inner_text().strip()
    with clock.reaches("a title", "A better title"):
        _choose(tab, title, "Rename")
        tab.page.get_by_role("textbox", name="Title").fill("A better title")
        tab.page.keyboard.press("Enter")
    with clock.reaches("a pin", "Pinned"):
        _choose(tab, "A better title", "Pin")
    with clock.reaches("a folder", "Work"):
        tab.button("New folder").click()
        tab.page.get_by_role("dialog").get_by_label("Name of the folder").fill("Work")
        tab.page.keyboard.press("Enter")
    with clock.reaches("a deletion", "A better title", there=False):
        _choose(tab, "A better title", "Delete")
    with clock.reaches("its undoing", "A better title"):
        tab.button("Undo").click()
    with clock.reaches("the archive", "A better title", there=False):
        _choose(tab, "A better title", "Archive")
    print(clock.took)

"""What can be done with an answer: rate it, copy it as it looks, quote from it, follow it somewhere else."""

import re
import signal
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.browser.test_states import PHONE
from tests.chat import Parser
from tests.site import Site
from tests.upstream import Upstream, prompt

TEXT = """\
The **first** paragraph, with $x^2$ in it.

- one
- two

```python
def total(costs):
    return sum(costs)
```

The last words of the answer.
"""
LIBRARY = Path(__file__).parents[2] / "frontend/node_modules/@microsoft/fetch-event-source/lib/esm"


def answered(tab: Tab, text: str = TEXT) -> None:
    """Asked, and answered to the end; its formulas, which come a moment later, replace what they stand in."""
    tab.composer.fill(prompt(text=text))
    tab.send_button.click()
    tab.wait_until_ended()
    expect(tab.text).to_be_visible()
    if "$" in text:
        expect(tab.text.locator("math").first).to_be_visible()


def choose(tab: Tab, item: str) -> None:
    """From the menu of the last answer."""
    tab.answer.get_by_role("button", name="More actions").click()
    tab.page.get_by_role("menuitem", name=item).click()


class TestRating:
    def test_it_is_pressed_kept_and_taken_back(self, tab: Tab) -> None:
        answered(tab)
        good, bad = tab.button("Good answer"), tab.button("Bad answer")
        for button, other in ((good, bad), (bad, good)):
            with tab.page.expect_response("**/rating"):
                button.click()
            expect(button).to_have_attribute("aria-pressed", "true")
            expect(other).to_have_attribute("aria-pressed", "false")
            tab.page.reload()
            expect(button).to_have_attribute("aria-pressed", "true")
            expect(other).to_have_attribute("aria-pressed", "false")
        with tab.page.expect_response("**/rating"):
            bad.click()
        expect(bad).to_have_attribute("aria-pressed", "false")
        tab.page.reload()
        expect(tab.text).to_be_visible()
        expect(bad).to_have_attribute("aria-pressed", "false")

    def test_a_bad_one_may_have_its_reasons(self, tab: Tab) -> None:
        answered(tab)
        tab.button("Bad answer").click()
        form = tab.page.get_by_role("form", name="What was wrong with it?")
        expect(tab.button("Not correct")).to_be_focused()
        expect(tab.button("Send the reason")).to_be_disabled()
        tab.button("Too long").click()
        tab.button("Not correct").press("Space")
        form.get_by_label("In your own words").fill("The sum is 5050.")
        expect(tab.button("Not correct")).to_have_attribute("aria-pressed", "true")
        tab.button("Send the reason").click()
        expect(tab.page.get_by_text("Thank you.")).to_be_visible()
        expect(form).to_have_count(0)
        expect(tab.button("Bad answer")).to_be_focused()
        tab.page.reload()
        expect(tab.button("Bad answer")).to_have_attribute("title", "Not correct\nToo long\nThe sum is 5050.")

    def test_without_a_reason_it_is_said_all_the_same(self, tab: Tab) -> None:
        answered(tab)
        with tab.page.expect_response("**/rating"):
            tab.button("Bad answer").click()
        tab.page.get_by_label("In your own words").press("Escape")
        expect(tab.page.get_by_role("form", name="What was wrong with it?")).to_have_count(0)
        expect(tab.button("Bad answer")).to_be_focused()
        tab.page.reload()
        expect(tab.button("Bad answer")).to_have_attribute("aria-pressed", "true")

    def test_what_the_server_cannot_keep_is_undone_and_said(self, tab: Tab) -> None:
        answered(tab)
        tab.page.route("**/rating", lambda route: route.fulfill(status=503, json={"code": 50301, "msg": "no"}))
        tab.button("Good answer").click()
        expect(tab.page.get_by_role("status", name="Notices")).to_contain_text("cannot store anything")
        expect(tab.button("Good answer")).to_have_attribute("aria-pressed", "false")

    def test_an_answer_that_is_not_finished_is_not_rated(self, tab: Tab, upstream: Upstream) -> None:
        tab.ask(prompt(text="not all of it yet", gate="rest", after=2))
        expect(tab.text).to_contain_text("not")
        expect(tab.button("Good answer")).to_have_count(0)
        upstream.open("rest")
        expect(tab.button("Good answer")).to_be_visible()


def paste(page: Page) -> Locator:
    """What an editor of formatted text gets of the clipboard."""
    page.evaluate("""() => {
        const editor = document.createElement("div");
        editor.contentEditable = "true";
        editor.id = "editor";
        document.body.append(editor);
        editor.focus();
    }""")
    page.keyboard.press("Control+v")
    return page.locator("#editor")


def formatted(tab: Tab) -> None:
    answered(tab)
    choose(tab, "Copy with formatting")
    expect(tab.page.get_by_role("status", name="Notices")).to_contain_text("Copied")
    editor = paste(tab.page)
    expect(editor.locator("strong, b").first).to_have_text("first")
    expect(editor.locator("li")).to_have_text(["one", "two"])
    expect(editor.locator("pre")).to_contain_text("    return sum(costs)")
    expect(editor).to_contain_text("$x^2$")
    expect(editor.locator("button, figcaption")).to_have_count(0)
    editor.evaluate("editor => editor.remove()")
    tab.composer.focus()
    tab.page.keyboard.press("Control+v")
    expect(tab.composer).to_have_value(re.compile(r"^The first paragraph, with \$x\^2\$ in it\."))


class TestCopying:
    def test_it_is_copied_as_it_looks(self, tab: Tab) -> None:
        tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        formatted(tab)

    def test_it_is_copied_as_it_looks_also_on_plain_http(self, site: Site, new_tab: NewTab) -> None:
        site.stop(signal.SIGINT)
        site.start(CHATSITE_ALLOWED_HOSTS="lan.test")
        tab = new_tab(name="")
        tab.url = site.url.replace("127.0.0.1", "lan.test")
        tab.sign_in(site.user("alice"))
        assert not tab.page.evaluate("isSecureContext")
        formatted(tab)


class TestQuoting:
    def test_what_is_selected_goes_into_the_composer(self, tab: Tab) -> None:
        answered(tab)
        tab.composer.fill("You write:")
        tab.text.get_by_text("The last words").click(click_count=3)
        tab.button("Quote").click()
        expect(tab.composer).to_have_value("You write:\n\n> The last words of the answer.\n\n")
        expect(tab.composer).to_be_focused()
        expect(tab.button("Quote")).to_have_count(0)

    def test_paragraphs_code_and_formulas_stay_what_they_are(self, tab: Tab) -> None:
        answered(tab)
        select = "(from, to) => getSelection().setBaseAndExtent(from, 0, to, to.childNodes.length)"
        tab.text.evaluate(f"text => ({select})(text.querySelector('p'), text.querySelectorAll('li')[1])")
        tab.button("Quote").click()
        expect(tab.composer).to_have_value(re.compile(r"^> The first paragraph, with \$x\^2\$ in it\.\n>\n(> )?"))
        expect(tab.composer).to_have_value(re.compile(r"\n> one\n> two\n\n$"))
        tab.composer.fill("")
        tab.text.locator("code").evaluate("code => getSelection().selectAllChildren(code)")
        tab.button("Quote").click()
        expect(tab.composer).to_have_value("> def total(costs):\n>     return sum(costs)\n\n")

    def test_by_keyboard_it_is_the_next_stop(self, tab: Tab) -> None:
        answered(tab)
        tab.answer.focus()
        tab.text.get_by_text("The last words").evaluate("line => getSelection().selectAllChildren(line)")
        expect(tab.button("Quote")).to_be_visible()
        tab.page.keyboard.press("Tab")
        expect(tab.button("Quote")).to_be_focused()
        tab.page.keyboard.press("Escape")
        expect(tab.button("Quote")).to_have_count(0)
        expect(tab.answer).to_be_focused()
        tab.text.locator("li").first.evaluate("line => getSelection().selectAllChildren(line)")
        expect(tab.button("Quote")).to_be_visible()
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.press("Enter")
        expect(tab.composer).to_have_value("> one\n\n")

    def test_only_words_of_one_answer_are_quoted(self, tab: Tab) -> None:
        answered(tab)
        tab.text.get_by_text("The last words").click(click_count=3)
        expect(tab.button("Quote")).to_be_visible()
        tab.questions.first.click(click_count=3)
        expect(tab.button("Quote")).to_have_count(0)
        tab.text.get_by_text("The last words").click(click_count=3)
        expect(tab.button("Quote")).to_be_visible()
        tab.page.keyboard.press("Control+a")
        expect(tab.button("Quote")).to_have_count(0)

    def test_on_a_phone_it_keeps_clear_of_the_selection(self, new_tab: NewTab) -> None:
        tab = new_tab(**PHONE)
        answered(tab)
        line = tab.text.locator("p").first
        line.evaluate("line => getSelection().selectAllChildren(line)")
        box, words, field = (
            found.bounding_box() for found in (tab.button("Quote"), line, tab.page.locator(".composer"))
        )
        assert box
        assert words
        assert field
        assert box["height"] >= 44
        assert box["y"] > words["y"] + words["height"]
        assert box["y"] + box["height"] <= field["y"]
        tab.button("Quote").tap()
        expect(tab.composer).to_have_value("> The first paragraph, with $x^2$ in it.\n\n")


def snippet(tab: Tab, name: str) -> str:
    """As its button copies it."""
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.page.get_by_role("button", name=f"Copy: {name}").click()
    expect(tab.page.locator("[aria-live]")).to_have_text("Copied")
    copied: str = tab.page.evaluate("navigator.clipboard.readText()")
    return copied


def open_elsewhere(tab: Tab) -> Locator:
    choose(tab, "Follow this answer elsewhere")
    dialog = tab.page.get_by_role("dialog", name="Follow this answer elsewhere")
    expect(dialog).to_be_visible()
    return dialog


def content(stream: str) -> str:
    return "".join(event.content for event in Parser().feed(stream))


class TestElsewhere:
    def test_curl_gets_the_same_answer_after_its_end(self, tab: Tab, home: Site) -> None:
        answered(tab)
        open_elsewhere(tab)
        command = snippet(tab, "In a terminal").replace("YOUR_API_KEY", home.user("alice").key)
        said = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=60)
        assert content(said.stdout) == TEXT
        assert said.stdout.endswith("data: [DONE]\n\n")

    def test_curl_gets_the_same_answer_while_it_is_written(self, tab: Tab, home: Site, upstream: Upstream) -> None:
        tab.ask(prompt(text=TEXT, gate="rest", after=5))
        expect(tab.text).to_contain_text("The first")
        open_elsewhere(tab)
        command = snippet(tab, "In a terminal").replace("YOUR_API_KEY", home.user("alice").key)
        with subprocess.Popen(["bash", "-c", command], stdout=subprocess.PIPE, text=True) as curl:
            assert curl.stdout
            begun = ""
            while content(begun) != TEXT[:20]:
                begun += curl.stdout.readline()
            upstream.open("rest")
            rest = curl.stdout.read()
        assert curl.returncode == 0
        assert content(begun + rest) == TEXT
        expect(tab.text).to_contain_text("The last words")

    def test_the_snippets_for_pages_get_it_too(self, tab: Tab, home: Site) -> None:
        answered(tab)
        open_elsewhere(tab)
        native = snippet(tab, "On a page of this site")
        package = snippet(tab, "On a page of your own").replace("YOUR_API_KEY", home.user("alice").key)
        tab.page.route("**/lab/**", lambda route: serve(route, package))
        logged: list[str] = []
        tab.page.on("console", lambda line: logged.append(line.text))
        with tab.page.expect_console_message(lambda line: "words of the answer" in "".join([*logged, line.text])):
            tab.page.evaluate(f"() => {{ {native} }}")
        assert "".join(logged) == TEXT
        logged.clear()
        tab.page.evaluate("() => import('/lab/snippet')")
        assert "".join(logged) == TEXT

    def test_the_key_is_ones_own_and_made_in_the_settings(self, tab: Tab) -> None:
        answered(tab)
        dialog = open_elsewhere(tab)
        expect(dialog).to_contain_text("Put a key of your own in the place of YOUR_API_KEY.")
        dialog.get_by_role("link", name="Settings › API keys").click()
        expect(tab.page).to_have_url(f"{tab.url}/settings/keys")

    def test_it_is_loaded_when_it_is_wanted(self, tab: Tab) -> None:
        answered(tab)
        loaded = "performance.getEntriesByType('resource').map(({name}) => name).join()"
        for part in ("Elsewhere", "Reason-", "Quote"):
            assert part not in tab.page.evaluate(loaded)
        open_elsewhere(tab)
        assert "Elsewhere" in tab.page.evaluate(loaded)


def serve(route: Route, code: str) -> None:
    """The snippet as a module of the site, with the package beside it."""
    name = route.request.url.rpartition("/")[2]
    text = code.replace("@microsoft/fetch-event-source", "/lab/index")
    body = text if name == "snippet" else (LIBRARY / f"{name}.js").read_text()
    route.fulfill(body=body, content_type="text/javascript")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_how_it_looks(new_tab: NewTab, scheme: str, width: int, screenshots: Path) -> None:
    options = PHONE if width == 390 else {}
    tab = new_tab(**options, color_scheme=scheme)
    answered(tab)

    def shot(name: str) -> None:
        tab.wait_until_still()
        tab.page.screenshot(path=screenshots / f"answers-{name}-{scheme}-{width}.png")
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    tab.button("Bad answer").click()
    tab.button("Too long").click()
    shot("reason")
    tab.button("Skip").click()
    tab.answer.get_by_role("button", name="More actions").click()
    shot("menu")
    tab.page.get_by_role("menuitem", name="Follow this answer elsewhere").click()
    expect(tab.page.get_by_role("dialog")).to_be_visible()
    shot("elsewhere")
    tab.page.get_by_role("button", name="Close", exact=True).click()
    tab.text.locator("li").first.evaluate("line => getSelection().selectAllChildren(line)")
    expect(tab.button("Quote")).to_be_visible()
    shot("quote")

"""What a model, or a person, may write: none of it runs, is fetched from elsewhere, or breaks the site's policy."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, FilePayload, Page, Route, expect

from tests.browser.conftest import NewTab
from tests.browser.payloads import ANSWER, CLICKS, DIAGRAMS, HTML, NAMES, RUN
from tests.browser.tab import Tab
from tests.browser.test_settings import PLAIN, as_new, call, visit
from tests.browser.test_states import delta, stream
from tests.browser.watch import POKE, Watch
from tests.site import Site
from tests.upstream import Upstream, prompt


@pytest.fixture
def watched(tab: Tab) -> Watch:
    watch = Watch(tab.page, tab.url)
    expect(tab.composer).to_be_visible()
    return watch


def halves(payload: str) -> list[str]:
    return [payload[: len(payload) // 2], payload[len(payload) // 2 :] + "\n\n"]


WAYS: dict[str, dict[str, Any]] = {
    "a few letters a delta": {"size": 3},
    "whole": {"size": 100_000},
    "each in two deltas": {"pieces": [piece for payload in ANSWER for piece in halves(payload)]},
}


# Where each of the names is looked at; elsewhere (search, palette, details, window title, …) some of them are.
PLACES = (
    *("sidebar", "moving to a folder", "slash menu", "settings: prompts", "attachments", "attachments sent"),
    *("a provider's error", "connect: provider", "model menu", "sign-in", "not found"),
)


def test_the_corpus_is_large() -> None:
    assert len(ANSWER + DIAGRAMS + NAMES) >= 130
    # An answer is looked at while it streams, at the end, after a reload.
    assert 3 * len(WAYS) * len(ANSWER) + len(DIAGRAMS) + len(PLACES) * len(NAMES) >= 830


def test_the_watch_sees_what_gets_through(browser: Browser) -> None:
    """A corpus of which nothing is ever found proves nothing: here it meets neither the sanitiser nor the policy."""
    with browser.new_context() as context:
        context.route("https://own.example/**", lambda route: route.fulfill(body=_BARE, content_type="text/html"))
        seen = [payload for payload in [*HTML[::2], *NAMES[:5]] if _seen(context, payload)]
    # The others are there for what a parser or a sanitiser may make of them.
    assert len(seen) >= 15


def _seen(context: BrowserContext, html: str) -> bool:
    """Whether a page that shows this HTML as it is is found out."""
    with context.new_page() as page:
        page.goto("https://own.example/")
        watch = Watch(page, "https://own.example/")
        try:
            page.evaluate(_AS_IT_IS, html)
            Tab(page, "").wait_until_still()
            # A frame that was refused its page answers nobody.
            return watch.left != [] or watch.found("main") != (0, [])
        except Error:  # it took the page elsewhere
            return True


_BARE = "<!doctype html><main></main>"
_AS_IT_IS = """html => {
    document.querySelector("main").append(document.createRange().createContextualFragment(html));
}"""


@pytest.fixture
def other(tab: Tab, browser: Browser) -> Iterator[Page]:
    """Alice's too, but may have errors and refusals."""
    with browser.new_context(storage_state=tab.page.context.storage_state(), locale="en-US") as context:
        yield context.new_page()


@pytest.mark.parametrize("policy", [True, False], ids=["policy", "no policy"])
def test_without_the_sanitiser_an_answer_is_found_out(tab: Tab, other: Page, policy: bool) -> None:
    other.route("**/Markdown-*.js", _without_sanitiser)
    if not policy:
        other.route(tab.url + "/", _without_policy)
    other.goto(tab.url)
    watch, page = Watch(other, tab.url), Tab(other, tab.url)
    # Those would take the page elsewhere.
    said = [payload for payload in ANSWER if "http-equiv" not in payload]
    page.ask(prompt(text="\n\n".join([*said, "The end."]), size=100_000))
    expect(page.text).to_contain_text("The end.")
    other.evaluate(POKE, "article")
    page.wait_until_still()
    ran, refused = other.evaluate("[window.ran, window.refused.length]")
    if policy:
        assert (ran, watch.left) == (0, [])
        assert refused >= 25
    else:
        assert ran >= 4
        assert len(watch.left) >= 6


def _without_sanitiser(route: Route) -> None:
    """In its place stands the identity."""
    script, found = re.subn(
        r"[\w$]+\.sanitize\((?:[\w$]+\(([\w$]+)\)|([\w$]+)),", r"(it=>it)(\1\2,", route.fetch().text()
    )
    assert found == 2
    route.fulfill(body=script, content_type="text/javascript")


def _without_policy(route: Route) -> None:
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
    route.fulfill(response=answer, headers=headers)


def test_of_a_diagram_drawn_as_mermaid_draws_it_much_is_found_out(tab: Tab, other: Page) -> None:
    other.route("**/frame-*.js", lambda route: route.fulfill(body=_AS_MERMAID_DOES, content_type="text/javascript"))
    other.goto(tab.url)
    assert len(_drawn_and_found_out(other, Watch(other, tab.url))) >= 20


_AS_MERMAID_DOES = """
    const tell = (message) => parent.postMessage(message, "*");
    const draw = async (text) => document.body.innerHTML = (await mermaid.render("diagram", text)).svg;
    addEventListener("message", ({ data }) => draw(data.text).then(() => tell({}), () => tell({})));
    mermaid.initialize({ startOnLoad: false, suppressErrorRendering: true });
    tell({ ready: true });
"""


def test_nothing_of_a_diagram_runs(tab: Tab, watched: Watch) -> None:
    assert _drawn_and_found_out(tab.page, watched) == []


def _drawn_and_found_out(page: Page, watch: Watch) -> list[str]:
    """One after the other, in a frame as the page has them, so that none is given up for being slow."""
    page.evaluate(_FRAME)
    frame, found_out = page.frames[-1], []
    for source in DIAGRAMS:
        page.evaluate(_DRAW, source)
        frame.evaluate(POKE, "body")
        if watch.found("nothing") != (0, []):
            found_out.append(source)
        frame.evaluate("[window.ran, window.refused] = [0, []]")
    assert watch.left == []
    return found_out


_FRAME = """() => new Promise((ready) => {
    const frame = document.createElement("iframe");
    addEventListener("message", ready, { once: true });
    frame.sandbox = "allow-scripts";
    frame.src = "/diagram";
    document.body.append(frame);
})"""
_DRAW = """(text) => new Promise((drawn) => {
    addEventListener("message", drawn, { once: true });
    frames[0].postMessage({ text, dark: false }, "*");
})"""


def test_nothing_of_diagrams_in_an_answer_runs(tab: Tab, watched: Watch) -> None:
    tab.ask(prompt(text="\n\n".join(f"```mermaid\n{source}\n```" for source in CLICKS[:4]), size=100))
    tab.wait_until_ended()
    expect(tab.text.locator("iframe:not(.drawn)")).to_have_count(0)
    assert len(tab.page.frames) > 2  # the others have a mistake in them
    for frame in tab.page.frames[1:]:
        frame.evaluate("document.querySelectorAll('svg *').forEach((it) => it.dispatchEvent(new MouseEvent('click')))")
    watched("article")


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_an_answer_runs_while_it_streams_and_when_it_is_final(
    tab: Tab, watched: Watch, upstream: Upstream, way: str
) -> None:
    said = {"text": "\n\n".join([*ANSWER, "The end."])} | WAYS[way]
    if "pieces" in said:
        said = {"pieces": [*said["pieces"], "The end."]}
    last = len(said["pieces"] if "pieces" in said else said["text"]) // said.get("size", 1) - 1
    # The last delta waits, so that the streaming view is seen with nearly all of it.
    tab.ask(prompt(**said, gate="rest", after=max(last, 0)))
    if last > 0:
        expect(tab.text).to_contain_text("clobber")
    watched("article")
    upstream.open("rest")
    tab.wait_until_ended()
    watched("article")
    tab.page.reload()
    expect(tab.text).to_contain_text("The end.")
    watched("article")


def test_nothing_of_a_question_or_a_title_runs(tab: Tab, watched: Watch) -> None:
    payload = f"<img src=x onerror={RUN}><svg onload={RUN}>"
    tab.ask(payload)
    tab.wait_until_ended()
    expect(tab.questions.last).to_have_text(payload)
    expect(tab.rows.first).to_contain_text("<img src=x")
    watched()


def test_nothing_of_what_a_provider_says_of_an_error_runs(tab: Tab, watched: Watch) -> None:
    payload = "".join(NAMES).replace('"', '\\"')
    stream(tab, (f"{delta('words')}", ""), (f'{delta("")},"status":"failed","code":59999,"msg":"{payload}"', "close"))
    tab.ask("Are you there?")
    expect(tab.answer.locator(".ending")).to_contain_text("onerror")
    watched()


@pytest.fixture
def named(tab: Tab, home: Site, upstream: Upstream) -> Iterator[Tab]:
    """Everything of Alice's that has a name has one of those."""
    as_new(tab, home.user("alice").key)
    upstream.default(text="words")
    for at, name in enumerate(NAMES):
        folder = call(tab, "POST", "/folders", {"name": name})["id"]
        call(tab, "POST", "/prompts", {"name": name, "content": name})
        made = call(tab, "POST", "/chat", {"request": _question(name), "stream": False})["convGroupId"]
        version = call(tab, "GET", f"/conversations/{made}")["version"]
        place: dict[str, Any] = [{}, {"pinned": True}, {"folder": folder}, {"archived": True}][at % 4]
        call(tab, "PATCH", f"/conversations/{made}", {"version": version, "title": name, **place})
    call(tab, "PATCH", "/me", PLAIN | {"name": "".join(NAMES)[:100]})
    tab.page.route("**/api/models", _rename_models)
    yield tab
    as_new(tab, home.user("alice").key)


def _question(name: str) -> str:
    """Not one that upstream takes for a script."""
    return f"harbour {name}".replace("script:", "script :")


def _rename_models(route: Route) -> None:
    found = route.fetch().json()
    names = {"name": NAMES[0] + NAMES[1], "provider": NAMES[2]}
    route.fulfill(json=found | {"models": [model | names | {"demo": True} for model in found["models"]]})


def test_nothing_of_a_name_runs_in_the_sidebar_and_its_dialogs(named: Tab, watched: Watch) -> None:
    nav, page = named.page.locator("nav"), named.page
    folders = nav.locator(".folder-head .name")
    expect(folders).to_have_count(len(NAMES))
    for folder in folders.all():
        folder.click()
    expect(nav.locator("li a")).to_have_count(6)
    watched()
    _act(named, "Move to folder")
    expect(page.get_by_role("dialog").locator("li")).to_have_count(len(NAMES))
    watched()
    page.keyboard.press("Escape")
    nav.locator(".folder-head .row-menu").first.click(force=True)
    page.get_by_role("menuitem", name="Delete folder").click()
    expect(page.get_by_role("dialog")).to_contain_text("are kept")
    watched()
    page.keyboard.press("Escape")
    _act(named, "Delete")
    expect(page.locator(".toast")).to_be_visible()
    watched()
    named.button("Archive").click()
    expect(nav.locator("li a")).to_have_count(2)
    watched()


def _act(tab: Tab, action: str) -> None:
    """From the menu of the last row."""
    tab.page.locator("nav li .row-menu").last.click(force=True)
    tab.page.get_by_role("menuitem", name=action, exact=True).click()


def test_nothing_of_a_name_runs_where_it_is_found(named: Tab, watched: Watch) -> None:
    page = named.page
    for query in ("harbour", "img", "script", "ran"):
        page.get_by_role("textbox", name="Search all conversations").fill(query)
        expect(page.locator("#search-results mark").first).to_be_visible()
        watched()
    page.locator("#search-results a").first.click()
    expect(named.questions.first).to_contain_text("harbour")
    watched()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("img")
    expect(page.get_by_role("option").locator("mark").first).to_be_visible()
    watched()


def test_nothing_of_a_name_runs_in_the_composer_and_the_settings(named: Tab, watched: Watch) -> None:
    page = named.page
    expect(page.locator(".welcome")).to_contain_text("onerror")
    expect(page.locator(".composer .model-choice")).to_contain_text("onerror")
    named.composer.type("/")
    expect(page.get_by_role("option")).to_have_count(len(NAMES))
    watched()
    page.locator(".composer .model-choice").click()
    expect(page.get_by_role("menu")).to_be_visible()
    watched()
    page.keyboard.press("Escape")
    visit(named, "prompts")
    expect(page.locator("main section li")).to_have_count(len(NAMES))
    watched()
    for section in ("profile", "model"):
        visit(named, section)
        watched()


def test_nothing_of_a_files_name_runs(tab: Tab, watched: Watch) -> None:
    names = [*(f"{name}.txt" for name in NAMES), f"{NAMES[0]}.exe"]
    files = [FilePayload(name=name, mimeType="text/plain", buffer=b"words") for name in names]
    tab.page.locator(".composer input[type=file]").set_input_files(files)
    expect(tab.page.locator(".composer li")).to_have_count(len(NAMES) + 1)
    expect(tab.page.locator(".composer progress")).to_have_count(0)
    watched()
    tab.page.locator(".composer li").last.get_by_role("button").click()
    tab.ask(prompt(text="Read."))
    tab.wait_until_ended()
    expect(tab.page.locator("article.question li")).to_have_count(len(NAMES))
    watched()


def test_nothing_of_a_name_runs_in_the_details_and_the_title_of_the_window(named: Tab, watched: Watch) -> None:
    page, nav = named.page, named.page.locator("nav")
    nav.locator("li a").first.click()
    expect(page).to_have_title(re.compile("ran"))
    watched()
    named.answer.hover()
    named.answer.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Details").click()
    expect(page.get_by_role("dialog")).to_contain_text("onerror")
    watched()


def test_nothing_of_a_name_runs_on_pages_of_the_server(site: Site, new_tab: NewTab, upstream: Upstream) -> None:
    tab = new_tab("admin")
    page = tab.page
    watch = Watch(page, tab.url)
    page.goto(f"{tab.url}/connect?preset=own")
    page.locator("summary").first.click()
    for field, value in {"base_url": upstream.base_url, "name": NAMES[0] + NAMES[1], "names": "\n".join(NAMES)}.items():
        page.locator(f"#form [name={field}]").fill(value)
    page.locator("#form button.primary").click()
    expect(page.locator("tbody tr")).to_have_count(len(NAMES))
    watch()
    page.goto(f"{tab.url}/connect")
    expect(page.locator(".providers")).to_contain_text("onerror")
    watch()
    page.goto(f"{tab.url}/")
    page.locator(".composer .model-choice").click()
    for name in NAMES:
        expect(page.get_by_role("menu").get_by_text(name, exact=True)).to_be_visible()
    watch()


def test_nothing_of_an_address_runs(browser: Browser, home: Site) -> None:
    with browser.new_page() as page:
        watch = Watch(page, home.url)
        for name in NAMES:
            page.goto(f"{home.url}/accounts/login/?next={quote(name)}")
            page.locator("[name=login]").fill(name)
            page.locator("[name=password]").fill(name)
            page.evaluate("document.querySelector('main form').noValidate = true")
            page.locator("[name=password]").press("Enter")
            expect(page.get_by_text("Enter a valid email address.")).to_be_visible()
            watch()
            page.goto(f"{home.url}/nowhere/{quote(name)}")
            watch()

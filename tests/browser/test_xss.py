"""What a model, or a person, may write: none of it runs, is fetched from elsewhere, or breaks the site's policy."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, FilePayload, Page, Route, expect

from tests.browser.payloads import ANSWER, CLICKS, DIAGRAMS, HTML, NAMES, RUN
from tests.browser.tab import Tab
from tests.browser.test_states import delta, stream
from tests.browser.watch import POKE, Watch
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


def test_the_corpus_is_large() -> None:
    assert len(ANSWER + DIAGRAMS + NAMES) >= 130
    # While it streams, at the end, after a reload.
    assert 3 * len(WAYS) * len(ANSWER) + len(DIAGRAMS) >= 700


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

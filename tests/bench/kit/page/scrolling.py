"""The list of 10,000 conversations, scrolled from its top to its end as it loads."""

from playwright.sync_api import expect

from tests.bench.kit.page.stage import Stage, settle, spelled
from tests.bench.kit.report import Part, Target

MANY = 10_000
SLOW = 50  # ms

# One screen a frame; at the end it waits for the next page. A frame lasts from one to the next.
_SCROLL = """async (rows) => {
    const area = document.querySelector("nav .rows");
    const frames = [];
    let drawn = 0;
    let before = await new Promise(requestAnimationFrame);
    window.longTasks.length = 0;
    while (area.scrollHeight < rows * 36) {
        area.scrollTop += area.clientHeight;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - before);
        before = now;
        drawn = Math.max(drawn, area.querySelectorAll("li").length);
    }
    return {frames, drawn, tasks: window.longTasks.map(([, duration]) => duration)};
}"""


def measure(stage: Stage) -> Part:
    """Fills the list of somebody, and scrolls through all of it."""
    stage.fill("tests.many", "list", MANY)
    with stage.page("list") as page:
        expect(page.locator("nav li a").first).to_be_visible()
        settle(page)
        found = page.evaluate(_SCROLL, MANY)
    frames = found["frames"]
    slow = sum(frame > SLOW for frame in frames)
    return Part(
        [
            ("list of conversations: rows scrolled through", MANY),
            ("... rows in the document at once, at most", found["drawn"]),
            ("... frames", len(frames)),
            ("... longest frame, ms", max(frames)),
            (f"... frames over {SLOW} ms", slow),
            ("... long tasks, ms", spelled(found["tasks"])),
        ],
        [Target(f"list of {MANY:,}: frames over {SLOW} ms", slow, 0)],
    )
